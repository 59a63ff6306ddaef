import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { maintenance } from './common/activity-proxies.js';

/**
 * The rounds that Temporal starts again and again: one Schedule for each, of the same name
 * (`activities/schedules.ts`). A round that fails is not repeated; the next one is soon enough.
 */

/** Removes candidates and images that nothing needs any more (E4). */
export async function collectGarbage(): Promise<{ candidates: number; images: number }> {
  return maintenance.collectGarbage();
}

/** Stops orphaned calls on Modal. */
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

interface VolumesCarried {
  after: string | null;
  total: { measured: number; warned: number };
}

/** Alerts of users whose files come near a limit, batch by batch, however many they are. */
export async function watchVolumes(
  carried: VolumesCarried = { after: null, total: { measured: 0, warned: 0 } },
): Promise<VolumesCarried['total']> {
  const { total } = carried;
  let { after } = carried;
  do {
    const { next, measured, warned }: Awaited<ReturnType<typeof maintenance.watchVolumes>> =
      await maintenance.watchVolumes({ after });
    total.measured += measured;
    total.warned += warned;
    after = next;
    if (after !== null && workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof watchVolumes>({ after, total });
  } while (after !== null);
  return total;
}
