/** From a cropped image to the file that is uploaded. */

/** The server takes less than 1 MiB. */
const MAX_BYTES = 1_048_575;
const QUALITIES = [0.85, 0.6, 0.4];
/** Not every browser writes WebP. */
const TYPES = ['image/webp', 'image/jpeg'];

/**
 * Rejects when the image cannot be made small enough.
 * @param {HTMLCanvasElement} image @returns {Promise<Blob>}
 */
export async function thumbnailOf(image) {
  for (const type of TYPES) {
    for (const quality of QUALITIES) {
      const made = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) =>
        image.toBlob(resolve, type, quality),
      );
      if (made && made.type === type && made.size <= MAX_BYTES) return made;
    }
  }
  throw new Error('the image is too large');
}
