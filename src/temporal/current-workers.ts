import type { Client } from '@temporalio/client';
import { lastPolls, readDeployment, type Deployment } from './versions.js';

/** A poll waits 60 s for work; Temporal remembers who polled for longer than that. */
export const POLLED_WITHIN_MS = 90_000;

/** A queue and the kind of its tasks (`TASK_KIND`). */
export interface NeededQueue {
  readonly name: string;
  readonly kind: number;
}

/** The last polls of one queue: build → milliseconds since 1970. */
export interface QueuePolls {
  readonly name: string;
  readonly polls: ReadonlyMap<string, number>;
}

/**
 * Why new runs are not worked on, with the command to run; null = workers of the current build poll
 * all of these queues.
 */
export async function whyNewRunsWait(
  client: Client,
  needed: readonly NeededQueue[],
): Promise<string | null> {
  const [deployment, ...polled] = await Promise.all([
    readDeployment(client),
    ...needed.map(async ({ name, kind }) => ({ name, polls: await lastPolls(client, name, kind) })),
  ]);
  return describeWait(deployment, polled, Date.now());
}

/** The same from the server's response. */
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
