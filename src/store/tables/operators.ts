import { z } from 'zod';
import { JobRerun } from '../../contracts/rerun.js';
import { ActionState } from '../../contracts/rows.js';
import { USAGE_KINDS } from '../../contracts/usage.js';
import { ask, type Client } from './client.js';

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

const Seconds = z.number().nullable();
const Outcomes = z.object({
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
/** How the jobs of a day ended; the migration says what each number counts. */
export type JobOutcomes = z.infer<typeof Outcomes>;

export interface WorkFilter {
  readonly id?: string;
  readonly userId?: string;
  readonly projectId?: string;
  readonly states?: readonly ActionState[];
  readonly kinds?: readonly string[];
  readonly backend?: 'local' | 'modal';
  /** Made at this time or later, or earlier. */
  readonly after?: Date;
  readonly before?: Date;
}

export type OperatorReads = ReturnType<typeof operatorReads>;

/** What operators ask of several tables at once; nothing is changed. */
export function operatorReads(client: Client) {
  return {
    /** Jobs and actions, the newest first. */
    work: (filter: WorkFilter, page: { skip: number; limit: number }): Promise<WorkRow[]> =>
      ask(
        'list the work',
        client.rpc('list_work', {
          p_id: filter.id ?? null,
          p_user_id: filter.userId ?? null,
          p_project_id: filter.projectId ?? null,
          p_states: filter.states ?? null,
          p_kinds: filter.kinds ?? null,
          p_backend: filter.backend ?? null,
          p_after: filter.after?.toISOString() ?? null,
          p_before: filter.before?.toISOString() ?? null,
          p_skip: page.skip,
          p_limit: page.limit,
        }),
        z.array(WorkRow),
      ),

    /** The account of one job or action, in the order of time. */
    usageOf: (id: string): Promise<UsageEntry[]> =>
      ask('read the account', client.rpc('usage_of', { p_id: id }), z.array(UsageEntry)),

    /** Where this job was done once more, and what it does once more; the newest first. */
    rerunsWith: (id: string): Promise<JobRerun[]> =>
      ask('find the reruns', client.rpc('reruns_with', { p_id: id }), z.array(JobRerun)),

    /** The last `days` days, today included: their sum first, then each day, the newest first. */
    outcomes: (days: number, stuckSeconds: number): Promise<JobOutcomes[]> =>
      ask(
        'count the outcomes',
        client.rpc('job_outcomes', { p_days: days, p_stuck_seconds: stuckSeconds }),
        z.array(Outcomes),
      ),
  };
}
