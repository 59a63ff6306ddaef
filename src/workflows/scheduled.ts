import { maintenance } from './activity-proxies.js';

/**
 * The rounds that Temporal starts again and again: one Schedule for each, of the same name
 * (`activities/schedules.ts`). A round that fails is not repeated; the next one is soon enough.
 */

/** Removes scratch folders, candidates and images that nothing needs any more (C4, E4). */
export async function collectGarbage(): Promise<{ scratchFolders: number; candidates: number }> {
  return maintenance.collectGarbage();
}

/** Stops calls on Modal that nobody waits for. */
export async function watchCalls(): Promise<{ reaped: number }> {
  return maintenance.watchCalls();
}

/** Compares Modal's failures and speed with what is usual. */
export async function watchModal(): Promise<{ isSlow: boolean; isFailing: boolean }> {
  return maintenance.watchModal();
}

/** Compares today's spending with its limits. */
export async function watchSpending(): Promise<{ spentUsd: number; near: number }> {
  return maintenance.watchSpending();
}

/** Measures the files of all users, batch by batch. */
export async function watchVolumes(): Promise<{ measured: number; warned: number }> {
  const total = { measured: 0, warned: 0 };
  let after: string | null = null;
  do {
    const { next, measured, warned }: Awaited<ReturnType<typeof maintenance.watchVolumes>> =
      await maintenance.watchVolumes({ after });
    total.measured += measured;
    total.warned += warned;
    after = next;
  } while (after !== null);
  return total;
}
