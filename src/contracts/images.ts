import { z } from 'zod';
import type { ActionRef } from './actions.js';

const Revision = z.string().regex(/^[0-9a-f]{40}$/);
const asked = { command: z.literal('image'), model: z.string().min(1), timeoutMs: z.number().int().positive() };

/** Picture as it travels between processes: base64. */
export const Picture = z.object({ mimeType: z.string(), data: z.string() });
export type Picture = z.infer<typeof Picture>;

/** Making one picture. Nothing is written: the picture is the result. */
export const ImageInput = z.discriminatedUnion('op', [
  /** An isolated sprite by the image model, cut out: PNG with transparency. */
  z.object({ ...asked, op: z.literal('sprite'), prompt: z.string().min(1) }),
  /** A 9:16 picture by the image model: WebP. `references` may appear in it. */
  z.object({ ...asked, op: z.literal('poster'), prompt: z.string().min(1), references: z.array(Picture).max(3) }),
  /** What the game of a revision looks like after a moment of play, 9:16: WebP. `repoDir` starts at the current folder. */
  z.object({ command: z.literal('image'), op: z.literal('screenshot'), repoDir: z.string(), revision: Revision }),
]);
export type ImageInput = z.infer<typeof ImageInput>;

/** `prompt`: what was really sent to the image model; null when none was asked. */
export const ImageResult = Picture.extend({ prompt: z.string().nullable() });
export type ImageResult = z.infer<typeof ImageResult>;

export interface GenerateImageInput extends ActionRef { prompt: string }
/** The picture to work on lies where `store/pictures` keeps what was sent for an action. */
export type RemoveBackgroundInput = ActionRef;
export interface GenerateThumbnailInput extends ActionRef { projectId: string; title: string | null }

/** What an action keeps of a picture that it made; the bytes lie beside the user's files. */
export const PictureMade = z.object({ mimeType: z.string(), prompt: z.string().nullable() });
export type PictureMade = z.infer<typeof PictureMade>;
