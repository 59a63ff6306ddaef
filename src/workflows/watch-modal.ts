import { maintenance } from './activity-proxies.js';

/** One look at how Modal does, started by the Schedule of the same name. */
export async function watchModal(): Promise<{ isSlow: boolean; isFailing: boolean }> {
  return maintenance.watchModal();
}
