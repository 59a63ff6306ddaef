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

/** `PUT /api/assets/:id`: what is left out stays. The dates are additive: from when until when the asset is delivered. */
export const AssetChangesBody = z.looseObject({
  tags: Note,
  description: Note,
  availableFrom: Moment,
  availableUntil: Moment,
});
