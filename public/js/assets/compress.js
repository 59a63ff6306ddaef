/**
 * Makes a chosen file one that games can carry: photos are drawn smaller, what cannot be made
 * smaller is refused with a word. An SVG stays as it is.
 */
import { text } from '../texts/index.js';
import { unreadableText } from './accepted.js';

/** Of what is kept: larger ones are drawn smaller. */
export const MAX_SIDE_PX = 2_048;
const MAX_IMAGE_BYTES = 300 * 1024;
const MAX_SOUND_BYTES = 1024 * 1024;
const QUALITIES = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
const SMALLER = 0.8;
const SMALLEST_SIDE_PX = 64;
const SOUNDS = ['audio/mpeg', 'audio/mp3', 'audio/wav', 'audio/x-wav', 'audio/wave', 'audio/ogg'];
/** What every browser shows as it is. */
const SHOWN = ['image/png', 'image/jpeg', 'image/webp'];

/**
 * @param {File} file
 * @returns {Promise<File>} rejects with an Error whose message is for the person
 */
export async function smallEnough(file) {
  if (SOUNDS.includes(file.type)) return limited(file, MAX_SOUND_BYTES, text.assetSoundTooLarge);
  if (file.type === 'image/svg+xml') return limited(file, MAX_SOUND_BYTES, text.assetTooLarge);
  // Drawn anew it would lose its motion.
  if (file.type === 'image/gif') return limited(file, MAX_IMAGE_BYTES, text.assetTooLarge);
  if (!file.type.startsWith('image/') && !/\.hei[cf]$/i.test(file.name))
    throw new Error(text.assetWrongType);
  const image = await createImageBitmap(file).catch(async () => {
    throw new Error(await unreadableText(file));
  });
  try {
    const isSmall = Math.max(image.width, image.height) <= MAX_SIDE_PX;
    if (isSmall && file.size <= MAX_IMAGE_BYTES && SHOWN.includes(file.type)) return file;
    return await drawnSmaller(image, file.name);
  } finally {
    image.close();
  }
}

/** @param {File} file @param {number} maxBytes @param {string} refusal */
function limited(file, maxBytes, refusal) {
  if (file.size > maxBytes) throw new Error(refusal);
  return file;
}

/** @param {ImageBitmap} image @param {string} name */
async function drawnSmaller(image, name) {
  let scale = Math.min(1, MAX_SIDE_PX / Math.max(image.width, image.height));
  for (;;) {
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(image.width * scale)),
      Math.max(1, Math.round(image.height * scale)),
    );
    const context = canvas.getContext('2d');
    if (!context) throw new Error(text.somethingWrong);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const isLast = Math.max(canvas.width, canvas.height) <= SMALLEST_SIDE_PX;
    for (const [type, quality] of attemptsFor(isTransparent(context, canvas))) {
      const blob = await canvas.convertToBlob({ type, quality });
      if (blob.size <= MAX_IMAGE_BYTES || isLast)
        return new File([blob], withExtension(name, type), { type });
    }
    scale *= SMALLER;
  }
}

/** @param {boolean} transparent @returns {[type: string, quality: number][]} */
function attemptsFor(transparent) {
  return transparent
    ? [['image/png', 1]]
    : QUALITIES.map((quality) => /** @type {[string, number]} */ (['image/jpeg', quality]));
}

/** @param {OffscreenCanvasRenderingContext2D} context @param {OffscreenCanvas} canvas */
function isTransparent(context, { width, height }) {
  const { data } = context.getImageData(0, 0, width, height);
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 255) < 255) return true;
  return false;
}

/** @param {string} name @param {string} type */
function withExtension(name, type) {
  return `${name.replace(/\.[^.]*$/, '') || 'image'}.${type === 'image/png' ? 'png' : 'jpg'}`;
}

/**
 * A data URI as a file; the pages' policy does not let it be fetched. @param {string} uri @param
 * {string} name
 */
export function fileOfDataUri(uri, name) {
  const [head = '', base64 = ''] = uri.split(',');
  const type = head.match(/^data:([^;]+)/)?.[1] ?? 'image/png';
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new File([bytes], withExtension(name, type), { type });
}
