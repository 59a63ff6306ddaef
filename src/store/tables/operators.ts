import { z } from 'zod';
import type { Backend } from '../../contracts/execution/backends.js';
import { Doing } from '../../contracts/messages/doing.js';
import {
  JobOutcomes,
  SpentDay,
  UsageEntry,
  WorkRow,
  type WorkQuery,
} from '../../contracts/rows/operators.js';
import { JobRerun } from '../../contracts/durable/rerun.js';
import { ACTIVE_STATES, ActionState } from '../../contracts/rows/rows.js';
import { doingSentence } from '../../domain/chat/doing-words.js';
import { call, type Client } from './client.js';

/** A row of `list_work`; its `doing` becomes a sentence. */
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

/** The filter of a query, of the page or a command; `userId` is that of its user. */
export function workFilter(
  { state, kind, step, backend, failure, since: after, age: before }: Partial<FilterQuery>,
  userId: string | undefined,
): WorkFilter {
  const states = state === 'open' ? ACTIVE_STATES : state && [state];
  const kinds = kind === undefined ? undefined : [kind];
  return { userId, states, kinds, step, backend, failure, after, before };
}
type FilterQuery = Omit<WorkQuery, 'kind'> & { kind: string | undefined };

/** Readings of operators over several tables; nothing is changed. */
export function operatorReads(client: Client) {
  return {
    /** Jobs and actions, the newest first. */
    work(filter: WorkFilter, { skip, limit }: { skip: number; limit: number }) {
      const { id, userId, projectId, states, kinds, backend, step, failure } = filter;
      const [after, before] = [filter.after?.toISOString(), filter.before?.toISOString()];
      const work = { id, userId, projectId, states, kinds, backend, step, failure };
      const params = { ...work, after, before, skip, limit };
      return call(client, 'list_work', params, z.array(StoredWork));
    },

    /** The account of one job or action, in the order of time. */
    usageOf: (id: string): Promise<UsageEntry[]> =>
      call(client, 'usage_of', { id }, z.array(UsageEntry)),

    /** The reruns of this job, and the job that it reruns; the newest first. */
    rerunsWith: (id: string): Promise<JobRerun[]> =>
      call(client, 'reruns_with', { id }, z.array(JobRerun)),

    /** Paid or lost US dollars of each of the last `days` days, the newest first. */
    spentByDay: (days: number): Promise<SpentDay[]> =>
      call(client, 'spent_by_day', { days }, z.array(SpentDay)),

    /** The last `days` days, today included: their sum first, then each day, the newest first. */
    outcomes(days: number, stuckSeconds: number): Promise<JobOutcomes[]> {
      return call(client, 'job_outcomes', { days, stuckSeconds }, z.array(JobOutcomes));
    },
  };
}
