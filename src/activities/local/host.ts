import type { WorkerConfig } from '../../config.js';
import { RUNNER_ENV, type RunnerInput } from '../../contracts/execution/runner.js';
import type { DiskCache } from '../../objects/disk-cache.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import type { Log } from '../../telemetry/log.js';
import { rowOfAction, stallDetector, withStallWatch } from '../frame/stall-detector.js';
import type { GameVersion } from '../runner-input/game-assets.js';
import {
  eachOnce,
  NO_GAME,
  type GamePlace,
  type RunnerHost,
  type RunnerWork,
} from '../hosted/host.js';
import { assetsOnDisk } from './asset-copies.js';
import type { PlaySlots } from './play-slots.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';
import { scratchFiles, type ScratchFiles } from './scratch-files.js';

export interface LocalHostDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets'>;
  versions: Versions;
  cache: DiskCache;
  runner: RunnerProgram;
  /** What plays wait for, those of runs, too (P6); left out where nothing is played. */
  playSlots?: PlaySlots;
  log: Log;
}

/** Runs the runner as a child process of this machine. */
export function localHost(deps: LocalHostDeps): RunnerHost {
  return {
    backend: 'local',
    async run(work, { signal }) {
      const files = scratchFiles(deps.config.DATA_DIR, work.callId);
      const giveBack = work.does === 'play' ? await deps.playSlots?.take(signal) : null;
      try {
        const place = work.game ? await placeOf(deps, files, work.game, work.parent) : NO_GAME;
        return await runHere(deps, work, await work.input(place), signal);
      } finally {
        giveBack?.();
        await files.remove();
      }
    },
  };
}

function runHere(
  { config, store, runner: program, log }: LocalHostDeps,
  { actionId, progress, onShown }: RunnerWork,
  input: RunnerInput,
  signal: AbortSignal,
): Promise<unknown> {
  const start = (stopped: AbortSignal) =>
    startRunner({
      program,
      input: onShown && input.command === 'play' ? { ...input, isShown: true } : input,
      env: runnerEnv(config, input),
      signal: stopped,
      onAlive: () => progress?.noteAlive(),
      onProgress: (percent) => void progress?.note(percent),
      onShown: (image) => void onShown?.(Buffer.from(image, 'base64')),
    });
  if (actionId === undefined || progress === undefined) return start(signal);
  return withStallWatch(stallDetector(rowOfAction(store, actionId), config, log), signal, start);
}

async function placeOf(
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
