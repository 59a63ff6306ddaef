import type { Client } from '@temporalio/client';
import { streamWorkflowId } from '../../contracts/base/ids.js';
import type { RunSummary } from '../../contracts/rows/operators.js';
import type { JobRerun } from '../../contracts/durable/rerun.js';
import { warned, type Log } from '../../telemetry/log.js';
import { readRuns } from '../../runs/find.js';
import { RerunRefused, rerunJob, type Rerun } from '../../runs/rerun.js';
import { workflowUrl, type TemporalUi } from '../../runs/links.js';
import type { Store } from '../../store/index.js';
import { askTemporal } from '../away.js';

/** A page that is read again in a moment goes without what Temporal knows rather than wait. */
const FIND_TIMEOUT_MS = 3_000;
const RERUN_TIMEOUT_MS = 45_000;

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
    find: (ids: readonly string[]): Promise<Map<string, RunSummary> | null> =>
      askTemporal(temporal, FIND_TIMEOUT_MS, () => readRuns(temporal, ids)).catch(
        warned(log, {}, 'operators go without the runs of jobs', null),
      ),
    /** In the Temporal UI; null where its address is unknown. */
    urlOf: ({ workflowId, runId }: RunSummary) => workflowUrl(ui, workflowId, runId),
    streamUrlOf: (jobId: string) => workflowUrl(ui, streamWorkflowId(jobId)),
    /** Reruns the job; `refusal` is the reason why it does not begin. */
    async rerun(asked: Rerun): Promise<JobRerun | { refusal: string }> {
      try {
        return await temporal.withDeadline(Date.now() + RERUN_TIMEOUT_MS, () =>
          rerunJob(temporal, jobs, asked),
        );
      } catch (error) {
        if (error instanceof RerunRefused) return { refusal: error.message };
        throw error;
      }
    },
  };
}
