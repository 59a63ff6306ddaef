import { fileTypeFromBuffer } from 'file-type';
import type { Config } from '../../config.js';
import { AppError } from '../../contracts/base/errors.js';
import { imageTrouble, type ImageLimits } from '../../domain/assets/image-facts.js';

/** Head of a data URI: its media type, which is ignored, and its encoding. */
const DATA_URI = /^data:[^,]{0,200};base64,/i;

export type SentImageConfig = Pick<Config, 'IMAGE_MAX_SIDE' | 'IMAGE_MAX_PIXELS'>;

const limitsOf = (config: SentImageConfig): ImageLimits => ({
  maxSide: config.IMAGE_MAX_SIDE,
  maxPixels: config.IMAGE_MAX_PIXELS,
});

/**
 * Throws `ImageTooLarge` or `ImageUnreadable` for an image of this type that must not be kept:
 * nothing here or on a phone has to decode it to find out. Other types pass.
 */
export function assertImage(config: SentImageConfig, bytes: Buffer, mime: string): void {
  const trouble = imageTrouble(bytes, mime, limitsOf(config));
  if (trouble !== null) throw new AppError(trouble, `an image (${mime}) was refused`);
}

/**
 * Why an image sent as a data URI cannot be worked on; null = it can, or it is an address, which
 * is never opened here.
 */
export async function dataUriTrouble(
  config: SentImageConfig,
  text: string,
): Promise<'ImageTooLarge' | 'ImageUnreadable' | null> {
  if (!/^data:/i.test(text)) return null;
  const head = DATA_URI.exec(text)?.[0];
  if (head === undefined) return 'ImageUnreadable';
  const bytes = Buffer.from(text.slice(head.length), 'base64');
  const mime = (await fileTypeFromBuffer(bytes))?.mime.replace('apng', 'png') ?? '';
  const isImage = /^image\/(png|jpeg|gif|webp|avif)$/.test(mime);
  return isImage ? imageTrouble(bytes, mime, limitsOf(config)) : 'ImageUnreadable';
}
