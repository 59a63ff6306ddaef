import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../../contracts/durable/workflows.js';
import type { Alerts } from '../../store/alerts.js';
import { whyNewRunsWait } from '../../temporal/current-workers.js';
import { lastPolls, TASK_KIND } from '../../temporal/task-queues.js';
import { readDeployment } from '../../temporal/versions.js';
import { isGone, noteAbsence, type Absences } from './stranded-runs.js';
import type { WatchDeps } from './watch-deps.js';

/**
 * Work on a queue that no worker of the current build polls waits for ever: raises an alert (G2).
 * A worker whose slots are all in use does not poll either, for as long as its work takes.
 */
export async function reportUnpolledQueues(
  {
    client,
    build,
    alerts,
    isWorkedOn,
  }: Pick<WatchDeps, 'client' | 'build' | 'alerts' | 'isWorkedOn'>,
  absences: Absences,
): Promise<void> {
  await reportIdleCurrent(client, alerts, absences);
  const current = (await readDeployment(client))?.current;
  // Only a worker of the current build knows which queues it has.
  if (current !== build.buildId) return;
  for (const queue of build.queues) {
    const polls = await lastPolls(client, queue, TASK_KIND.activity);
    if ((polls.has(current) && !isGone(current, polls, 0)) || isWorkedOn(queue)) {
      await alerts.clear({ kind: 'queueUnpolled', key: queue });
      continue;
    }
    await alerts.raise({
      kind: 'queueUnpolled',
      key: queue,
      message: `no worker of the current build polls the queue ${queue}: its work waits`,
      details: { queue, build: current },
    });
  }
}

/** A start makes its build current within this time. */
const STARTING_MS = 20_000;

/** Raised by a worker of any build: those of the current one are not there to do it (I1). */
async function reportIdleCurrent(
  client: Client,
  alerts: Alerts,
  absences: Absences,
): Promise<void> {
  const alert = { kind: 'currentIdle', key: 'deployment' };
  const message = await whyNewRunsWait(client, [{ name: TASK_QUEUE, kind: TASK_KIND.workflow }]);
  const idleMs = noteAbsence(absences, alert.kind, message === null);
  if (message === null) await alerts.clear(alert);
  else if (idleMs >= STARTING_MS) await alerts.raise({ ...alert, message, details: {} });
}
