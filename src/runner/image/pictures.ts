import type Sharp from 'sharp';
import type { Picture } from '../../contracts/images.js';
import { DreamError } from '../../contracts/errors.js';
import { loadPackage } from '../packages.js';
import { keyOutMagenta } from './key-out.js';

/** Pictures of the phone screen: 9:16 (rest.md §9.4). */
const POSTER = { width: 1_080, height: 1_920, quality: 85 };
/** More than any model draws or any phone takes; a small file can unpack to much more. */
const MAX_PIXELS = 50_000_000;

/** Everything that is done to pictures, by the native library that `seenFrom` can see. */
export function openPictures(seenFrom?: string) {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const open = (bytes: Buffer) => sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
  const readable = async <T>(work: Promise<T>): Promise<T> => work.catch((error: unknown) => {
    throw new DreamError('ImageUnreadable', `the picture cannot be read: ${(error as Error).message}`);
  });
  const raw = (bytes: Buffer) => readable(open(bytes).rotate().ensureAlpha().raw().toBuffer({ resolveWithObject: true }));

  return {
    /** A sprite on magenta, cut out and trimmed: PNG. A picture without such a ground is left whole (rest.md §7.10). */
    async cutSprite(bytes: Buffer): Promise<Picture> {
      const { data, info: { width, height } } = await raw(bytes);
      const box = keyOutMagenta({ data, width, height });
      const image = sharp(data, { raw: { width, height, channels: 4 } });
      return { mimeType: 'image/png', data: (await (box ? image.extract(box) : image).png().toBuffer()).toString('base64') };
    },

    /** At most 1080×1920, never enlarged: WebP. */
    async poster(bytes: Buffer): Promise<Picture> {
      const { width, height, quality } = POSTER;
      const webp = await readable(open(bytes).rotate().resize({ width, height, fit: 'inside', withoutEnlargement: true }).webp({ quality }).toBuffer());
      return { mimeType: 'image/webp', data: webp.toString('base64') };
    },

    /** True for a picture of a single colour: nothing was drawn. */
    async isBlank(bytes: Buffer): Promise<boolean> {
      const { channels } = await readable(open(bytes).stats());
      return channels.every(({ stdev }) => stdev < 2);
    },

    /** The picture as red, green, blue values of `size` × `size` pixels, and its own size. */
    async squareRgb(bytes: Buffer, size: number): Promise<{ data: Buffer; width: number; height: number }> {
      const { info: { width, height } } = await raw(bytes);
      const data = await readable(open(bytes).rotate().removeAlpha().toColourspace('srgb').resize(size, size, { fit: 'fill' }).raw().toBuffer());
      return { data, width, height };
    },

    /** The picture, as transparent as the mask of `size` × `size` grey values says: PNG. What was transparent stays so. */
    async withMask(bytes: Buffer, mask: Buffer, size: number): Promise<Picture> {
      const { data, info: { width, height } } = await raw(bytes);
      const stretched = await sharp(mask, { raw: { width: size, height: size, channels: 1 } }).resize(width, height, { fit: 'fill' }).extractChannel(0).raw().toBuffer();
      for (let at = 0; at < width * height; at += 1) data[at * 4 + 3] = Math.round(data[at * 4 + 3]! * stretched[at]! / 255);
      const png = await sharp(data, { raw: { width, height, channels: 4 } }).png().toBuffer();
      return { mimeType: 'image/png', data: png.toString('base64') };
    },
  };
}
export type Pictures = ReturnType<typeof openPictures>;
