import { maintenance } from './activity-proxies.js';

/**
 * One round of stopping calls on Modal that nobody waits for, started by the Schedule of the same
 * name.
 */
export async function watchCalls(): Promise<{ reaped: number }> {
  return maintenance.watchCalls();
}
