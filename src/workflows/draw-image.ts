import type { DrawImageInput, ImageActivities } from '../activities/ports.js';
import type { ActionRef } from '../contracts/actions.js';
import type { ImageMade } from '../contracts/images.js';
import { localImages, modalImages } from './activity-proxies.js';
import { runWithFallback } from './either-backend.js';

const DETAILS = '画像を作成中';

/** Has an image drawn by the image model. */
export function drawImage(input: DrawImageInput): Promise<ImageMade> {
  return makeImage(input, (set) => set.drawImage(input));
}

/** Has an image made where the switch says (G1). Throws the failure of the last try. */
export function makeImage(
  action: ActionRef,
  make: (set: ImageActivities) => Promise<ImageMade>,
): Promise<ImageMade> {
  return runWithFallback(action, DETAILS, (backend) =>
    make(backend === 'modal' ? modalImages : localImages),
  );
}

/** As {@link makeImage}, by what only this machine can do. */
export function makeImageHere(
  action: ActionRef,
  make: (here: typeof localImages) => Promise<ImageMade>,
): Promise<ImageMade> {
  return runWithFallback(action, DETAILS, () => make(localImages), 'local');
}
