import { text } from '../texts/index.js';

/**
 * The kinds of files that a person may choose; what becomes of each is in compress.js. HEIC is not
 * among them: most browsers cannot read it, and a phone that offers its photos for this list
 * converts them to JPEG by itself.
 */
export const ACCEPTED_IMAGES = 'image/png,image/jpeg,image/gif,image/webp';
export const ACCEPTED = `${ACCEPTED_IMAGES},image/svg+xml,audio/*`;

const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'mif1'];

/** Why an image cannot be read, for the person. @param {File} file */
export async function unreadableText(file) {
  const head = await file.slice(4, 12).text();
  const isHeic = head.startsWith('ftyp') && HEIC_BRANDS.includes(head.slice(4));
  return isHeic ? text.heicUnreadable : text.cropUnreadable;
}
