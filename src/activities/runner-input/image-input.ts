import type { WorkerConfig } from '../../config.js';
import type { ActionRef } from '../../contracts/rows/actions.js';
import { crashPoint } from '../../process/crash-points.js';
import { SPRITE_SIDE } from '../../contracts/game/brief.js';
import { AppError } from '../../contracts/base/errors.js';
import { spriteIdFor } from '../../contracts/base/ids.js';
import { ImageResult, type ImageInput, type ImageMade } from '../../contracts/media/images.js';
import { imageSize } from '../../domain/assets/image-facts.js';
import type { Assets } from '../../objects/assets.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { Store } from '../../store/index.js';
import { resultOf } from '../hosted/host.js';
import type { DrawImageInput } from '../ports/image-ports.js';
import type { DrawSpriteInput, PlaceImageInput } from '../ports/sprite-port.js';
import { findAsset } from './game-assets.js';

/** The runner's input for one image, the same for every backend. */
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
  crashPoint('after-draw-before-keep');
  await keepImage(images, { userId, actionId: spriteIdFor(jobId, name) }, raw);
  return (await keptSprite(images, input)) ?? { sizeBytes: 0 };
}

/** The runner's input for an image that comes with a message. Throws `FILE_NOT_FOUND`. */
export async function attachedInput(
  { assets, store }: { assets: Pick<Assets, 'read'>; store: Pick<Store, 'assets'> },
  { userId, assetId, sentBy = userId }: PlaceImageInput,
): Promise<ImageInput> {
  const found = await findAsset({ store }, { kind: 'id', id: assetId }, sentBy);
  const bytes = found?.asset.owner_id === sentBy ? await assets.read(found.key) : null;
  if (bytes === null) throw new AppError('FILE_NOT_FOUND', 'the attached image is gone');
  const image = `data:application/octet-stream;base64,${bytes.toString('base64')}`;
  return { command: 'image', op: 'fit', image, maxSide: SPRITE_SIDE };
}

/** Sides of the attached image that an earlier try has left (C4); null = it is to be made. */
export async function keptAttached(
  images: Pick<ActionImages, 'read'>,
  { jobId, userId, name }: PlaceImageInput,
): Promise<{ width: number; height: number } | null> {
  const bytes = await images.read(userId, spriteIdFor(jobId, name));
  return bytes && imageSize(bytes);
}

/** Keeps the attached image that the runner made, for every attempt of its job. */
export async function keepAttached(
  images: ActionImages,
  input: PlaceImageInput,
  raw: unknown,
): Promise<{ width: number; height: number }> {
  const { jobId, userId, name } = input;
  await keepImage(images, { userId, actionId: spriteIdFor(jobId, name) }, raw);
  const size = await keptAttached(images, input);
  if (size === null) throw new AppError('RunCrashed', 'what was made of the image is none');
  return size;
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
  const { data, mimeType, prompt } = resultOf(ImageResult, raw, 'image');
  await images.write(userId, actionId, Buffer.from(data, 'base64'));
  return { mimeType, prompt };
}
