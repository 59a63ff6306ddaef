import { z } from 'zod';
import { JobRerun } from '../../contracts/durable/rerun.js';
import { RunSummary, UsageEntry, WorkRow } from '../../contracts/rows/operators.js';

/** One thing that a run did, or was asked. */
export const Step = z.object({
  /** The number of its event in the history. */
  event: z.number(),
  name: z.string(),
  /** What it was for, in the words of the workflow. */
  summary: z.string().nullable(),
  at: z.string(),
  state: z.enum(['waiting', 'running', 'completed', 'failed', 'timed out', 'cancelled', 'asked']),
  /** Tries of Temporal's own, retries included. */
  tries: z.number(),
  /** In its queue, and at work. */
  waitSeconds: z.number().nullable(),
  seconds: z.number().nullable(),
  error: z.string().nullable(),
  /** Why an earlier try was not enough. */
  earlierError: z.string().nullable(),
});
export type Step = z.infer<typeof Step>;

const ChangedFile = z.object({
  path: z.string(),
  change: z.enum(['added', 'changed', 'removed']),
  bytes: z.number(),
});
/** A file that a version has otherwise than the one before. */
export type ChangedFile = z.infer<typeof ChangedFile>;

const ShownRecording = z.object({
  attempt: z.number().int().positive(),
  bytes: z.number(),
  file: z.string(),
});
/** The recording of one attempt, and where it lies (E8). */
export type ShownRecording = z.infer<typeof ShownRecording>;

const KeptWork = z.object({
  /** `failed` = what a failed attempt had made. */
  kind: z.enum(['candidate', 'failed']),
  /** Of a failed one. */
  attempt: z.number().int().positive().nullable(),
  revision: z.string(),
  files: z.number(),
});
/** What is kept of the work of a job and is not published by that. */
export type KeptWork = z.infer<typeof KeptWork>;

/** Everything that is known of one job or action. */
export const ShownJob = z.object({
  work: WorkRow,
  run: RunSummary.nullable(),
  /** How the run ended by its own record. */
  end: z.string().nullable(),
  steps: z.array(Step),
  usage: z.array(UsageEntry),
  /** The model's report of its work: tokens, turns. */
  modelUsage: z.unknown(),
  version: z.looseObject({ revision: z.string(), parent: z.string().nullable() }).nullable(),
  /** Null = no version, or its files are not on this machine. */
  files: z.array(ChangedFile).nullable(),
  recordings: z.array(ShownRecording),
  kept: z.array(KeptWork),
  /** Where it was done once more, and what it does once more. */
  reruns: z.array(JobRerun).default([]),
  links: z.record(z.string(), z.string()),
  /** What could not be looked at. */
  missing: z.array(z.string()),
});
export type ShownJob = z.infer<typeof ShownJob>;
