import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { messageOf } from '../contracts/base/errors.js';
import { TASK_QUEUE } from '../contracts/durable/workflows.js';
import { missingQueues, polledQueues, readDeployment, setCurrent } from './versions.js';

const POLL_MS = 40;
const LONGEST_POLL_MS = 500;
/** Of one request; the next try comes at once. */
const REQUEST_TIMEOUT_MS = 5_000;

/** What the queues of a build lack, in words; null when the build may become current. */
export async function whyNotReady(
  client: Client,
  buildId: string,
  queues: readonly string[],
): Promise<string | null> {
  const polled = await polledQueues(client, buildId);
  if (polled === null) return `Temporal has not seen a worker of build ${buildId}`;
  const missing = missingQueues(queues, TASK_QUEUE, polled);
  if (missing.length === 0) return null;
  return `no worker of build ${buildId} polls ${missing.join(', ')}`;
}

interface MakeCurrent {
  readonly buildId: string;
  /** The queues that its workers poll: the server itself does not insist on them. */
  readonly queues: readonly string[];
  /** Who did it, for the server's record. */
  readonly by: string;
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Makes new runs start on this build, as soon as its workers poll all of its queues. Until a first
 * build is current every new run waits in silence (I1). A repeat changes nothing. An answer that
 * was lost is read from the deployment afterwards. Throws a sentence when the time is over.
 */
export async function makeCurrent(
  client: Client,
  { buildId, queues, by, limitMs, signal }: MakeCurrent,
): Promise<void> {
  let problem = '';
  let pauseMs = POLL_MS;
  for (const startedMs = performance.now(); ;) {
    signal?.throwIfAborted();
    try {
      problem = await client.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, async () => {
        const why = await whyNotReady(client, buildId, queues);
        if (why === null) await setCurrent(client, buildId, by);
        return why ?? '';
      });
      if (problem === '') return;
    } catch (error) {
      problem = messageOf(error);
    }
    if (performance.now() - startedMs > limitMs) {
      if (await isCurrent(client, buildId)) return;
      throw new Error(`Build ${buildId} could not be made current: ${problem}.`);
    }
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_POLL_MS);
  }
}

async function isCurrent(client: Client, buildId: string): Promise<boolean> {
  const read = () =>
    client.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, () => readDeployment(client));
  const deployment = await read().catch(() => null);
  return deployment?.current === buildId;
}
