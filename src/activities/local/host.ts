import type { WorkerConfig } from '../../config.js';
import { RUNNER_ENV, type RunnerInput } from '../../contracts/execution/runner.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { Store } from '../../store/index.js';
import type { Log } from '../../telemetry/log.js';
import { rowOfAction, stallDetector, withStallWatch } from '../frame/stall-detector.js';
import type { GameVersion } from '../runner-input/game-assets.js';
import { NO_GAME, type GamePlace, type RunnerHost } from '../hosted/host.js';
import { assetsOnDisk } from './asset-copies.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

export interface LocalHostDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets'>;
  mirror: Mirror;
  runner: RunnerProgram;
  log: Log;
}

/** Runs the runner as a child process, beside the mirror's own repository. */
export function localHost(deps: LocalHostDeps): RunnerHost {
  const { config, store, runner: program, log } = deps;
  return {
    backend: 'local',
    async run({ game, input, actionId, progress }, { signal }) {
      const given = await input(game ? await placeOf(deps, game) : NO_GAME);
      const start = (stopped: AbortSignal) =>
        startRunner({
          program,
          input: given,
          env: runnerEnv(config, given),
          signal: stopped,
          onAlive: () => progress?.noteAlive(),
          onProgress: (percent) => void progress?.note(percent),
        });
      if (actionId === undefined || progress === undefined) return start(signal);
      return withStallWatch(
        stallDetector(rowOfAction(store, actionId), config, log),
        signal,
        start,
      );
    },
  };
}

async function placeOf(deps: LocalHostDeps, game: GameVersion): Promise<GamePlace> {
  const { userId, projectId, revision } = game;
  const repoDir = await deps.mirror.ensure(userId, projectId);
  await deps.mirror.assertHere(userId, projectId, revision);
  return { repoDir, assets: await assetsOnDisk(deps, game) };
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
