import { CancelledFailure, Context } from '@temporalio/activity';
import type { WorkerConfig } from '../../config.js';
import { DreamError } from '../../contracts/errors.js';
import { type ImageInput, type PictureMade, PICTURE_PROGRESS } from '../../contracts/images.js';
import { RUNNER_ENV } from '../../contracts/runner.js';
import type { Store } from '../../store/index.js';
import type { Log } from '../../log.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { Pictures } from '../../store/files/images.js';
import { ActionProgress } from '../frame/action-progress.js';
import { imageInput, keepPicture, sourceOf } from '../runner/image-input.js';
import type { CutoutServiceActivities, ImageActivities, ScreenshotActivities } from '../ports.js';
import { assetsOnDisk } from './asset-copies.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

const HEARTBEAT_MS = 1_000;

export interface LocalImageDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets'>;
  mirror: Mirror;
  pictures: Pictures;
  runner: RunnerProgram;
  log: Log;
}

/** Pictures made on this machine: the runner asks the image model and works on what came, outside of this process. */
export function localImageActivities(
  deps: LocalImageDeps,
): ImageActivities & ScreenshotActivities & CutoutServiceActivities {
  return {
    drawPicture: (input) => runPicture(deps, input, imageInput(deps.config, input)),
    removeBackground: async (input) =>
      runPicture(deps, input, {
        command: 'image',
        op: 'cutout',
        picture: await sourceOf(deps.pictures, input),
      }),
    async removeBackgroundByService(input) {
      const { REPLICATE_MODEL_VERSION: version, IMAGE_TIMEOUT_MS: timeoutMs } = deps.config;
      return runPicture(deps, input, {
        command: 'image',
        op: 'cutout-by-service',
        image: await sourceOf(deps.pictures, input),
        version,
        timeoutMs,
      });
    },
    async takeScreenshot({ userId, projectId, actionId, revision }) {
      const repoDir = await deps.mirror.ensure(userId, projectId);
      await deps.mirror.assertHere(userId, projectId, revision);
      return runPicture(
        deps,
        { userId, actionId },
        {
          command: 'image',
          op: 'screenshot',
          repoDir,
          revision,
          assets: await assetsOnDisk(deps, { userId, projectId, revision }),
        },
      );
    },
  };
}

async function runPicture(
  deps: LocalImageDeps,
  action: { userId: string; actionId: string },
  input: ImageInput,
): Promise<PictureMade> {
  const { config, pictures, runner } = deps;
  const context = Context.current();
  const progress = new ActionProgress(deps, action.actionId);
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    context.heartbeat();
    progress.note(PICTURE_PROGRESS.begun);
    const raw = await startRunner({
      program: runner,
      input,
      env: runnerEnv(config, input),
      signal: context.cancellationSignal,
      onProgress: (percent) => progress.note(percent),
    });
    const made = await keepPicture(pictures, action, raw);
    progress.note(PICTURE_PROGRESS.kept);
    return made;
  } catch (error) {
    // A worker that is shutting down is no end of the action: another one goes on.
    if (context.cancellationDetails?.workerShutdown)
      throw new DreamError('RunCrashed', 'the worker was shut down');
    if (context.cancellationSignal.aborted)
      throw new CancelledFailure('the picture was stopped', [], error as Error);
    throw error;
  } finally {
    clearInterval(beat);
  }
}

/** A runner has the key of its own work alone. */
function runnerEnv(config: WorkerConfig, { op }: ImageInput): Record<string, string> {
  const {
    GEMINI_API_KEY,
    GEMINI_BASE_URL,
    REPLICATE_API_TOKEN,
    REPLICATE_BASE_URL,
    CUTOUT_MODEL_FILE,
  } = config;
  switch (op) {
    case 'sprite':
    case 'poster':
      return {
        [RUNNER_ENV.imageBaseUrl]: GEMINI_BASE_URL,
        ...(GEMINI_API_KEY === undefined ? {} : { [RUNNER_ENV.imageKey]: GEMINI_API_KEY }),
      };
    case 'screenshot':
      return {};
    case 'cutout':
      return { [RUNNER_ENV.cutoutModel]: CUTOUT_MODEL_FILE };
    case 'cutout-by-service':
      return {
        [RUNNER_ENV.cutoutServiceBaseUrl]: REPLICATE_BASE_URL,
        ...(REPLICATE_API_TOKEN === undefined
          ? {}
          : { [RUNNER_ENV.cutoutServiceToken]: REPLICATE_API_TOKEN }),
      };
  }
}
