import { z } from 'zod';
import type { Backend } from '../../contracts/backends.js';
import { Doing } from '../../contracts/doing.js';
import { JobOutcomes, SpentDay, UsageEntry, WorkRow } from '../../contracts/operators.js';
import { JobRerun } from '../../contracts/rerun.js';
import { ActionState } from '../../contracts/rows.js';
import { doingSentence } from '../../domain/doing-words.js';
import { ask, type Client } from './client.js';

/** A row of work as the database has it: what it does is no sentence yet. */
const StoredWork = z
  .looseObject({
    state: ActionState,
    progress_code: z.string().nullable(),
    doing: Doing.nullable().catch(null),
  })
  .transform(({ progress_code, doing, ...raw }) => ({
    ...raw,
    doing: doingSentence({ status: raw.state, progress_code, doing }),
  }))
  .pipe(WorkRow.extend({ doing: z.string().nullable() }));

export interface WorkFilter {
  readonly id?: string;
  readonly userId?: string;
  readonly projectId?: string;
  readonly states?: readonly ActionState[];
  readonly kinds?: readonly string[];
  readonly backend?: Backend;
  /** The step that a job came to last, and the kind of what went wrong last. */
  readonly step?: string;
  readonly failure?: string;
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
          p_step: filter.step ?? null,
          p_failure: filter.failure ?? null,
          p_after: filter.after?.toISOString() ?? null,
          p_before: filter.before?.toISOString() ?? null,
          p_skip: page.skip,
          p_limit: page.limit,
        }),
        z.array(StoredWork),
      ),

    /** The account of one job or action, in the order of time. */
    usageOf: (id: string): Promise<UsageEntry[]> =>
      ask('read the account', client.rpc('usage_of', { p_id: id }), z.array(UsageEntry)),

    /** Where this job was done once more, and what it does once more; the newest first. */
    rerunsWith: (id: string): Promise<JobRerun[]> =>
      ask('find the reruns', client.rpc('reruns_with', { p_id: id }), z.array(JobRerun)),

    /** What was paid or lost on each of the last `days` days, the newest first. */
    spentByDay: (days: number): Promise<SpentDay[]> =>
      ask('add up the days', client.rpc('spent_by_day', { p_days: days }), z.array(SpentDay)),

    /** The last `days` days, today included: their sum first, then each day, the newest first. */
    outcomes: (days: number, stuckSeconds: number): Promise<JobOutcomes[]> =>
      ask(
        'count the outcomes',
        client.rpc('job_outcomes', { p_days: days, p_stuck_seconds: stuckSeconds }),
        z.array(JobOutcomes),
      ),
  };
}
