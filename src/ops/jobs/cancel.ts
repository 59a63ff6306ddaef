import { askActionToCancel } from '../../runs/cancel-action.js';
import { askWriterToCancel, cancelJob } from '../../runs/cancel-job.js';
import { cancelWork as cancelById } from '../../runs/cancel-work.js';
import { isActive } from '../../contracts/rows/rows.js';
import { createLog } from '../../telemetry/log.js';
import type { Answer, Output } from '../options.js';
import { openRunningStore } from '../running-store.js';
import { withServer } from '../with-server.js';

/** `npx dreamcore cancel <job>`: stops a job or an action as its owner does (F1, H2). */
export async function cancelWork(id: string, { envFile }: Output): Promise<Answer> {
  const { store } = await openRunningStore(envFile);
  const [work] = await store.operators.work({ id }, { skip: 0, limit: 1 });
  if (!work) throw new Error(`No job and no action has the id ${id}.`);
  if (work.state === 'cancelled') return { text: `It is cancelled: ${id}.`, exitCode: 0 };
  if (!isActive(work.state)) return { text: `It has ended: ${work.state}.`, exitCode: 1 };
  const log = createLog('dreamcore');
  return withServer(envFile, async (client) => {
    const { jobs, actions } = store;
    const askWriter: Parameters<typeof cancelJob>[0] = (projectId, jobId) =>
      askWriterToCancel(client, log, projectId, jobId);
    const isCancelled = await cancelById(
      {
        jobs,
        actions,
        stopJob: (job) => cancelJob(askWriter, jobs, job),
        askAction: (actionId, isOpen) => askActionToCancel(client, log, actionId, isOpen),
      },
      id,
    );
    return tell(id, isCancelled);
  });
}

function tell(id: string, isCancelled: boolean): Answer {
  return isCancelled
    ? { text: `Cancelled: ${id}.`, exitCode: 0 }
    : { text: 'It is past its commit point: it ends by itself.', exitCode: 1 };
}
