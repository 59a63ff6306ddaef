import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MAX_SCREENSHOT_BYTES } from '../../contracts/game/play.js';
import { screenshotsOf } from './screenshot.js';
import { readShot, type Shot } from './shots.js';

const [width, height] = [390, 844];

/** A screen of one colour on which so many points are of another one. */
async function screen(points: number): Promise<Shot> {
  const rgb = Buffer.alloc(width * height * 3, 10);
  rgb.fill(200, 0, points * 3);
  return shot(rgb);
}
const shot = async (rgb: Buffer): Promise<Shot> =>
  readShot(
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
    undefined,
  );

describe('the screenshot of a version', () => {
  it('is small, whatever the game draws', async () => {
    const noise = Buffer.alloc(width * height * 3);
    let state = 1;
    for (let at = 0; at < noise.length; at += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      noise[at] = state >>> 24;
    }
    for (const [drawn, wide] of [
      [await screen(5_000), 360],
      [await shot(noise), undefined],
    ] as const) {
      const { screen: whole, card } = await screenshotsOf(drawn, null, undefined);
      for (const [image, shape] of [
        [whole, height / width],
        [card, 1],
      ] as const) {
        const bytes = Buffer.from(image ?? '', 'base64');
        expect(bytes.length).toBeLessThanOrEqual(MAX_SCREENSHOT_BYTES);
        const { format, width: found = 0, height: tall = 0 } = await sharp(bytes).metadata();
        expect(format).toBe('webp');
        expect(found).toBe(wide ?? found);
        expect(tall / found).toBeCloseTo(shape, 1);
      }
    }
  });
});
