import { z } from 'zod';
import type { ActionEnd } from './actions.js';
import { Doing } from '../messages/doing.js';
import { isErrorKind, type ErrorKind } from '../base/errors.js';
import { Language } from '../base/language.js';
import { PlayReport, PlaySummary } from '../game/play.js';
import { STEPS } from '../messages/steps.js';

const Params = z.record(z.string(), z.unknown());
export const JobStatus = z.enum(['pending', 'processing', 'completed', 'failed', 'cancelled']);
export type JobStatus = z.infer<typeof JobStatus>;

/** The newest attempt of a job: which try of its round it is, and where it is made. */
const Trying = z.object({
  round: z.number().int(),
  tryNo: z.number().int(),
  /** The first attempt that mends what a play has found; null = none has begun. */
  repairsFrom: z.number().int().nullable(),
  /** An earlier one was made on Modal, this one is made here. */
  leftModal: z.boolean(),
});

/**
 * Raw `jobs` row as it leaves the server: V2's columns (snake_case) plus additive ones (B1).
 * `result` is JSON text.
 */
export const JobRow = z.looseObject({
  id: z.string(),
  user_id: z.string(),
  project_id: z.string(),
  status: JobStatus,
  progress: z.number().int(),
  progress_message: z.string().nullable(),
  result: z.string().nullable(),
  error: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  attempt: z.number().int(),
  slot_at: z.string().nullable(),
  queue_no: z.number().int().nullable(),
  last_event_at: z.string().nullable(),
  usage: z.unknown(),
  /** What it has come through, the present step last. */
  steps: z.array(z.enum(STEPS)).optional().catch(undefined),
  trying: Trying.nullish().catch(undefined),
  /** Present activity of the newest attempt's model; null = unknown. */
  doing: Doing.nullish().catch(undefined),
  /** Its message was taken out of the queue: it has never begun (Q3). */
  is_unqueued: z.boolean().optional().catch(undefined),
  /** In which V2's text columns are rendered. */
  language: Language.optional().catch(undefined),
  /** The codes of the two texts (N1); null or absent = they are plain text. */
  progress_code: z.string().nullish(),
  progress_params: Params.nullish(),
  error_code: z.string().nullish(),
  error_params: Params.nullish(),
});
export type JobRow = z.infer<typeof JobRow>;

/** How a job stands or ended, without what it made: a page may be 10 MB. */
export const EndedJob = JobRow.pick({
  id: true,
  error: true,
  error_code: true,
  error_params: true,
}).extend({ status: JobStatus.nullable().transform((status) => status ?? 'failed') });
export type EndedJob = z.infer<typeof EndedJob>;

/** What `jobs.result` holds as JSON and `completed.result` as an object (websocket.md §6). */
export const JobResult = z.object({
  message: z.string(),
  /** Additive: the code of the message (N1). */
  code: z.string().optional(),
  params: Params.optional(),
  mode: z.enum(['chat', 'restore']).optional(),
  generator: z.enum(['gemini', 'claude', 'haiku']).optional(),
  html: z.string().optional(),
  /** Additive: what the play of the new version has found (J1). */
  play: PlaySummary.optional(),
});
export type JobResult = z.infer<typeof JobResult>;

export const RevisionKind = z.enum(['generate', 'restore', 'remix', 'tune']);
export type RevisionKind = z.infer<typeof RevisionKind>;

/** One committed version: inserting it is the commit point (E4). */
export const RevisionRow = z.object({
  project_id: z.string(),
  ordinal: z.number().int(),
  revision: z.string(),
  parent: z.string().nullable(),
  job_id: z.string(),
  kind: RevisionKind,
  subject: z.string(),
  restored_from: z.string().nullable(),
  created_at: z.string(),
  /** The report of its play; null = not played (J1), or played by an older player. */
  play: PlayReport.nullish().catch(null),
  /** Key of its screenshot among those of its project; null = none was taken. */
  screenshot: z.string().nullish(),
  /** The name that its maker chose; null = none. */
  name: z.string().nullish(),
  is_bookmarked: z.boolean().optional(),
  /** SHA-256 of its object, which ends the object's key, and its bytes; null = not moved yet. */
  object_sha: z.string().nullish(),
  object_bytes: z.number().int().nullish(),
  /** What its texts call assets: ids and aliases; null = unknown. */
  refs: z.array(z.string()).nullish(),
});
export type RevisionRow = z.infer<typeof RevisionRow>;

export const ActionState = z.enum(['pending', 'processing', 'completed', 'failed', 'cancelled']);
export type ActionState = z.infer<typeof ActionState>;

/** Background work that is not a generation (B1). */
export const ActionRow = z.object({
  id: z.string(),
  user_id: z.string(),
  project_id: z.string().nullable(),
  kind: z.string(),
  state: ActionState,
  progress: z.number().int(),
  result: z.unknown(),
  error: z.string().nullable(),
  /** `{kind, detail}` of a failed one; a repeated call is answered with it, or with the result. */
  failure: z.unknown(),
  attempt: z.number().int(),
  last_event_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ActionRow = z.infer<typeof ActionRow>;

/** Jobs and actions that are still owed an end. */
export const ACTIVE_STATES: readonly JobStatus[] = ['pending', 'processing'];

/** Is the job, or the action, still owed an end? */
export const isActive = (status: JobStatus): boolean => ACTIVE_STATES.includes(status);

/** Additive beside the end of a job that made a version: for its owner alone. */
export const JobEnding = z.object({
  /** What it cost him: US dollars, and as shares of what a day allows; null = no limit is set. */
  spending: z
    .object({
      usd: z.number(),
      shareOfDay: z.number().nullable(),
      shareLeft: z.number().nullable(),
    })
    .optional(),
  /** Screenshot of the new version; absent when there is none. */
  screenshotUrl: z.string().optional(),
});
export type JobEnding = z.infer<typeof JobEnding>;

const StoredFailure = z.object({ kind: z.custom<ErrorKind>(isErrorKind), detail: z.string() });

/** How the row of an action has ended; null while it is open. */
export function endOfAction({ state, result, failure }: ActionRow): ActionEnd | null {
  switch (state) {
    case 'completed':
      return { ended: 'completed', result };
    case 'cancelled':
      return { ended: 'cancelled' };
    case 'failed':
      // Closed from outside: nothing is known but that no worker had it.
      return {
        ended: 'failed',
        ...(StoredFailure.safeParse(failure).data ?? { kind: 'RunCrashed', detail: '' }),
      };
    default:
      return null;
  }
}
