import type { WorkerConfig } from '../../config.js';
import type { ActionRef } from '../../contracts/actions.js';
import { AppError } from '../../contracts/errors.js';
import { ImageResult, type ImageInput, type ImageMade } from '../../contracts/images.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { DrawImageInput } from '../ports.js';

/** What the runner is told of one image, the same for every backend. */
export function imageInput(config: WorkerConfig, { op, prompt }: DrawImageInput): ImageInput {
  const { GEMINI_MODEL_IMAGE, GEMINI_MODEL_THUMBNAIL, IMAGE_TIMEOUT_MS: timeoutMs } = config;
  if (op === 'sprite')
    return { command: 'image', op, prompt, timeoutMs, model: GEMINI_MODEL_IMAGE };
  return { command: 'image', op, prompt, timeoutMs, model: GEMINI_MODEL_THUMBNAIL, references: [] };
}

/** What was sent for the action to work on. Throws `FILE_NOT_FOUND`: then it has ended already. */
export async function sourceOf(
  images: ActionImages,
  { userId, actionId }: ActionRef,
): Promise<string> {
  const source = await images.readSource(userId, actionId);
  if (source === null) throw new AppError('FILE_NOT_FOUND', 'the image to be worked on is gone');
  return source;
}

/**
 * Keeps the image that the runner made as the action's; the same bytes in the same place when it is
 * repeated.
 */
export async function keepImage(
  images: ActionImages,
  { userId, actionId }: { userId: string; actionId: string },
  raw: unknown,
): Promise<ImageMade> {
  const read = ImageResult.safeParse(raw);
  if (!read.success)
    throw new AppError('RunCrashed', 'the result of the image cannot be understood');
  const { data, mimeType, prompt } = read.data;
  await images.write(userId, actionId, Buffer.from(data, 'base64'));
  return { mimeType, prompt };
}
