import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { withTimeout } from '../../concurrency.js';
import { unavailable } from '../../contracts/base/errors.js';
import { streamWorkflowId } from '../../contracts/base/ids.js';
import type { RunSummary } from '../../contracts/rows/operators.js';
import type { JobRerun, RerunStep } from '../../contracts/durable/rerun.js';
import { warned, type Log } from '../../telemetry/log.js';
import { readRuns } from '../../runs/find.js';
import { RerunRefused, rerunOf, startRerun, untilOpened } from '../../runs/rerun.js';
import { workflowUrl, type TemporalUi } from '../../runs/links.js';
import type { Store } from '../../store/index.js';

/** A page that is read again in a moment goes without what Temporal knows rather than wait. */
const FIND_TIMEOUT_MS = 3_000;
const RERUN_TIMEOUT_MS = 45_000;

/** The job, in whose name it is done once more, and from which step on. */
export interface AskedRerun {
  readonly jobId: string;
  readonly userId: string;
  readonly from: RerunStep;
}

export type OperatorRuns = ReturnType<typeof createOperatorRuns>;

/** What operators ask of Temporal. */
export function createOperatorRuns(
  temporal: Client,
  ui: TemporalUi,
  jobs: Pick<Store['jobs'], 'get'>,
  log: Log,
) {
  return {
    /** The newest run of each id; null = Temporal does not answer. */
    async find(ids: readonly string[]): Promise<Map<string, RunSummary> | null> {
      const found = temporal.withDeadline(Date.now() + FIND_TIMEOUT_MS, () =>
        readRuns(temporal, ids),
      );
      const away = () => unavailable('Temporal does not answer');
      return withTimeout(found, FIND_TIMEOUT_MS, away).catch(
        warned(log, {}, 'operators go without the runs of jobs', null),
      );
    },
    /** In the Temporal UI; null where its address is unknown. */
    urlOf: ({ workflowId, runId }: RunSummary) => workflowUrl(ui, workflowId, runId),
    streamUrlOf: (jobId: string) => workflowUrl(ui, streamWorkflowId(jobId)),
    /** Reruns the job; `refusal` is the reason why it does not begin. */
    async rerun({ jobId, userId, from }: AskedRerun): Promise<JobRerun | { refusal: string }> {
      try {
        return await temporal.withDeadline(Date.now() + RERUN_TIMEOUT_MS, async () => {
          const input = await rerunOf(temporal, jobId, { actionId: randomUUID(), userId }, from);
          const rerun = await (await startRerun(temporal, input)).result();
          await untilOpened(temporal, jobs, rerun);
          return rerun;
        });
      } catch (error) {
        if (error instanceof RerunRefused) return { refusal: error.message };
        throw error;
      }
    },
  };
}
