import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openImages } from './image-codec.js';

const images = openImages();
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
/** One colour: a few bytes, and many pixels. */
const large = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .png()
    .toBuffer();

describe('an image that a service has answered', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['a drawing', () => Buffer.from(SVG)],
    ['a drawing in disguise', () => Buffer.from(`<?xml version="1.0"?><!-- \x89PNG -->${SVG}`)],
    ['a document', () => Buffer.from('%PDF-1.7\n')],
    ['a TIFF', () => sharp(Buffer.from(SVG)).tiff().toBuffer()],
    ['nothing', () => Buffer.alloc(0)],
    ['60 megapixels', () => large(10_000, 6_000)],
    ['one that was cut off', async () => (await large(200, 200)).subarray(0, 150)],
  ])('%s: is not opened', async (_, make) => {
    const bytes = await make();
    for (const work of ['cutSprite', 'thumbnail', 'decode'] as const)
      await expect(images[work](bytes)).rejects.toMatchObject({ kind: 'ImageUnreadable' });
  });

  it('an image that was sent is measured by its header, by its sides as well', async () => {
    await expect(images.decodeSent(await large(17_000, 2))).rejects.toMatchObject({
      kind: 'ImageTooLarge',
    });
    expect(await images.decodeSent(await large(300, 200))).toMatchObject({ width: 300 });
  });

  it('a sprite for a game is trimmed and made small, or none on a ground of its own', async () => {
    const figure = { input: await large(900, 600), left: 300, top: 400 };
    const ground = { width: 1_400, height: 1_400, channels: 3 as const, background: '#ff00ff' };
    const drawn = await sharp({ create: ground }).composite([figure]).png().toBuffer();
    const { mimeType, data } = await images.cutSprite(drawn, 512);
    const made = await sharp(Buffer.from(data, 'base64')).metadata();
    expect(mimeType).toBe('image/webp');
    expect(made).toMatchObject({ format: 'webp', width: 512, height: 341 });
    await expect(images.cutSprite(await large(90, 60), 512)).rejects.toMatchObject({
      kind: 'ImageNotMade',
    });
    await expect(images.cutSprite(await large(90, 60))).resolves.toBeDefined();
  });

  it('an image for a game is made small and keeps its shape and its alpha', async () => {
    const pixels = await images.decodeSent(
      await sharp({ create: { width: 900, height: 300, channels: 4, background: '#0000' } })
        .png()
        .toBuffer(),
    );
    const { mimeType, data } = await images.forGame(pixels, 512);
    const made = await sharp(Buffer.from(data, 'base64')).metadata();
    expect(mimeType).toBe('image/webp');
    expect(made).toMatchObject({ format: 'webp', width: 512, height: 171, hasAlpha: true });
  });

  it('an animation is its first image', async () => {
    const frames = { raw: { width: 20, height: 60, channels: 3 as const, pageHeight: 20 } };
    const gif = await sharp(Buffer.alloc(20 * 60 * 3, 9), frames)
      .gif()
      .toBuffer();
    expect(await images.decode(gif)).toMatchObject({ width: 20, height: 20 });
  });
});
