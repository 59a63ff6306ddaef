import { z } from 'zod';
import { ACTION_KINDS } from './actions.js';
import { Backend } from '../execution/backends.js';
import { Ready } from '../wire/http.js';
import { JobRerun, RERUN_STEPS } from '../durable/rerun.js';
import { PlayReport } from '../game/play.js';
import { Visibility } from '../media/publishing.js';
import { storable } from '../base/ids.js';
import { ActionState } from './rows.js';
import { STEPS } from '../messages/steps.js';
import { USAGE_KINDS } from './usage.js';

/** `app_metadata.role` of an operator; written by the service role only. */
export const OPERATOR_ROLE = 'operator';

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
  /** Present activity in words; null = none, or unknown. */
  doing: z.string().nullable().default(null),
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

/** Temporal's list entry of the run of a job or an action. */
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
/** Words that the database can keep. */
const Words = (mostChars: number, leastChars = 0) =>
  z.string().transform(storable).pipe(z.string().trim().min(leastChars).max(mostChars));
/** A field of a form that is left empty asks for nothing. */
const orAny = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
const Count = (least: number, most: number, usual: number) =>
  z.coerce.number().int().min(least).max(most).default(usual);

const PAGE = {
  skip: Count(0, 100_000, 0).describe('rows before this page'),
  limit: Count(1, 100, 50).describe('page size, 1–100; 50 when absent'),
};

/** `GET /api/ops/jobs`. */
export const WorkQuery = z.object({
  user: orAny(Words(320)).describe('id or address'),
  state: orAny(z.enum(WORK_STATES)).describe('`open` or one of the states'),
  kind: orAny(z.enum(WORK_KINDS)).describe('`generate` for jobs, or a kind of action'),
  step: orAny(z.enum(STEPS)).describe('the one that a job came to last'),
  backend: orAny(Backend).describe('where it was done last'),
  failure: orAny(Words(60)).describe('kind of the last failure'),
  since: orAny(Ago).describe('made since: 30m, 12h, 7d'),
  age: orAny(Ago).describe('made longer ago than: 10m, 2h'),
  ...PAGE,
});
export type WorkQuery = z.output<typeof WorkQuery>;

/** A row with its run; null = Temporal remembers none, or does not answer. */
export const ListedWork = WorkRow.extend({
  run: RunSummary.nullable(),
  /** The run in the Temporal UI; null where its address is unknown. */
  temporalUrl: z.string().nullable(),
});
export type ListedWork = z.infer<typeof ListedWork>;

