import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again, so long after each look, until it is over. Rejects as a look does. */
export async function lookUntil(
  look: () => Promise<void>,
  pauseMs: number,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    await look();
    await sleep(pauseMs, undefined, { signal: over }).catch(() => undefined);
  }
}
