import type { ActionOutcome } from '../contracts/actions.js';
import type { GenerateThumbnailInput, PictureMade } from '../contracts/images.js';
import { localPictures, shared } from './activity-proxies.js';
import { drawPicture } from './draw-picture.js';
import { runAction } from './run-action.js';

/** A project's picture: drawn by the image model, or without one seen in the running game. The old one stays until the new one is whole. */
export async function generateThumbnail(
  input: GenerateThumbnailInput,
): Promise<ActionOutcome<PictureMade>> {
  return runAction('generateThumbnail', input, async () => {
    const plan = await shared.planThumbnail(input);
    const made =
      plan.kind === 'draw'
        ? await drawPicture({ ...input, op: 'poster', prompt: plan.prompt })
        : await localPictures.takeScreenshot({ ...input, revision: plan.revision });
    await shared.keepThumbnail(input);
    return made;
  });
}
