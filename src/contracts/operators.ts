import { z } from 'zod';
import { ACTION_KINDS } from './actions.js';
import { JobRerun } from './rerun.js';
import { PlayReport } from './play.js';
import { ACTIVE_STATES, ActionState } from './rows.js';
import { STEPS } from './steps.js';
import { USAGE_KINDS } from './usage.js';

/** `app_metadata.role` of an operator: nobody but the service role writes that. */
export const OPERATOR_ROLE = 'operator';

const Backend = z.enum(['local', 'modal']);

/**
 * A job (kind `generate`) or an action. `seconds` until its end, or now; `usd` is what was paid or
 * lost; `failure` the kind of the last thing that went wrong, also of an attempt before a good one.
 */
export const WorkRow = z.object({
  id: z.string(),
  user_id: z.string().nullable(),
  email: z.string().nullable(),
  project_id: z.string().nullable(),
  project: z.string().nullable(),
  kind: z.string(),
  state: ActionState,
  progress: z.number().int(),
  /** Null of an action, and of a job that has not begun. */
  step: z.string().nullable().default(null),
  error: z.string().nullable(),
  failure: z.string().nullable(),
  attempt: z.number().int(),
  backend: Backend,
  usd: z.number(),
  slot_at: z.string().nullable(),
  last_event_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  seconds: z.number(),
});
export type WorkRow = z.infer<typeof WorkRow>;

/** One entry of a job's or an action's account. */
export const UsageEntry = z.object({
  call_id: z.string(),
  kind: z.enum(USAGE_KINDS),
  backend: Backend,
  function: z.string().nullable(),
  seconds: z.number(),
  usd: z.number(),
  state: z.enum(['reserved', 'settled', 'released']),
  payer: z.enum(['user', 'house']),
  failure: z.string().nullable(),
  created_at: z.string(),
  ended_at: z.string().nullable(),
});
export type UsageEntry = z.infer<typeof UsageEntry>;

/** What Temporal's list says of the run of a job or an action. */
export const RunSummary = z.object({
  workflowId: z.string(),
  runId: z.string(),
  type: z.string(),
  /** As Temporal names it: RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, TIMED_OUT. */
  status: z.string(),
  build: z.string().nullable(),
  kind: z.string().nullable(),
  outcome: z.string().nullable(),
  failureKind: z.string().nullable(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** Every state that can be asked for; `open` is the two that are owed an end. */
export const WORK_STATES = ['open', ...ActionState.options] as const;
type WorkState = (typeof WORK_STATES)[number];

export function statesOf(state: WorkState): readonly ActionState[] {
  return state === 'open' ? ACTIVE_STATES : [state];
}

/** Kinds that rows have; what a message turned out to be is known to Temporal alone. */
export const WORK_KINDS = ['generate', 'restore', 'tune', 'delete', ...ACTION_KINDS] as const;

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `30m`, `1.5h`, `7d` in milliseconds; null = it is no such span. */
export function spanMs(text: string): number | null {
  const span = /^(\d{1,6}(?:\.\d{1,3})?)\s*([smhd])$/.exec(text.trim());
  return span && Number(span[1]) * UNIT_MS[span[2] as keyof typeof UNIT_MS];
}

/** A span → that long ago. */
const Ago = z
  .string()
  .transform(spanMs)
  .pipe(z.number())
  .transform((ms) => new Date(Date.now() - ms));
/** A field of a form that is left empty asks for nothing. */
const orAny = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
const Count = (least: number, most: number, usual: number) =>
  z.coerce.number().int().min(least).max(most).default(usual);

/** `GET /api/ops/jobs`. */
export const WorkQuery = z.object({
  user: orAny(z.string().trim().max(320)),
  state: orAny(z.enum(WORK_STATES)),
  kind: orAny(z.enum(WORK_KINDS)),
  step: orAny(z.enum(STEPS)),
  backend: orAny(Backend),
  failure: orAny(z.string().max(60)),
  since: orAny(Ago),
  age: orAny(Ago),
  skip: Count(0, 100_000, 0),
  limit: Count(1, 100, 50),
});
export type WorkQuery = z.output<typeof WorkQuery>;

/** A row with its run; null = Temporal remembers none, or does not answer. */
export const ListedWork = WorkRow.extend({
  run: RunSummary.nullable(),
  /** The run in the Temporal UI; null where nobody told where that is. */
  temporalUrl: z.string().nullable(),
});
export type ListedWork = z.infer<typeof ListedWork>;

export const WorkList = z.object({
  jobs: z.array(ListedWork),
  /** So many come before the next page; null = there is none. */
  next: z.number().nullable(),
  /** False = Temporal does not answer: no row has its run. */
  hasTemporal: z.boolean(),
});
export type WorkList = z.infer<typeof WorkList>;

/** Everything that the page shows of one job or action. */
export const WorkDetail = z.object({
  job: ListedWork,
  usage: z.array(UsageEntry),
  /** The version that it made, and what its play has found. */
  version: z.object({ revision: z.string(), play: PlayReport.nullable() }).nullable(),
  recordings: z.array(z.object({ attempt: z.number(), bytes: z.number() })),
  reruns: z.array(JobRerun),
  /** What is published of its project. */
  gameId: z.string().nullable(),
  streamUrl: z.string().nullable(),
});
export type WorkDetail = z.infer<typeof WorkDetail>;

export const AUDIT_ACTS = ['cancel', 'rerun', 'readRecording', 'takeDown', 'putBack'] as const;

/** Why somebody does what the audit log will say. */
export const Reason = z.string().trim().min(1).max(500);
export const ActBody = z.object({ reason: Reason });

/** What an operator is about to do. */
export interface NewAct {
  readonly operatorId: string;
  readonly operatorEmail: string;
  readonly act: (typeof AUDIT_ACTS)[number];
  /** A job or action, or a game; and whose that is. */
  readonly targetId: string;
  readonly ownerId: string | null;
  readonly reason: string;
}

/** One row of the audit log. */
export const AuditEntry = z.object({
  id: z.string(),
  operatorId: z.string(),
  operatorEmail: z.string(),
  act: z.enum(AUDIT_ACTS),
  targetId: z.string(),
  ownerId: z.string().nullable(),
  reason: z.string(),
  at: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditQuery = z.object({ skip: Count(0, 100_000, 0), limit: Count(1, 100, 50) });
export const AuditList = z.object({
  entries: z.array(AuditEntry),
  next: z.number().nullable(),
});

/** `tooLate`: it is past its commit point, or has ended. */
export const WorkCancelled = z.object({ outcome: z.enum(['cancelled', 'tooLate']) });

const Seconds = z.number().nullable();
/** How the jobs of a day ended; the migration says what each number counts. */
export const JobOutcomes = z.object({
  /** Of the players' calendar; null = all days together. */
  day: z.string().nullable(),
  accepted: z.number().int(),
  open: z.number().int(),
  stuck: z.number().int(),
  silent: z.number().int(),
  completed: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  games: z.number().int(),
  game_p50: Seconds,
  game_p95: Seconds,
  answer_p95: Seconds,
  wait_p95: Seconds,
});
export type JobOutcomes = z.infer<typeof JobOutcomes>;
