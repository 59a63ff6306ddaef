import { z } from 'zod';
import { Uuid } from '../../contracts/base/ids.js';
import { RECORDING_LIMIT } from '../../contracts/execution/recording.js';
import { ShownJob } from '../jobs/shown.js';

const MIB = 1024 * 1024;
const Revision = z.string().regex(/^[0-9a-f]{40}$/);

/** Parts of an archive by name, and the most bytes that each may have. */
export const PARTS = {
  job: { name: 'job.json', limit: 16 * MIB },
  /** As Temporal's own tools write and read it. */
  history: { name: 'history.json', limit: 96 * MIB },
  stream: { name: 'stream.json', limit: 96 * MIB },
  log: { name: 'log.jsonl', limit: 16 * MIB },
  bundle: { name: 'project.bundle', limit: 128 * MIB },
} as const;
/** All parts together, unpacked. */
export const UNPACKED_LIMIT = 256 * MIB;
const RECORDING = /^recordings\/([1-9]\d{0,3})\.jsonl\.gz$/;

/** Where an archive keeps the recording of an attempt (E8). */
export function recordingPart(attempt: number): string {
  return `recordings/${attempt}.jsonl.gz`;
}

/** The most bytes of a part; null = no archive has a part of that name. */
export function limitOf(name: string): number | null {
  if (RECORDING.test(name)) return RECORDING_LIMIT;
  return Object.values(PARTS).find((part) => part.name === name)?.limit ?? null;
}

/** The part `job.json` of an archive. */
export const ArchivedJob = z.object({
  format: z.literal(1),
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
  /** What the bundle holds, by the names that they get where it is imported. */
  commits: z.record(z.string(), Revision),
});
export type ArchivedJob = z.infer<typeof ArchivedJob>;
