/** What the image editor does to an image: each step makes a new canvas of an old one. */
import { text } from '../texts/index.js';

/** @typedef {{ x: number, y: number, width: number, height: number }} Frame in pixels */

/** @param {number} width @param {number} height */
function blank(width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  return { canvas, context };
}

/** @param {CanvasImageSource} image @param {number} width @param {number} height */
export function drawn(image, width, height) {
  const { canvas, context } = blank(width, height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** A quarter to the right. @param {HTMLCanvasElement} image */
export function rotated(image) {
  const { canvas, context } = blank(image.height, image.width);
  context.translate(canvas.width, 0);
  context.rotate(Math.PI / 2);
  context.drawImage(image, 0, 0);
  return canvas;
}

/** @param {HTMLCanvasElement} image @param {'x' | 'y'} axis */
export function mirrored(image, axis) {
  const { canvas, context } = blank(image.width, image.height);
  context.translate(axis === 'x' ? canvas.width : 0, axis === 'y' ? canvas.height : 0);
  context.scale(axis === 'x' ? -1 : 1, axis === 'y' ? -1 : 1);
  context.drawImage(image, 0, 0);
  return canvas;
}

/** @param {HTMLCanvasElement} image @param {Frame} frame @param {boolean} isRound */
export function cropped(image, { x, y, width, height }, isRound) {
  const { canvas, context } = blank(width, height);
  if (isRound) {
    context.beginPath();
    context.ellipse(width / 2, height / 2, width / 2, height / 2, 0, 0, Math.PI * 2);
    context.clip();
  }
  context.drawImage(image, -x, -y);
  return canvas;
}

/**
 * The largest frame of this shape in the middle of an image; null = the whole image. @param
 * {HTMLCanvasElement} image @param {number | null} aspect width by height @returns {Frame}
 */
export function middleFrame({ width, height }, aspect) {
  if (aspect === null) return { x: 0, y: 0, width, height };
  const fits = Math.min(width, height * aspect);
  const size = { width: fits, height: fits / aspect };
  return { x: (width - size.width) / 2, y: (height - size.height) / 2, ...size };
}

/**
 * PNG where something shows through, else JPEG. @param {HTMLCanvasElement} image @param {string}
 * stem of the file's name @returns {Promise<File>}
 */
export async function fileOf(image, stem) {
  const context = /** @type {CanvasRenderingContext2D} */ (image.getContext('2d'));
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let isOpaque = true;
  for (let at = 3; at < data.length && isOpaque; at += 4) isOpaque = data[at] === 255;
  const type = isOpaque ? 'image/jpeg' : 'image/png';
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) =>
    image.toBlob(resolve, type, 0.92),
  );
  if (!blob) throw new Error(text.somethingWrong);
  return new File([blob], `${stem}_edited.${isOpaque ? 'jpg' : 'png'}`, { type });
}
