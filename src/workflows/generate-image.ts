import type { ActionOutcome } from '../contracts/actions.js';
import type { GenerateImageInput, ImageMade } from '../contracts/images.js';
import { drawImage } from './draw-image.js';
import { runAction } from './run-action.js';

/** A sprite for a wish in words; its bytes wait beside the user's files for whoever asked. */
export async function generateImage(input: GenerateImageInput): Promise<ActionOutcome<ImageMade>> {
  return runAction('generateImage', input, () => drawImage({ ...input, op: 'sprite' }));
}
