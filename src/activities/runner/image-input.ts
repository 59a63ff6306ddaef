import type { WorkerConfig } from '../../config.js';
import type { ActionRef } from '../../contracts/actions.js';
import { DreamError } from '../../contracts/errors.js';
import { ImageResult, type ImageInput, type PictureMade } from '../../contracts/images.js';
import type { Pictures } from '../../store/files/images.js';
import type { DrawPictureInput } from '../ports.js';

/** What the runner is told of one picture, the same for every backend. */
export function imageInput(config: WorkerConfig, { op, prompt }: DrawPictureInput): ImageInput {
  const { GEMINI_MODEL_IMAGE, GEMINI_MODEL_THUMBNAIL, IMAGE_TIMEOUT_MS: timeoutMs } = config;
  if (op === 'sprite')
    return { command: 'image', op, prompt, timeoutMs, model: GEMINI_MODEL_IMAGE };
  return { command: 'image', op, prompt, timeoutMs, model: GEMINI_MODEL_THUMBNAIL, references: [] };
}

/** What was sent for the action to work on. Throws `FILE_NOT_FOUND`: then it has ended already. */
export async function sourceOf(
  pictures: Pictures,
  { userId, actionId }: ActionRef,
): Promise<string> {
  const source = await pictures.readSource(userId, actionId);
  if (source === null)
    throw new DreamError('FILE_NOT_FOUND', 'the picture to be worked on is gone');
  return source;
}

/** Keeps the picture that the runner made as the action's; the same bytes in the same place when it is repeated. */
export async function keepPicture(
  pictures: Pictures,
  { userId, actionId }: { userId: string; actionId: string },
  raw: unknown,
): Promise<PictureMade> {
  const read = ImageResult.safeParse(raw);
  if (!read.success)
    throw new DreamError('RunCrashed', 'the result of the picture cannot be understood');
  const { data, mimeType, prompt } = read.data;
  await pictures.write(userId, actionId, Buffer.from(data, 'base64'));
  return { mimeType, prompt };
}
