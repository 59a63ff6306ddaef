import { AppError } from '../../contracts/base/errors.js';
import { imageType } from '../../domain/assets/image-facts.js';

const HEAD = /^data:[\w.+-]+\/[\w.+-]+(?:;[\w.+-]+=[\w.+-]+)*;base64,/i;
const LONGEST_HEAD = 200;

/**
 * The bytes of an image sent as a data URI. Throws `ImageUnreadable`; the declared type is ignored.
 */
export function readDataUri(text: string): Buffer {
  const head = HEAD.exec(text.slice(0, LONGEST_HEAD))?.[0];
  if (head === undefined)
    throw new AppError('ImageUnreadable', 'the image is not a data URI with base64');
  const bytes = Buffer.from(text.slice(head.length), 'base64');
  if (imageType(bytes) === null)
    throw new AppError('ImageUnreadable', 'the content is no PNG, JPEG, WebP, GIF or AVIF');
  return bytes;
}
