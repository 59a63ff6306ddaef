import type Sharp from 'sharp';
import type { Image } from '../../contracts/media/images.js';
import { AppError } from '../../contracts/base/errors.js';
import { loadPackage } from '../packages.js';
import { imageType } from '../../domain/assets/image-facts.js';
import { keyOutMagenta, type Box, type Pixels } from './key-out.js';

type SharpImage = ReturnType<typeof Sharp>;

/** Images of the phone screen: 9:16 (rest.md §9.4). */
const THUMBNAIL = { width: 1_080, height: 1_920, quality: 85 };
const SPRITE_QUALITY = 85;
/** More than any model draws; a small file can unpack to much more. */
const MAX_PIXELS = 50_000_000;
/** Pixel limit for uploads; fits a phone photo. */
const MAX_SENT_PIXELS = 4_096 * 4_096;
const MAX_SENT_SIDE = 16_384;

/** Everything that is done to images, by the native library that `seenFrom` can see. */
export function openImages(seenFrom?: string) {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  /** By content, not by name: neither drawings that load files nor documents are opened. */
  const open = (bytes: Buffer) => {
    if (imageType(bytes) === null)
      throw new AppError('ImageUnreadable', 'the content is no PNG, JPEG, WebP, GIF or AVIF');
    return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
  };
  const openPixels = ({ data, width, height }: Pixels) =>
    sharp(data, { raw: { width, height, channels: 4 } });
  const decode = async (bytes: Buffer): Promise<Pixels> => readable(toPixels(open(bytes)));

  return {
    /** Upright, as red, green, blue and alpha. Throws `ImageUnreadable`. */
    decode,

    /**
     * As `decode`, for an upload: its size is checked by its header alone.
     * Throws `ImageTooLarge`.
     */
    async decodeSent(bytes: Buffer): Promise<Pixels> {
      const { width, height } = await readable(
        sharp(bytes, { limitInputPixels: false }).metadata(),
      );
      if (width * height > MAX_SENT_PIXELS || Math.max(width, height) > MAX_SENT_SIDE)
        throw new AppError('ImageTooLarge', `the image has ${width} × ${height} pixels`);
      return decode(bytes);
    },

    /**
     * A sprite on magenta, cut out and trimmed: PNG. An image without such a ground is left whole
     * (rest.md §7.10). With `maxSide` it is one for a game.
     */
    async cutSprite(bytes: Buffer, maxSide?: number): Promise<Image> {
      const pixels = await decode(bytes);
      const box = keyOutMagenta(pixels);
      if (maxSide !== undefined) return gameSprite(openPixels(pixels), box, maxSide);
      return asPng(box ? openPixels(pixels).extract(box) : openPixels(pixels));
    },

    /** The image as a file of a game: WebP of at most `maxSide` pixels a side, never enlarged. */
    forGame: (pixels: Pixels, maxSide: number): Promise<Image> =>
      asGameFile(openPixels(pixels), maxSide),

    /** At most 1080×1920, never enlarged: WebP. */
    async thumbnail(bytes: Buffer): Promise<Image> {
      const { width, height, quality } = THUMBNAIL;
      const webp = await readable(
        open(bytes)
          .rotate()
          .resize({ width, height, fit: 'inside', withoutEnlargement: true })
          .webp({ quality })
          .toBuffer(),
      );
      return { mimeType: 'image/webp', data: webp.toString('base64') };
    },

    /** True for an image of a single colour: nothing was drawn. */
    async isBlank(bytes: Buffer): Promise<boolean> {
      const { channels } = await readable(open(bytes).stats());
      return channels.every(({ stdev }) => stdev < 2);
    },

    /**
     * The image as red, green, blue values of `size` × `size` pixels; what is transparent counts as
     * white.
     */
    squareRgb: (pixels: Pixels, size: number): Promise<Buffer> =>
      asSquareRgb(openPixels(pixels), size),

    /**
     * The image with the mask's `size` × `size` grey values as its alpha: PNG. Transparent pixels
     * stay transparent.
     */
    async withMask(pixels: Pixels, mask: Buffer, size: number): Promise<Image> {
      const { width, height } = pixels;
      const stretched = await sharp(mask, { raw: { width: size, height: size, channels: 1 } })
        .resize(width, height, { fit: 'fill' })
        .extractChannel(0)
        .raw()
        .toBuffer();
      applyMask(pixels, stretched);
      return asPng(openPixels(pixels));
    },

    png: (pixels: Pixels): Promise<Image> => asPng(openPixels(pixels)),
  };
}

async function toPixels(image: SharpImage): Promise<Pixels> {
  const { data, info } = await image
    .rotate()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function asSquareRgb(image: SharpImage, size: number): Promise<Buffer> {
  const square = image.flatten({ background: '#ffffff' }).resize(size, size, { fit: 'fill' });
  return square.raw().toBuffer();
}

async function asPng(image: SharpImage): Promise<Image> {
  return { mimeType: 'image/png', data: (await image.png().toBuffer()).toString('base64') };
}

/**
 * Throws `ImageNotMade` for a sprite on another ground: code draws a figure better than a box
 * around it.
 */
async function gameSprite(image: SharpImage, box: Box | null, maxSide: number): Promise<Image> {
  if (box === null) throw new AppError('ImageNotMade', 'the sprite stands on no ground of ours');
  return asGameFile(image.extract(box), maxSide);
}

async function asGameFile(image: SharpImage, maxSide: number): Promise<Image> {
  const fit = { width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true } as const;
  const webp = await image.resize(fit).webp({ quality: SPRITE_QUALITY }).toBuffer();
  return { mimeType: 'image/webp', data: webp.toString('base64') };
}

/** Multiplies the alpha of each pixel by the grey value of the mask, 0 to 255. */
function applyMask({ data, width, height }: Pixels, mask: Buffer): void {
  for (let at = 0; at < width * height; at += 1)
    data[at * 4 + 3] = Math.round((data[at * 4 + 3]! * mask[at]!) / 255);
}

async function readable<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new AppError('ImageUnreadable', `the image cannot be read: ${(error as Error).message}`);
  });
}
