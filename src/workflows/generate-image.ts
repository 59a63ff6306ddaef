import type { ActionOutcome } from '../contracts/actions.js';
import type { GenerateImageInput, PictureMade } from '../contracts/images.js';
import { drawPicture } from './draw-picture.js';
import { runAction } from './run-action.js';

/** A sprite for a wish in words; its bytes wait beside the user's files for whoever asked. */
export async function generateImage(
  input: GenerateImageInput,
): Promise<ActionOutcome<PictureMade>> {
  return runAction('generateImage', input, () => drawPicture({ ...input, op: 'sprite' }));
}
