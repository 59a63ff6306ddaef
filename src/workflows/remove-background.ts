import type { ActionOutcome } from '../contracts/actions.js';
import type { PictureMade, RemoveBackgroundInput } from '../contracts/images.js';
import { shared } from './activity-proxies.js';
import { makePicture, makePictureHere } from './draw-picture.js';
import { runAction } from './run-action.js';

/** The subject of a picture that somebody sent, without what is behind it. */
export async function removeBackground(
  input: RemoveBackgroundInput,
): Promise<ActionOutcome<PictureMade>> {
  return runAction('removeBackground', input, async () => {
    const { by } = await shared.planCutout();
    if (by === 'service')
      return makePictureHere(input, (here) => here.removeBackgroundByService(input));
    return makePicture(input, (set) => set.removeBackground(input));
  });
}
