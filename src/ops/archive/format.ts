import { z } from 'zod';
import { Uuid } from '../../contracts/base/ids.js';
import { RECORDING_LIMIT } from '../../contracts/execution/recording.js';
import { Revision } from '../../versions/format/manifest.js';
import { MAX_OBJECT_BYTES } from '../../versions/format/verify.js';
import { ShownJob } from '../jobs/shown.js';

const MIB = 1024 * 1024;

/** Parts of an archive by name, and the most bytes that each may have. */
export const PARTS = {
  job: { name: 'job.json', limit: 16 * MIB },
  /** As Temporal's own tools write and read it. */
  history: { name: 'history.json', limit: 96 * MIB },
  stream: { name: 'stream.json', limit: 96 * MIB },
  log: { name: 'log.jsonl', limit: 16 * MIB },
} as const;
/** All parts together, unpacked. */
export const UNPACKED_LIMIT = 256 * MIB;
const VERSION = /^versions\/[0-9a-f]{40}\.parcel$/;
const RECORDING = /^recordings\/([1-9]\d{0,3})\.jsonl\.gz$/;

/** Where an archive keeps the recording of an attempt (E8). */
export const recordingPart = (attempt: number): string => `recordings/${attempt}.jsonl.gz`;

/** Where an archive keeps a version whole. */
export const versionPart = (revision: string): string => `versions/${revision}.parcel`;

/** The most bytes of a part; null = no archive has a part of that name. */
export function limitOf(name: string): number | null {
  if (RECORDING.test(name)) return RECORDING_LIMIT;
  if (VERSION.test(name)) return MAX_OBJECT_BYTES;
  return Object.values(PARTS).find((part) => part.name === name)?.limit ?? null;
}

/** The part `job.json` of an archive. */
export const ArchivedJob = z.object({
  format: z.literal(2),
  exportedAt: z.string(),
  /** The build that exported it, if it was one. */
  build: z.string().nullable(),
  id: Uuid,
  shown: ShownJob,
  /** The job's own row; null for an action. */
  row: z.record(z.string(), z.unknown()).nullable(),
  chat: z.array(z.object({ role: z.string(), content: z.string(), timestamp: z.string() })),
  /** The version that the job started from; null = from nothing, or it is not known. */
  parent: Revision.nullable(),
  /** What it holds whole: the parent, the version, what is kept besides; as far as it was there. */
  versions: z.array(Revision),
});
export type ArchivedJob = z.infer<typeof ArchivedJob>;
