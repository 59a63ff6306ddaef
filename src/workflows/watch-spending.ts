import { maintenance } from './activity-proxies.js';

/** One look at today's spending, started by the Schedule of the same name. */
export async function watchSpending(): Promise<{ spentUsd: number; near: number }> {
  return maintenance.watchSpending();
}
