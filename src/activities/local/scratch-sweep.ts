import { readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseCallId } from '../../contracts/base/ids.js';
import { isActive } from '../../contracts/rows/rows.js';
import { playTempName, videoTempName } from '../../contracts/media/video.js';
import { UPLOADS } from '../../disk/received-files.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import { jobOfPlay } from '../runner-input/play-input.js';
import { callOf } from './scratch-files.js';

/** Age of a folder before it is swept: the run of a row that just ended removes its own. */
const RESTED_MS = 30_000;
/** Longer than any run: an older folder without a known call is orphaned. */
const UNNAMED_MS = 60 * 60_000;
const EVERY_MS = 30_000;

export interface ScratchSweepDeps {
  readonly dataDir: string;
  readonly store: Pick<Store, 'jobs' | 'actions'>;
  readonly log: Log;
}

/**
 * Sweeps at once and twice a minute: a worker looks after the host that it runs on, as no
 * Schedule can. Returns what ends that.
 */
export function startScratchSweep(deps: ScratchSweepDeps): () => void {
  const round = (): void => {
    sweepScratch(deps).then(
      (removed) => removed > 0 && deps.log.info({ removed }, 'removed scratch folders'),
      (error: unknown) => deps.log.warn({ err: error }, 'scratch folders could not be swept'),
    );
  };
  const timer = setInterval(round, EVERY_MS).unref();
  round();
  return () => clearInterval(timer);
}

/**
 * Removes the scratch folders and files of calls without an open row: a runner that was killed
 * together with its worker leaves them behind (C4). Answers how many. A row that cannot be read
 * keeps its own.
 */
export async function sweepScratch({ dataDir, store }: ScratchSweepDeps): Promise<number> {
  const scratchDir = path.join(dataDir, 'scratch');
  let removed = 0;
  for (const name of await readdir(scratchDir).catch(() => [])) {
    const folder = path.join(scratchDir, name);
    const info = name === UPLOADS ? null : await stat(folder).catch(() => null);
    if (!info) continue;
    const callId = callOf(name);
    const call = parseCallId(callId) ?? playOf(callId);
    const rested = Date.now() - info.mtimeMs;
    if (call === null ? rested < UNNAMED_MS : rested < RESTED_MS || (await isWanted(store, call)))
      continue;
    const temps = [videoTempName(callId), playTempName(callId)];
    for (const left of [folder, ...temps.map((each) => path.join(os.tmpdir(), each))])
      await rm(left, { recursive: true, force: true, maxRetries: 3 });
    removed += 1;
  }
  return removed;
}

/** A play is of all attempts of its job. */
function playOf(callId: string): { jobId: string; attempt: number } | null {
  const jobId = jobOfPlay(callId);
  return jobId === null ? null : { jobId, attempt: Infinity };
}

/** True for the newest attempt of an open job, and for any attempt of an open action. */
async function isWanted(
  { jobs, actions }: ScratchSweepDeps['store'],
  { jobId: id, attempt }: { jobId: string; attempt: number },
): Promise<boolean> {
  const job = await jobs.get(id);
  if (job !== null) return isActive(job.status) && attempt >= job.attempt;
  const action = await actions.get(id);
  return action !== null && isActive(action.state);
}
