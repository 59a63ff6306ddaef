import sharp from 'sharp';
import { expect, it } from 'vitest';
import { TrialImages } from './trial-images.js';

it('shows small images of the screens of a play, at most one in two seconds', async () => {
  const png = await sharp({ create: { width: 390, height: 844, channels: 3, background: '#00f' } })
    .png()
    .toBuffer();
  const shown: string[] = [];
  let nowMs = 0;
  const trial = new TrialImages({
    show: (image) => shown.push(image),
    seenFrom: undefined,
    nowMs: () => nowMs,
  });
  trial.see(Buffer.from('no image'));
  for (nowMs of [2_000, 2_500, 3_999, 4_000, 5_000]) trial.see(png);
  await expect.poll(() => shown.length).toBe(2);
  const { format, width, height } = await sharp(Buffer.from(shown[0] ?? '', 'base64')).metadata();
  expect([format, width, height]).toEqual(['webp', 180, 390]);
});
