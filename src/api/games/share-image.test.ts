import sharp from 'sharp';
import { expect, it } from 'vitest';
import { drawShareImage, SHARE_IMAGE } from './share-image.js';

const screen = () =>
  sharp({ create: { width: 90, height: 160, channels: 3, background: '#00ff00' } })
    .webp()
    .toBuffer();
const { width, height } = SHARE_IMAGE;

it.each([
  ['星', 'ja', 1],
  ['A very long <title> of a game & more of it than fits into four lines of the image', 'en', 0],
] as const)(
  'a link to 「%s」 is shown as one image of a fixed size',
  async (title, language, of) => {
    const image = of === 1 ? await screen() : null;
    const bytes = await drawShareImage({ title, language, image });
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width, height });
  },
);

it('the screen of the game stands in it, bright in its frame', async () => {
  const bytes = await drawShareImage({ title: '星', language: 'ja', image: await screen() });
  const at = { left: 240, top: 300, width: 20, height: 20 };
  const { channels } = await sharp(bytes).extract(at).stats();
  expect(channels.map(({ mean }) => Math.round(mean / 255))).toEqual([0, 1, 0]);
});
