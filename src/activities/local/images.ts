import type { WorkerConfig } from '../../config.js';
import { type ImageInput, type ImageMade, IMAGE_PROGRESS } from '../../contracts/images.js';
import { RUNNER_ENV } from '../../contracts/runner.js';
import type { Store } from '../../store/index.js';
import type { Log } from '../../telemetry/log.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { ActionImages } from '../../objects/action-images.js';
import { ActionProgress } from '../frame/action-progress.js';
import { longActivity } from '../frame/long-activity.js';
import { rowOfAction, stallDetector, withStallWatch } from '../frame/stall-detector.js';
import {
  attachedInput,
  imageInput,
  keepAttached,
  keepImage,
  keepSprite,
  keptAttached,
  keptSprite,
  sourceOf,
  spriteInput,
} from '../runner-input/image-input.js';
import type {
  CutoutServiceActivities,
  ImageActivities,
  ScreenshotActivities,
} from '../ports/image-ports.js';
import type { DrawSpriteInput, PlaceImageInput } from '../ports/sprite-port.js';
import { assetsOnDisk } from './asset-copies.js';
import { startRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

export interface LocalImageDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets'>;
  mirror: Mirror;
  images: ActionImages;
  runner: RunnerProgram;
  log: Log;
}

/**
 * Images made on this machine: the runner asks the image model and works on what came, outside of
 * this process.
 */
export function localImageActivities(
  deps: LocalImageDeps,
): ImageActivities & ScreenshotActivities & CutoutServiceActivities {
  return {
    drawImage: (input) => runImage(deps, input, imageInput(deps.config, input)),
    drawSprite: (input) => drawSprite(deps, input),
    placeImage: (input) => placeImage(deps, input),
    removeBackground: async (input) =>
      runImage(deps, input, {
        command: 'image',
        op: 'cutout',
        image: await sourceOf(deps.images, input),
      }),
    async removeBackgroundByService(input) {
      const { REPLICATE_MODEL_VERSION: version, IMAGE_TIMEOUT_MS: timeoutMs } = deps.config;
      return runImage(deps, input, {
        command: 'image',
        op: 'cutout-by-service',
        image: await sourceOf(deps.images, input),
        version,
        timeoutMs,
      });
    },
    async takeScreenshot({ userId, projectId, actionId, revision }) {
      const repoDir = await deps.mirror.ensure(userId, projectId);
      await deps.mirror.assertHere(userId, projectId, revision);
      return runImage(
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

/** No row of its own hears of it: the runner gives up by itself, and its job can cancel it. */
async function drawSprite(
  { config, images, runner: program }: LocalImageDeps,
  input: DrawSpriteInput,
): Promise<{ sizeBytes: number }> {
  return longActivity({ onShutdown: 'stops' }, async ({ signal }) => {
    const kept = await keptSprite(images, input);
    if (kept) return kept;
    const asked = spriteInput(config, input);
    const env = runnerEnv(config, asked);
    return keepSprite(images, input, await startRunner({ program, input: asked, env, signal }));
  });
}

/** The same of an image of the player's. */
async function placeImage(
  deps: LocalImageDeps,
  input: PlaceImageInput,
): Promise<{ width: number; height: number }> {
  const { images, runner: program } = deps;
  return longActivity({ onShutdown: 'stops' }, async ({ signal }) => {
    const kept = await keptAttached(images, input);
    if (kept) return kept;
    const given = { program, input: await attachedInput(deps, input), env: {}, signal };
    return keepAttached(images, input, await startRunner(given));
  });
}

async function runImage(
  deps: LocalImageDeps,
  action: { userId: string; actionId: string },
  input: ImageInput,
): Promise<ImageMade> {
  const { config, store, images, runner, log } = deps;
  const progress = new ActionProgress(deps, action.actionId);
  return longActivity({ onShutdown: 'stops' }, async ({ signal }) => {
    // Before the watch begins: it is no word of the child (F3).
    await progress.note(IMAGE_PROGRESS.begun);
    const watch = stallDetector(rowOfAction(store, action.actionId), config, log);
    const raw = await withStallWatch(watch, signal, (stopped) =>
      startRunner({
        program: runner,
        input,
        env: runnerEnv(config, input),
        signal: stopped,
        onAlive: () => progress.noteAlive(),
        onProgress: (percent) => void progress.note(percent),
      }),
    );
    const made = await keepImage(images, action, raw);
    void progress.note(IMAGE_PROGRESS.kept);
    return made;
  });
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
    case 'thumbnail':
      return {
        [RUNNER_ENV.imageBaseUrl]: GEMINI_BASE_URL,
        ...(GEMINI_API_KEY === undefined ? {} : { [RUNNER_ENV.imageKey]: GEMINI_API_KEY }),
      };
    case 'fit':
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