export const WorkList = z.object({
  jobs: z.array(ListedWork),
  /** Offset of the next page; null = there is none. */
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

const AUDIT_ACTS = [
  'cancel',
  'rerun',
  'readRecording',
  'takeDown',
  'putBack',
  'settleUsage',
] as const;

/** Reason of an operator's action, for the audit log. */
export const ActBody = z.object({ reason: Words(500, 1) });
export const RerunBody = ActBody.extend({
  /** From this step on; what comes before is taken from the job (E9). */
  from: z.enum(RERUN_STEPS).default('plan'),
});

/** One row of the audit log. */
export const AuditEntry = z.object({
  id: z.string(),
  operatorId: z.string(),
  operatorEmail: z.string(),
  act: z.enum(AUDIT_ACTS),
  /** A job or action, or a game; and whose that is. */
  targetId: z.string(),
  ownerId: z.string().nullable(),
  reason: z.string(),
  at: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
/** What an operator is about to do. */
export type NewAct = Omit<AuditEntry, 'id' | 'at'>;

export const AuditQuery = z.object(PAGE);
export const AuditList = z.object({
  entries: z.array(AuditEntry),
  next: z.number().nullable(),
});

/** `tooLate`: it is past its commit point, or has ended. */
export const WorkCancelled = z.object({ outcome: z.enum(['cancelled', 'tooLate']) });

/** `GET /api/ops/games`. */
export const PublicationsQuery = z.object({
  search: orAny(Words(320)).describe('words of the title, address of the maker, or an id'),
  down: orAny(z.literal('true').transform(() => true)).describe(
    '`true`: only those that are taken down',
  ),
  ...PAGE,
});

/** A published game, or one that was taken down. */
export const PublicationRow = z.object({
  id: z.string(),
  /** Null = the project is gone. */
  project_id: z.string().nullable(),
  user_id: z.string(),
  /** Empty = the account is gone. */
  email: z.string(),
  title: z.string(),
  /** Null = its maker has taken it back meanwhile. */
  visibility: Visibility.nullable(),
  play_count: z.number(),
  like_count: z.number(),
  published_at: z.string().nullable(),
  taken_down_at: z.string().nullable(),
  /** Why; null = it is not taken down. */
  reason: z.string().nullable(),
});
export type PublicationRow = z.infer<typeof PublicationRow>;
export const PublicationList = z.object({
  games: z.array(PublicationRow),
  next: z.number().nullable(),
});
/** False = it stood so already, and nothing was done. */
export const PublicationMoved = z.object({ isMoved: z.boolean() });

const Seconds = z.number().nullable();
/** How the jobs of a day ended; the migration defines each number. */
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

/** A job that holds its slot for this much longer than the longest run is stuck. */
export const STUCK_AFTER_MS = 300_000;

/** A task queue, as Temporal knows it. */
export const QueueState = z.object({
  name: z.string(),
  /** Who polled it in the last minute and a half, tasks that wait, the oldest one's age. */
  pollers: z.number().int(),
  backlog: z.number().int(),
  ageSeconds: z.number(),
});
export type QueueState = z.infer<typeof QueueState>;

/** What is kept for a user, bytes, and since when it is so much. */
export const KeptState = z.object({
  user_id: z.string(),
  kept_bytes: z.number(),
  measured_at: z.string(),
});
export type KeptState = z.infer<typeof KeptState>;

export const AlertRow = z.object({
  id: z.string(),
  kind: z.string(),
  key: z.string(),
  message: z.string(),
  times: z.number().int(),
  raised_at: z.string(),
  seen_at: z.string(),
  /** Null = it stands. */
  cleared_at: z.string().nullable(),
});
export type AlertRow = z.infer<typeof AlertRow>;

/** The switch that operators move, and the breaker that workers report (G1). */
export const BackendHealth = z.object({
  switch: Backend,
  sharePercent: z.number().int(),
  updatedAt: z.string(),
  updatedBy: z.string(),
  breaker: z.enum(['closed', 'open']),
  breakerOpenedAt: z.string().nullable(),
  breakerReason: z.string().nullable(),
});

export const SpentDay = z.object({ day: z.string(), usd: z.number() });
export type SpentDay = z.infer<typeof SpentDay>;

/** `GET /api/ops/health`: a part that could not be asked is null. */
export const Health = z.object({
  /** Why a message cannot be accepted now, by part; null = nothing is wrong with it. */
  checks: Ready.shape.checks,
  queues: z.array(QueueState).nullable(),
  slots: z
    .object({
      /** Jobs that hold a slot, and slots of one worker, by backend. */
      held: z.record(Backend, z.number().int()),
      most: z.record(Backend, z.number().int()),
      /** Open jobs without one: they wait for it, or need none. */
      waiting: z.number().int(),
    })
    .nullable(),
  /** `backend` null = no worker ever had Modal. */
  modal: z.object({ isUsed: z.boolean(), backend: BackendHealth.nullable() }).nullable(),
  /** US dollars, spent or set aside; a limit of 0 is none. */
  budget: z.object({ spentUsd: z.number(), limitUsd: z.number() }).nullable(),
  kept: z.array(KeptState).nullable(),
  alerts: z.array(AlertRow).nullable(),
  /** When the watch last looked. */
  watchedAt: z.string().nullable(),
  /** The sum first, then each day, the newest first. */
  outcomes: z.array(JobOutcomes).nullable(),
  spent: z.array(SpentDay).nullable(),
});
export type Health = z.infer<typeof Health>;
