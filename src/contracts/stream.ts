import { z } from 'zod';
import { isErrorKind, type ErrorKind } from './errors.js';

/** Closing events of a job carry sequence numbers from here on (D1). */
export const CLOSING_SEQ = 1_000_000_000;

/** Place in a job's stream; order is lexicographic. */
export const Cursor = z.object({ attempt: z.number().int().min(0), seq: z.number().int().min(0) });
export type Cursor = z.infer<typeof Cursor>;

export const START_OF_STREAM: Cursor = { attempt: 0, seq: 0 };

const Progress = z.object({
  type: z.literal('progress'),
  progress: z.number().int().min(0).max(100),
  message: z.string().nullable(),
});
const Text = z.object({ type: z.literal('stream'), content: z.string() });
const File = z.object({
  type: z.literal('file'),
  filename: z.string(),
  status: z.enum(['editing', 'completed']),
});

/** What the runner may say through the callback. */
export const RunnerEvent = z.discriminatedUnion('type', [Progress, Text, File]);
export type RunnerEvent = z.infer<typeof RunnerEvent>;

/**
 * Everything a job's stream may hold. Terminal events are markers: rows and html stay where they
 * are owned.
 */
export const JobEvent = z.discriminatedUnion('type', [
  Progress,
  Text,
  File,
  z.object({ type: z.literal('started') }),
  z.object({ type: z.literal('chat'), message: z.string(), suggestions: z.array(z.string()) }),
  z.object({
    type: z.literal('restoreProposal'),
    message: z.string(),
    confirmLabel: z.string(),
    cancelLabel: z.string(),
  }),
  z.object({ type: z.literal('published'), revision: z.string() }),
  z.object({ type: z.literal('completed') }),
  z.object({
    type: z.literal('failed'),
    kind: z.custom<ErrorKind>(isErrorKind),
    error: z.string(),
  }),
  z.object({ type: z.literal('cancelled') }),
  z.object({ type: z.literal('renamed'), name: z.string() }),
]);
export type JobEvent = z.infer<typeof JobEvent>;

export const StreamItem = z.object({
  attempt: z.number().int().min(0),
  seq: z.number().int().min(1),
  event: JobEvent,
});
export type StreamItem = z.infer<typeof StreamItem>;

/** Negative when `a` comes before `b`. */
export function compareCursors(a: Cursor, b: Cursor): number {
  return a.attempt - b.attempt || a.seq - b.seq;
}

/** Does this event end the job for whoever listens? */
export function isTerminalEvent(event: JobEvent): boolean {
  return event.type === 'completed' || event.type === 'failed' || event.type === 'cancelled';
}
