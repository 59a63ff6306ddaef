import { z } from 'zod';

/** Bodies and fields of the assets API (rest.md §7). */

/** Fields beside the file of an upload. Empty counts as not given. */
export const UploadFields = z.looseObject({
  projectId: z.string().optional(),
  originalName: z.string().optional(),
  tags: z.string().optional(),
  description: z.string().optional(),
});

/** `PUT /api/assets/:id/publish`: a boolean, or what the database took for one (rest.md §11). */
export const PublishBody = z.looseObject({
  isPublic: z.union([
    z.boolean(),
    z.stringbool({
      truthy: ['true', 't', 'yes', 'y', 'on', '1'],
      falsy: ['false', 'f', 'no', 'n', 'off', '0'],
    }),
    z.literal([0, 1]).transform((value) => value === 1),
  ]),
});

const Note = z.string().nullable().optional();
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
/** In UTC: PostgreSQL knows neither every offset that ISO 8601 has, nor the year 0. */
const Moment = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value))
  .refine((at) => at.getTime() >= EARLIEST_MS && at.getUTCFullYear() <= 9999)
  .transform((at) => at.toISOString())
  .nullable()
  .optional();

/**
 * `PUT /api/assets/:id`: what is left out stays. The dates are additive: from when until when the
 * asset is delivered.
 */
export const AssetChangesBody = z.looseObject({
  tags: Note,
  description: Note,
  availableFrom: Moment,
  availableUntil: Moment,
});

const asked = {
  /** How the game asks for it, without origin and query, decoded. */
  address: z.string(),
  mimeType: z.string(),
};

/**
 * An asset that a game may load while the runner shows it. The game names addresses alone; where
 * the bytes are is the caller's word.
 */
export const GameAsset = z.union([
  /** A file of this machine; relative paths start at the current folder. */
  z.object({ ...asked, file: z.string() }),
  /** Bytes that come along, base64. */
  z.object({ ...asked, data: z.string() }),
]);
export type GameAsset = z.infer<typeof GameAsset>;

/** An image of the player's that goes with a message and is to become a file of the game. */
export const AttachedImage = z.object({
  /** Its number in the message, and what the player calls it. */
  number: z.string(),
  called: z.string(),
  assetId: z.string(),
  /** As sprites are named: of one asset always the same, of two never. */
  name: z.string(),
});
export type AttachedImage = z.infer<typeof AttachedImage>;

/** What goes with a request and is to become files of the game. */
export const PlannedAttachments = z.object({
  images: z.array(AttachedImage),
  /** Of the player's own, those that are no more, or too many. */
  unusable: z.number(),
});
export type PlannedAttachments = z.infer<typeof PlannedAttachments>;
