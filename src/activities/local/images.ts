import { CancelledFailure, Context } from '@temporalio/activity';
import type { WorkerConfig } from '../../config.js';
import { DreamError } from '../../contracts/errors.js';
import type { ImageInput, PictureMade } from '../../contracts/images.js';
import { RUNNER_ENV } from '../../contracts/runner.js';
import type { Mirror } from '../../store/mirror.js';
import type { Pictures } from '../../store/pictures.js';
import { imageInput, keepPicture } from '../pictures.js';
import type { ImageActivities, ScreenshotActivities } from '../ports.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

const HEARTBEAT_MS = 1_000;

export interface LocalImageDeps { config: WorkerConfig; mirror: Mirror; pictures: Pictures; runner: RunnerProgram }

/** Pictures made on this machine: the runner asks the image model and works on what came, outside of this process. */
export function localImageActivities(deps: LocalImageDeps): ImageActivities & ScreenshotActivities {
  return {
    drawPicture: (input) => runPicture(deps, input, imageInput(deps.config, input)),
    async takeScreenshot({ userId, projectId, actionId, revision }) {
      const repoDir = await deps.mirror.ensure(userId, projectId);
      await deps.mirror.assertHere(userId, projectId, revision);
      return runPicture(deps, { userId, actionId }, { command: 'image', op: 'screenshot', repoDir, revision });
    },
  };
}

async function runPicture({ config, pictures, runner }: LocalImageDeps, action: { userId: string; actionId: string }, input: ImageInput): Promise<PictureMade> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    context.heartbeat();
    const raw = await startRunner({ program: runner, input, env: runnerEnv(config), signal: context.cancellationSignal });
    return await keepPicture(pictures, action, raw);
  } catch (error) {
    // A worker that is shutting down is no end of the action: another one goes on.
    if (context.cancellationDetails?.workerShutdown) throw new DreamError('RunCrashed', 'the worker was shut down');
    if (context.cancellationSignal.aborted) throw new CancelledFailure('the picture was stopped', [], error as Error);
    throw error;
  } finally {
    clearInterval(beat);
  }
}

function runnerEnv({ GEMINI_API_KEY, GEMINI_BASE_URL }: WorkerConfig): Record<string, string> {
  return { [RUNNER_ENV.imageBaseUrl]: GEMINI_BASE_URL, ...(GEMINI_API_KEY === undefined ? {} : { [RUNNER_ENV.imageKey]: GEMINI_API_KEY }) };
}
