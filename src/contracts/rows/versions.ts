import { z } from 'zod';
import { storable } from '../base/ids.js';
import { PlaySummary } from '../game/play.js';

export const Version = z.object({
  id: z.string(),
  number: z.number().int(),
  message: z.string(),
  timestamp: z.string(),
  hash: z.string(),
  /**
   * Additive: position in the project's line of revisions, and whether its files are the current
   * ones.
   */
  ordinal: z.number().int(),
  current: z.boolean(),
  /** Additive: what its play has found; absent when it was not played (J1). */
  play: PlaySummary.optional(),
  /** Additive: counts from 1 at the oldest version, so that it never changes. */
  serial: z.number().int(),
  /** Additive: its screenshot; absent when there is none. */
  screenshotUrl: z.string().optional(),
  /** Additive: what its maker calls it, if anything, and whether he keeps it at hand. */
  name: z.string().optional(),
  isBookmarked: z.boolean(),
});
export type Version = z.infer<typeof Version>;

export const Edit = z.union([
  z.object({ path: z.string(), old_string: z.string(), new_string: z.string() }),
  /** Additive: `path`; without it the entry point is meant. */
  z.object({ path: z.string().optional(), diff: z.string() }),
]);
export type Edit = z.infer<typeof Edit>;

/** A maker's mark of a version: its name, if any, and whether it is bookmarked. */
export const VersionMark = z.object({ name: z.string().nullable(), isBookmarked: z.boolean() });
export type VersionMark = z.infer<typeof VersionMark>;

const MAX_NAME_CHARS = 60;
/** Control characters, ends of lines, and what turns the text around it. */
const UNWRITABLE = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** The name of a version as it is kept: one short line; an empty one is none. */
export const VersionName = z
  .string()
  .trim()
  .refine(
    (name) => !UNWRITABLE.test(name) && Array.from(name).length <= MAX_NAME_CHARS,
    'Invalid version name',
  )
  .transform(storable);
