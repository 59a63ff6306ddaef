import { maintenance } from './activity-proxies.js';

/**
 * One round of closing rows that nobody works on, started by the Schedule of the same name (B3).
 */
export async function reconcileJobs(): Promise<{ closed: number }> {
  return maintenance.reconcileJobs();
}
