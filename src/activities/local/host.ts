import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { untilAborted } from '../../concurrency.js';
import type { WorkerConfig } from '../../config.js';
import { AppError } from '../../contracts/base/errors.js';
import { callbackKeyOf } from '../../contracts/base/signatures.js';
import { RUNNER_ENV, type RunnerInput } from '../../contracts/execution/runner.js';
import { playTempName, videoTempName } from '../../contracts/media/video.js';
import type { DiskCache } from '../../objects/disk-cache.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import { warned, type Log } from '../../telemetry/log.js';
import { rowOfAction, stallDetector, withStallWatch } from '../frame/stall-detector.js';
import type { GameVersion } from '../runner-input/game-assets.js';
import { videoSite } from '../runner-input/video-site.js';
import {
  eachOnce,
  FailedRun,
  NO_GAME,
  type GamePlace,
  type RunnerHost,
  type RunnerWork,
  type RunPlace,
} from '../hosted/host.js';
import { assetsOnDisk } from './asset-copies.js';
import { killOrphansIn } from './orphans.js';
import type { PlaySlots } from './play-slots.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';
import type { SpareRunner } from './spare-runner.js';
import { scratchFiles, scratchFolder, type ScratchFiles } from './scratch-files.js';

export interface LocalHostDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets'>;
  versions: Versions;
  cache: DiskCache;
  runner: RunnerProgram;
  /** What plays wait for, those of runs, too (P6); left out where nothing is played. */
  playSlots?: PlaySlots;
  /** Of plays; left out as well. */
  spare?: SpareRunner;
  log: Log;
}

/** Names of what a run writes. */
const OBJECT = 'object';
const FAILED = 'failed';
/** The temp folder of programs that outlive a runner that was killed. */
const TEMP_NAME: Partial<Record<RunnerWork['does'], (callId: string) => string>> = {
  generate: playTempName,
  video: videoTempName,
};

/** Runs the runner as a child process of this machine. */
export function localHost(deps: LocalHostDeps): RunnerHost {
  const { config, playSlots, log } = deps;
  return {
    backend: 'local',
    reachable: (url) => url,
    videoPlace: async (_actionId, signal) => ({
      siteDir: await untilAborted(videoSite(path.join(config.DATA_DIR, 'runner')), signal),
      isNice: true,
      callbackUrl: null,
    }),
    async run(work, { signal }) {
      const files = scratchFiles(config.DATA_DIR, work.callId);
      const giveBack = work.does === 'play' ? await playSlots?.take(signal) : null;
      try {
        const game = work.game ? await gamePlaceOf(deps, files, work.game, work.parent) : NO_GAME;
        const input = await work.input(game, runPlaceOf(deps, files, work));
        const result = await runHere(deps, work, input, signal);
        return { result, object: await files.take(OBJECT) };
      } catch (error) {
        // What cannot be kept changes nothing about why the run failed.
        const made = await files
          .take(FAILED)
          .catch(warned(log, { callId: work.callId }, 'what a failed run made is not kept', null));
        throw made && error instanceof AppError ? new FailedRun(error, made) : error;
      } finally {
        giveBack?.();
        await files.remove();
        await removeTraces(config, work);
      }
    },
  };
}

function runHere(
  { config, store, runner: program, playSlots, spare, log }: LocalHostDeps,
  { actionId, callId, does, progress, onShown }: RunnerWork,
  input: RunnerInput,
  signal: AbortSignal,
): Promise<unknown> {
  const start = (stopped: AbortSignal) => {
    const isVideo = does === 'video';
    // A browser that is busy drawing ends too slowly: what it leaves is removed here.
    const killAtOnce = () => void killOrphansIn(path.join(os.tmpdir(), videoTempName(callId)));
    if (isVideo) stopped.addEventListener('abort', killAtOnce, { once: true });
    return startRunner({
      program,
      child: does === 'play' ? spare?.take() : null,
      input: onShown && input.command === 'play' ? { ...input, isShown: true } : input,
      env: runnerEnv(config, input),
      signal: stopped,
      ...(isVideo && { stopGraceMs: 0 }),
      onAlive: () => {
        progress?.noteAlive();
        if (does === 'generate') spare?.prepare();
      },
      onProgress: (percent) => void progress?.note(percent),
      onShown: (image) => void onShown?.(Buffer.from(image, 'base64')),
      playSlots,
    });
  };
  if (actionId === undefined || progress === undefined) return start(signal);
  return withStallWatch(stallDetector(rowOfAction(store, actionId), config, log), signal, start);
}

