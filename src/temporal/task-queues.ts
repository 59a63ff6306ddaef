import type { Client } from '@temporalio/client';
import { DEPLOYMENT_NAME } from '../contracts/durable/workflows.js';

/** Kinds of tasks, as the server numbers them. */
export const TASK_KIND = { workflow: 1, activity: 2 } as const;
/** A poll waits 60 s for work; Temporal remembers pollers for longer than that. */
export const POLLED_WITHIN_MS = 90_000;
const NORMAL_QUEUE = 1;

/** A queue and the kind of its tasks (`TASK_KIND`). */
export interface NamedQueue {
  readonly name: string;
  readonly kind: number;
}

/** Pollers and backlog of a task queue. */
export interface QueueFacts {
  readonly name: string;
  /** The last poll of each build; the server's clock, milliseconds since 1970. */
  readonly polls: ReadonlyMap<string, number>;
  /** Workers that polled within {@link POLLED_WITHIN_MS}. */
  readonly pollers: number;
  readonly backlog: number;
  /** Age of the oldest task. */
  readonly ageSeconds: number;
}

export async function describeQueue(
  client: Client,
  { name, kind }: NamedQueue,
): Promise<QueueFacts> {
  const { pollers, stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name, kind: NORMAL_QUEUE },
    taskQueueType: kind,
    reportStats: true,
  });
  const polls = new Map<string, number>();
  let polling = 0;
  for (const { deploymentOptions, lastAccessTime } of pollers ?? []) {
    const atMs = toMs(lastAccessTime);
    if (Date.now() - atMs < POLLED_WITHIN_MS) polling += 1;
    const { deploymentName, buildId } = deploymentOptions ?? {};
    if (deploymentName === DEPLOYMENT_NAME && buildId)
      polls.set(buildId, Math.max(polls.get(buildId) ?? 0, atMs));
  }
  return {
    name,
    polls,
    pollers: polling,
    backlog: Number(stats?.approximateBacklogCount ?? 0),
    ageSeconds: Number(stats?.approximateBacklogAge?.seconds ?? 0),
  };
}

/** The last poll of a queue by each build; the server's clock, milliseconds since 1970. */
export async function lastPolls(client: Client, name: string, kind: number) {
  return (await describeQueue(client, { name, kind })).polls;
}

/** A time of the server in milliseconds since 1970. */
export function toMs(
  time: { seconds?: unknown; nanos?: number | null } | null | undefined,
): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}
