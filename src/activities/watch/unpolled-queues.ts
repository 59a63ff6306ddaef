import { lastPolls, readDeployment, TASK_KIND } from '../../temporal/versions.js';
import { isGone } from './stranded-runs.js';
import type { WatchDeps } from './watch.js';

/** Work on a queue that no worker of the current build polls waits for ever: that is told (G2). */
export async function reportUnpolledQueues({
  client,
  build,
  alerts,
}: Pick<WatchDeps, 'client' | 'build' | 'alerts'>): Promise<void> {
  const current = (await readDeployment(client))?.current;
  // Only a worker of the current build knows which queues it has.
  if (current !== build.buildId) return;
  for (const queue of build.queues) {
    const polls = await lastPolls(client, queue, TASK_KIND.activity);
    if (polls.has(current) && !isGone(current, polls, 0)) {
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