/** The runner removes its folders and browsers, unless it was killed. */
async function removeTraces(
  { DATA_DIR }: WorkerConfig,
  { callId, does }: RunnerWork,
): Promise<void> {
  const tempName = TEMP_NAME[does];
  if (tempName === undefined) return;
  const temp = path.join(os.tmpdir(), tempName(callId));
  await killOrphansIn(temp);
  // What cannot be removed is left to the sweep.
  for (const folder of [scratchFolder(DATA_DIR, callId), temp])
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

function runPlaceOf(deps: LocalHostDeps, files: ScratchFiles, { callId }: RunnerWork): RunPlace {
  return {
    scratchDir: scratchFolder(deps.config.DATA_DIR, callId),
    objectFile: files.place(OBJECT),
    failedFile: files.place(FAILED),
    put: async ({ parcelFile, fromParcelFile, leftParcelFile }) => ({
      parcelFile: parcelFile && (await files.put('parent', parcelFile)),
      fromParcelFile: fromParcelFile && (await files.put('from', fromParcelFile)),
      leftParcelFile: leftParcelFile && (await files.put('left', leftParcelFile)),
    }),
    assetsOf: (game) => assetsOnDisk(deps, game),
  };
}

async function gamePlaceOf(
  deps: LocalHostDeps,
  files: ScratchFiles,
  game: GameVersion,
  parent: GameVersion | undefined,
): Promise<GamePlace> {
  const parcelFile = await files.put('parcel', await deps.versions.parcel(game));
  const assets = await assetsOnDisk(deps, game);
  if (parent === undefined) return { parcelFile, assets };
  return {
    parcelFile,
    parentParcelFile: await files.put('parent-parcel', await deps.versions.parcel(parent)),
    assets: eachOnce([...(await assetsOnDisk(deps, parent)), ...assets]),
  };
}

/** Environment of a run: only the keys that its own work needs. */
function runnerEnv(config: WorkerConfig, input: RunnerInput): Record<string, string> {
  if (input.command === 'generate')
    return {
      [RUNNER_ENV.modelKey]: config.ANTHROPIC_API_KEY,
      [RUNNER_ENV.modelBaseUrl]: config.ANTHROPIC_BASE_URL,
      [RUNNER_ENV.callbackKey]: callbackKeyOf(config.CALLBACK_SECRET, input.callId).toString('hex'),
    };
  if (input.command !== 'image') return {};
  const {
    GEMINI_API_KEY,
    GEMINI_BASE_URL,
    REPLICATE_API_TOKEN,
    REPLICATE_BASE_URL,
    CUTOUT_MODEL_FILE,
  } = config;
  switch (input.op) {
    case 'sprite':
    case 'thumbnail':
      return {
        [RUNNER_ENV.imageBaseUrl]: GEMINI_BASE_URL,
        ...(GEMINI_API_KEY === undefined ? {} : { [RUNNER_ENV.imageKey]: GEMINI_API_KEY }),
      };
    case 'cutout':
      return { [RUNNER_ENV.cutoutModel]: CUTOUT_MODEL_FILE };
    case 'cutout-by-service':
      return {
        [RUNNER_ENV.cutoutServiceBaseUrl]: REPLICATE_BASE_URL,
        ...(REPLICATE_API_TOKEN === undefined
          ? {}
          : { [RUNNER_ENV.cutoutServiceToken]: REPLICATE_API_TOKEN }),
      };
    default:
      return {};
  }
}
