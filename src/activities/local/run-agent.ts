import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { callbackKeyOf } from '../../contracts/base/signatures.js';
import { RUNNER_ENV, type RunPlays } from '../../contracts/execution/runner.js';
import { playTempName } from '../../contracts/media/video.js';
import { AppError } from '../../contracts/base/errors.js';
import { callIdFor } from '../../contracts/base/ids.js';
import type { WorkerConfig } from '../../config.js';
import { warned, type Log } from '../../telemetry/log.js';
import type { DiskCache } from '../../objects/disk-cache.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { Screenshots } from '../../objects/screenshots.js';
import type { Tapes } from '../../objects/tapes.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import { longActivity, type LongActivity } from '../frame/long-activity.js';
import { sayingWhatItDoes } from '../frame/say-doing.js';
import { inRunnerSpan } from '../frame/trace.js';
import { generateInput, readOutcome, superseded } from '../runner-input/generate-input.js';
import type { AgentActivities, RunAgentInput, RunAgentOutcome } from '../ports/agent-port.js';
import { keepPlayOfRun, parentOfPlay } from '../runner-input/play-input.js';
import { keptForRun } from '../runner-input/kept-for-run.js';
import {
  findCandidate,
  keepCandidate,
  keepFailed,
  parcelsFor,
} from '../runner-input/run-versions.js';
import { assetsOnDisk } from './asset-copies.js';
import { killOrphansIn } from './orphans.js';
import type { PlaySlots } from './play-slots.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';
import { scratchFiles, scratchFolder, type ScratchFiles } from './scratch-files.js';

/** Names of what a run writes. */
const OBJECT = 'object';
const FAILED = 'failed';

export interface AgentDeps {
  config: WorkerConfig;
  store: Pick<Store, 'jobs' | 'assets'>;
  cache: DiskCache;
  tapes: Tapes;
  playSlots: PlaySlots;
  versions: Versions;
  runner: RunnerProgram;
  images: Pick<ActionImages, 'read'>;
  records: PlayRecords;
  screenshots: Pick<Screenshots, 'read'>;
  log: Log;
}

/** Runs the model on this machine, in the sandbox (E1). */
export function localAgentActivities(deps: AgentDeps): AgentActivities {
  return { runAgent: (input) => runAgent(deps, input) };
}

async function runAgent(deps: AgentDeps, input: RunAgentInput): Promise<RunAgentOutcome> {
  const { config, store, versions } = deps;
  const { jobId, attempt } = input;
  const callId = callIdFor(jobId, attempt);
  const files = scratchFiles(config.DATA_DIR, callId);
  // The runner removes its folder, unless it was killed. What cannot be removed is left to the
  // sweep.
  const cleanUp = async () => {
    await files.remove();
    const playTemp = path.join(os.tmpdir(), playTempName(callId));
    await killOrphansIn(playTemp);
    for (const left of [scratchFolder(config.DATA_DIR, callId), playTemp])
      await rm(left, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  };
  const frame = { onShutdown: 'stops', details: { callId }, cleanUp } as const;
  return longActivity(frame, async (activity) => {
    if (!(await store.jobs.takeSlot(jobId, attempt, 'local'))) throw superseded(attempt);
    const earlier = await findCandidate(versions, input);
    if (earlier) return earlier;
    const raw = await runModel(deps, input, files, activity);
    const outcome = readOutcome(raw, input);
    await keepPlayOfRun(deps, input, raw);
    return keepCandidate(versions, input, await files.take(OBJECT), outcome, activity.signal);
  });
}

/** Throws the runner's failure, after what the run had made is kept. */
async function runModel(
  deps: AgentDeps,
  input: RunAgentInput,
  files: ScratchFiles,
  activity: LongActivity,
): Promise<unknown> {
  const { config, store, versions, runner, log } = deps;
  const { jobId, attempt } = input;
  const callId = callIdFor(jobId, attempt);
  const late = input.limitMs === undefined ? null : AbortSignal.timeout(input.limitMs);
  const kept = await keptForRun(deps, input);
  const { parent, from, left } = await parcelsFor(versions, input, kept.left);
  const place = {
    scratchDir: scratchFolder(config.DATA_DIR, callId),
    parcelFile: parent && (await files.put('parent', parent)),
    fromParcelFile: from && (await files.put('from', from)),
    leftParcelFile: left && (await files.put('left', left)),
    objectFile: files.place(OBJECT),
    failedFile: files.place(FAILED),
    callbackBaseUrl: config.CALLBACK_BASE_URL,
    listenerBaseUrl: input.listenerUrl,
    plays: await playsFor(deps, input, input.limitMs ?? activity.limitMs),
  };
  try {
    return await sayingWhatItDoes(store, input, activity, () =>
      inRunnerSpan({ command: 'generate', callId, jobId, attempt, backend: 'local' }, () =>
        startRunner({
          program: runner,
          input: generateInput(config, input, place, kept),
          env: runnerEnv(config, callId),
          signal: late ? AbortSignal.any([activity.signal, late]) : activity.signal,
          playSlots: deps.playSlots,
        }),
      ),
    );
  } catch (error) {
    // What cannot be kept changes nothing about why the run failed.
    await keepLeft(versions, input, files).catch(
      warned(log, { jobId }, 'what a failed run made is not kept'),
    );
    if (!late?.aborted || activity.signal.aborted || !(error instanceof AppError)) throw error;
    throw new AppError('RunTimedOut', 'the job has no time left', error.details);
  }
}

/** What the run may play; null = nothing. A game's own assets are those of its parent. */
async function playsFor(
  deps: AgentDeps,
  { spec: { parent }, ...ref }: RunAgentInput,
  timeMs: number,
): Promise<RunPlays | null> {
  const { PLAY_GAMES, RUN_PLAYS: count, PLAY_LIVES: lives } = deps.config;
  if (!PLAY_GAMES || count === 0) return null;
  const known = parent === null ? null : await parentOfPlay(deps, { ...ref, parent });
  const assets = known ? await assetsOnDisk(deps, known.version) : [];
  return { count, timeMs, asksSlot: true, lives, assets, tapes: known?.tapes ?? null };
}

async function keepLeft(
  versions: Versions,
  input: RunAgentInput,
  files: ScratchFiles,
): Promise<void> {
  const left = await files.take(FAILED);
  if (left) await keepFailed(versions, input, left);
}

function runnerEnv(config: WorkerConfig, callId: string): Record<string, string> {
  return {
    [RUNNER_ENV.modelKey]: config.ANTHROPIC_API_KEY,
    [RUNNER_ENV.modelBaseUrl]: config.ANTHROPIC_BASE_URL,
    [RUNNER_ENV.callbackKey]: callbackKeyOf(config.CALLBACK_SECRET, callId).toString('hex'),
  };
}
