import { setCurrentDetails } from '@temporalio/workflow';
import type { RunRef } from '../../activities/ports/refs.js';
import { shared } from '../common/activity-proxies.js';

/** So long a delete waits for the work that it has stopped, before rows and files go (F2). */
export const WORK_END_MS = 15_000;
/** Further waits of that length: cancelled work that does not end has lost its worker. */
const MAX_ROUNDS = 40;

/** Waits for the end of work that went on: files that it has written since go after it (F2). */
export async function awaitLastWork(runs: RunRef[]): Promise<void> {
  setCurrentDetails('残りの作業を待っています (waiting for the last work)');
  let left = runs;
  for (let round = 0; round < MAX_ROUNDS && left.length > 0; round += 1)
    left = await shared.awaitRunsEnded({ runs: left, waitMs: WORK_END_MS });
}
