import { AppError } from '../../contracts/errors.js';

/** What an image begins with, whatever it calls itself. */
const BEGINNINGS: readonly (readonly [type: string, at: number, bytes: string])[] = [
  ['image/png', 0, '89504e470d0a1a0a'],
  ['image/jpeg', 0, 'ffd8ff'],
  ['image/gif', 0, '474946383761'],
  ['image/gif', 0, '474946383961'],
  ['image/webp', 8, '57454250'],
  ['image/avif', 4, '6674797061766966'],
];
const HEAD = /^data:[\w.+-]+\/[\w.+-]+(?:;[\w.+-]+=[\w.+-]+)*;base64,/i;
const LONGEST_HEAD = 200;

/** The media type that the content has; null for anything but an image made of pixels. */
export function imageType(bytes: Buffer): string | null {
  const found = BEGINNINGS.find(
    ([, at, begin]) => bytes.subarray(at, at + begin.length / 2).toString('hex') === begin,
  );
  return found?.[0] ?? null;
}

/**
 * The bytes of an image sent as a data URI. Throws `ImageUnreadable`; what the URI says about its
 * type is not believed.
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
