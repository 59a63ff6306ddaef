import type { Client } from '@temporalio/client';
import {
  describeQueue,
  POLLED_WITHIN_MS,
  type NamedQueue,
  type QueueFacts,
} from './task-queues.js';
import { readDeployment, type Deployment } from './versions.js';

type QueuePolls = Pick<QueueFacts, 'name' | 'polls'>;

/**
 * Why new runs are not worked on, with the command to run; null = workers of the current build poll
 * all of these queues.
 */
export async function whyNewRunsWait(
  client: Client,
  needed: readonly NamedQueue[],
): Promise<string | null> {
  const [deployment, ...polled] = await Promise.all([
    readDeployment(client),
    ...needed.map((queue) => describeQueue(client, queue)),
  ]);
  return describeWait(deployment, polled, Date.now());
}

/** The same, from the answers of the server. */
export function describeWait(
  deployment: Deployment | null,
  polled: readonly QueuePolls[],
  nowMs: number,
): string | null {
  const isPolled = ({ polls }: QueuePolls, buildId: string): boolean =>
    nowMs - (polls.get(buildId) ?? 0) < POLLED_WITHIN_MS;
  const current = deployment?.current ?? null;
  const able = (deployment?.versions ?? [])
    .map(({ buildId }) => buildId)
    .find((buildId) => buildId !== current && polled.every((queue) => isPolled(queue, buildId)));
  const remedy =
    able === undefined ? 'start a worker' : `run: npx dreamcore deploy current ${able}`;
  if (current === null) return `no build is current, so nothing new runs; ${remedy}`;
  const idle = polled.filter((queue) => !isPolled(queue, current)).map(({ name }) => name);
  if (idle.length === 0) return null;
  const names = [...new Set(idle)].join(', ');
  return `no worker of the current build ${current} polls ${names}; ${remedy}`;
}
