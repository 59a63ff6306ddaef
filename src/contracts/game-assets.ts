import { z } from 'zod';

const asked = {
  /** How the game asks for it, without origin and query, decoded. */
  address: z.string(),
  mimeType: z.string(),
};

/** An asset that a game may load while the runner shows it. The game names addresses alone; where the bytes are is the caller's word. */
export const GameAsset = z.union([
  /** A file beside the repositories; relative paths start at the current folder. */
  z.object({ ...asked, file: z.string() }),
  /** Bytes that come along, base64. */
  z.object({ ...asked, data: z.string() }),
]);
export type GameAsset = z.infer<typeof GameAsset>;
