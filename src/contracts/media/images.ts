import { z } from 'zod';
import type { ActionRef } from '../rows/actions.js';
import { GameAsset } from './assets.js';

const asked = {
  command: z.literal('image'),
  model: z.string().min(1),
  timeoutMs: z.number().int().positive(),
};

/** Image as it travels between processes: base64. */
export const Image = z.object({ mimeType: z.string(), data: z.string() });
export type Image = z.infer<typeof Image>;

/** Making one image. Nothing is written: the image is the result. */
export const ImageInput = z.discriminatedUnion('op', [
  /**
   * An isolated sprite by the image model, cut out: PNG with transparency. With `maxSide` one for a
   * game: WebP of at most that many pixels a side, or nothing when its ground cannot be removed.
   */
  z.object({
    ...asked,
    op: z.literal('sprite'),
    prompt: z.string().min(1),
    maxSide: z.number().int().positive().optional(),
  }),
  /** A 9:16 image by the image model: WebP. `references` may appear in it. */
  z.object({
    ...asked,
    op: z.literal('thumbnail'),
    prompt: z.string().min(1),
    references: z.array(Image).max(3),
  }),
  /**
   * What the game of a version looks like after a moment of play, 9:16: WebP. `parcelFile`: the
   * version's parcel, from the current folder; `assets`: what the game may load.
   */
  z.object({
    command: z.literal('image'),
    op: z.literal('screenshot'),
    parcelFile: z.string(),
    assets: z.array(GameAsset),
  }),
  /** An image (data URI) as a file of a game: WebP of at most `maxSide` pixels a side. */
  z.object({
    command: z.literal('image'),
    op: z.literal('fit'),
    image: z.string(),
    maxSide: z.number().int().positive(),
  }),
  /** The subject of an image (data URI) by our own network: PNG of the same size. */
  z.object({ command: z.literal('image'), op: z.literal('cutout'), image: z.string() }),
  /**
   * The same by a service on the internet, which takes addresses of images as well; `version`: of
   * its model.
   */
  z.object({
    command: z.literal('image'),
    op: z.literal('cutout-by-service'),
    image: z.string(),
    version: z.string().min(1),
    timeoutMs: z.number().int().positive(),
  }),
]);
export type ImageInput = z.infer<typeof ImageInput>;

/** `prompt`: what was really sent to the image model; null when none was asked. */
export const ImageResult = Image.extend({ prompt: z.string().nullable() });
export type ImageResult = z.infer<typeof ImageResult>;

export interface GenerateImageInput extends ActionRef {
  prompt: string;
}
/** What was sent to be cut out lies in `objects/action-images`. */
export type RemoveBackgroundInput = ActionRef;
export interface GenerateThumbnailInput extends ActionRef {
  projectId: string;
  title: string | null;
}

/** What an action keeps of an image that it made; the bytes lie beside the user's files. */
export const ImageMade = z.object({ mimeType: z.string(), prompt: z.string().nullable() });
export type ImageMade = z.infer<typeof ImageMade>;

/**
 * Progress of an image in percent of its action, by finished step: the duration of an image model
 * is unknown.
 */
export const IMAGE_PROGRESS = {
  /** A worker has begun. */
  begun: 5,
  /**
   * The request is out: to the image model, the network for cut-outs, a service, or the running
   * game.
   */
  asked: 10,
  /** What they made is here. */
  received: 70,
  /** It is cut out, trimmed, brought to its size. */
  worked: 90,
  /** It is kept. */
  kept: 99,
} as const;
export type ImageStage = keyof typeof IMAGE_PROGRESS;
