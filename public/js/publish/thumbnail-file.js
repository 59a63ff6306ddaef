/** From a view of an image to the file that is uploaded. */
import { h } from '../ui/dom.js';
import { draw, drawnSize } from './crop-view.js';

const FULL = { width: 1080, height: 1920 };
/** The server takes less than 1 MiB. */
const MAX_BYTES = 1_048_575;
const QUALITIES = [0.85, 0.6, 0.4];
/** Not every browser writes WebP. */
const TYPES = ['image/webp', 'image/jpeg'];

/**
 * @param {ImageBitmap} image @param {import('./crop-view.js').View} view
 * @returns {Promise<Blob>} 9:16, at most 1080×1920 and never enlarged; rejects when it cannot be
 * made small enough
 */
export async function thumbnailOf(image, view) {
  const shrink = Math.min(1, 1 / drawnSize(view, image, FULL).scale);
  const size = {
    width: Math.max(9, Math.round(FULL.width * shrink)),
    height: Math.max(16, Math.round(FULL.height * shrink)),
  };
  const canvas = h('canvas', size);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser draws nothing');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size.width, size.height);
  context.imageSmoothingQuality = 'high';
  draw(context, image, view, image, size, { x: size.width / 2, y: size.height / 2 });
  for (const type of TYPES) {
    for (const quality of QUALITIES) {
      const made = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) =>
        canvas.toBlob(resolve, type, quality),
      );
      if (made && made.type === type && made.size <= MAX_BYTES) return made;
    }
  }
  throw new Error('the image is too large');
}
