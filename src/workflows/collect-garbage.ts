import { maintenance } from './activity-proxies.js';

/**
 * One round of removing what no run needs any more, started by the Schedule of the same name (C4,
 * E4).
 */
export async function collectGarbage(): Promise<{ scratchFolders: number; candidates: number }> {
  return maintenance.collectGarbage();
}
