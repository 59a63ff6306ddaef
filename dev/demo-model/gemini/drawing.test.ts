import sharp from 'sharp';
import { expect, it } from 'vitest';
import { drawImage } from './drawing.js';

const SIDE = 128;
const sprite = (prompt: string): Promise<Buffer> =>
  drawImage({ prompt, width: SIDE, height: SIDE, isSprite: true });

async function colourAt(image: Buffer, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + 3)];
}

it('a figure is drawn as its noun in either language, what is not known as its own', async () => {
  const [cat, ネコ, other] = await Promise.all(['a cat', 'ネコ', 'ぬめぬめ'].map(sprite));
  expect(cat).toEqual(ネコ);
  expect(other).not.toEqual(cat);
});

it('a named colour dyes the figure; without one it has its own', async () => {
  const [own, blue] = await Promise.all(['ネコ', '青いネコ'].map(sprite));
  const [red = 0, , blueOfOwn = 0] = await colourAt(own!, SIDE / 2, 44);
  const [redOfBlue = 0, , most = 0] = await colourAt(blue!, SIDE / 2, 44);
  expect(red).toBeGreaterThan(blueOfOwn);
  expect(most).toBeGreaterThan(redOfBlue);
});

it('a sprite stands on flat magenta up to the edges, an image of a game does not', async () => {
  const image = await sprite('ネコ');
  const corners = [0, SIDE - 1].flatMap((x) => [0, SIDE - 1].map((y) => colourAt(image, x, y)));
  for (const corner of await Promise.all(corners)) expect(corner).toEqual([255, 0, 255]);
  const scene = await drawImage({ prompt: 'x', width: 90, height: 160, isSprite: false });
  expect(await colourAt(scene, 0, 0)).not.toEqual([255, 0, 255]);
});
