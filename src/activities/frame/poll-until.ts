import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the signal aborts, waiting `pauseMs` between polls. Rejects if a poll rejects. */
export async function pollUntil(
  poll: () => Promise<void>,
  pauseMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await poll();
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
