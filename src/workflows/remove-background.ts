import type { ActionOutcome } from '../contracts/actions.js';
import type { ImageMade, RemoveBackgroundInput } from '../contracts/images.js';
import { shared } from './activity-proxies.js';
import { makeImage, makeImageHere } from './draw-image.js';
import { runAction } from './run-action.js';

/** The subject of an image that somebody sent, without what is behind it. */
export async function removeBackground(
  input: RemoveBackgroundInput,
): Promise<ActionOutcome<ImageMade>> {
  return runAction('removeBackground', input, async () => {
    const { by } = await shared.planCutout();
    if (by === 'service')
      return makeImageHere(input, (here) => here.removeBackgroundByService(input));
    return makeImage(input, (set) => set.removeBackground(input));
  });
}
