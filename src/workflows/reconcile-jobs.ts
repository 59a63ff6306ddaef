import { maintenance } from './activity-proxies.js';

/** One round of house-keeping, started by the Schedule `reconcileJobs` (B3). */
export async function reconcileJobs(): Promise<{ closed: number; scratchRemoved: number; candidatesRemoved: number }> {
  return maintenance.reconcileJobs();
}
