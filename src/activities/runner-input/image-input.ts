import type { WorkerConfig } from '../../config.js';
import type { ActionRef } from '../../contracts/actions.js';
import { SPRITE_SIDE } from '../../contracts/brief.js';
import { AppError } from '../../contracts/errors.js';
import { spriteIdFor } from '../../contracts/ids.js';
import { ImageResult, type ImageInput, type ImageMade } from '../../contracts/images.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { DrawImageInput } from '../ports.js';
import type { DrawSpriteInput } from '../sprite-port.js';

/** What the runner is told of one image, the same for every backend. */
export function imageInput(config: WorkerConfig, { op, prompt }: DrawImageInput): ImageInput {
  const { GEMINI_MODEL_IMAGE, GEMINI_MODEL_THUMBNAIL, IMAGE_TIMEOUT_MS: timeoutMs } = config;
  if (op === 'sprite')
    return { command: 'image', op, prompt, timeoutMs, model: GEMINI_MODEL_IMAGE };
  return { command: 'image', op, prompt, timeoutMs, model: GEMINI_MODEL_THUMBNAIL, references: [] };
}

/** The same of a sprite for a game. */
export function spriteInput(
  { GEMINI_MODEL_IMAGE: model, IMAGE_TIMEOUT_MS: timeoutMs }: WorkerConfig,
  { prompt }: DrawSpriteInput,
): ImageInput {
  return { command: 'image', op: 'sprite', prompt, timeoutMs, model, maxSide: SPRITE_SIDE };
}

/** Bytes of a sprite that an earlier try has left (C4); null = it is to be drawn. */
export async function keptSprite(
  images: ActionImages,
  { jobId, userId, name }: DrawSpriteInput,
): Promise<{ sizeBytes: number } | null> {
  const bytes = await images.read(userId, spriteIdFor(jobId, name));
  return bytes && { sizeBytes: bytes.length };
}

/** Keeps the sprite that the runner made until its candidate is there. */
export async function keepSprite(
  images: ActionImages,
  input: DrawSpriteInput,
  raw: unknown,
): Promise<{ sizeBytes: number }> {
  const { jobId, userId, name } = input;
  await keepImage(images, { userId, actionId: spriteIdFor(jobId, name) }, raw);
  return (await keptSprite(images, input)) ?? { sizeBytes: 0 };
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
