import type { ActionOutcome } from '../contracts/actions.js';
import type { GenerateThumbnailInput, ImageMade } from '../contracts/images.js';
import { localImages, shared } from './activity-proxies.js';
import { drawImage } from './draw-image.js';
import { runAction } from './run-action.js';

/**
 * A project's image: drawn by the image model, or without one seen in the running game. The old one
 * stays until the new one is whole.
 */
export async function generateThumbnail(
  input: GenerateThumbnailInput,
): Promise<ActionOutcome<ImageMade>> {
  return runAction('generateThumbnail', input, async () => {
    const plan = await shared.planThumbnail(input);
    const made =
      plan.kind === 'draw'
        ? await drawImage({ ...input, op: 'thumbnail', prompt: plan.prompt })
        : await localImages.takeScreenshot({ ...input, revision: plan.revision });
    await shared.keepThumbnail(input);
    return made;
  });
}
