import type { DrawPictureInput, ImageActivities } from '../activities/ports.js';
import type { ActionRef } from '../contracts/actions.js';
import type { PictureMade } from '../contracts/images.js';
import { localPictures, modalPictures } from './activity-proxies.js';
import { onEitherBackend } from './either-backend.js';

const DETAILS = '画像を作成中';

/** Has a picture drawn by the image model. */
export function drawPicture(input: DrawPictureInput): Promise<PictureMade> {
  return makePicture(input, (set) => set.drawPicture(input));
}

/** Has a picture made where the switch says (G1). Throws the failure of the last try. */
export function makePicture(
  action: ActionRef,
  make: (set: ImageActivities) => Promise<PictureMade>,
): Promise<PictureMade> {
  return onEitherBackend(action, DETAILS, (backend) =>
    make(backend === 'modal' ? modalPictures : localPictures),
  );
}

/** As {@link makePicture}, by what only this machine can do. */
export function makePictureHere(
  action: ActionRef,
  make: (here: typeof localPictures) => Promise<PictureMade>,
): Promise<PictureMade> {
  return onEitherBackend(action, DETAILS, () => make(localPictures), 'local');
}
