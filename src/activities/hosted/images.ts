import type { WorkerConfig } from '../../config.js';
import { specOf } from '../../contracts/execution/backends.js';
import { callIdFor } from '../../contracts/base/ids.js';
import { IMAGE_PROGRESS, type ImageInput, type ImageMade } from '../../contracts/media/images.js';
import type { Assets } from '../../objects/assets.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { Store } from '../../store/index.js';
import type { Log } from '../../telemetry/log.js';
import { ActionProgress } from '../frame/action-progress.js';
import { longActivity } from '../frame/long-activity.js';
import type { ImageActivities } from '../ports/image-ports.js';
import { spriteStep, type DrawSpriteInput, type PlaceImageInput } from '../ports/sprite-port.js';
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
import type { GamePlace, RunnerHost, RunnerWork } from './host.js';

export interface ImageDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets'>;
  images: ActionImages;
  assets: Pick<Assets, 'read'>;
  log: Log;
}

/** Images that the runner draws or works on, outside of this process. */
export function imageActivities(deps: ImageDeps, host: RunnerHost): ImageActivities {
  const { config, images } = deps;
  return {
    drawImage: (input) => makeImage(deps, host, input, () => imageInput(config, input)),
    removeBackground: (input) =>
      makeImage(deps, host, input, async () => ({
        command: 'image',
        op: 'cutout',
        image: await sourceOf(images, input),
      })),
    drawSprite: (input) =>
      makeForJob(deps, host, input, {
        kept: () => keptSprite(images, input),
        input: () => spriteInput(config, input),
        keep: (raw) => keepSprite(images, input, raw),
      }),
    placeImage: (input) =>
      makeForJob(deps, host, input, {
        kept: () => keptAttached(images, input),
        input: () => attachedInput(deps, input),
        keep: (raw) => keepAttached(images, input, raw),
      }),
  };
}

/** Makes the image of an action, whose row has its progress, and keeps it. */
export async function makeImage(
  { config, store, images, log }: ImageDeps,
  host: RunnerHost,
  { actionId, userId, attempt = 1 }: { actionId: string; userId: string; attempt?: number },
  input: (place: GamePlace) => Promise<ImageInput> | ImageInput,
  game?: RunnerWork['game'],
): Promise<ImageMade> {
  const progress = new ActionProgress({ store, log }, actionId);
  const work: RunnerWork = {
    callId: callIdFor(actionId, attempt),
    userId,
    actionId,
    does: 'image',
    game,
    input,
    limitMs: longestMs(config),
    progress,
  };
  return longActivity(specOf(host.backend), async (activity) => {
    // Before the run begins: it is no event of the runner (F3).
    await progress.note(IMAGE_PROGRESS.begun);
    const { result } = await host.run(work, activity);
    const made = await keepImage(images, { userId, actionId }, result);
    void progress.note(IMAGE_PROGRESS.kept);
    return made;
  });
}

interface JobImage<T> {
  readonly kept: () => Promise<T | null>;
  readonly input: () => Promise<ImageInput> | ImageInput;
  readonly keep: (raw: unknown) => Promise<T>;
}

/** Makes an image of a job, unless an earlier attempt has kept it (C4). */
async function makeForJob<T>(
  { config }: ImageDeps,
  host: RunnerHost,
  { jobId, userId, name, attempt }: DrawSpriteInput | PlaceImageInput,
  { kept, input, keep }: JobImage<T>,
): Promise<T> {
  // The job's usage has the time; no attempt of the job has this id.
  const callId = `${jobId}.${spriteStep(name)}.${attempt}`;
  const limitMs = longestMs(config);
  const work: RunnerWork = { callId, userId, actionId: jobId, does: 'image', input, limitMs };
  return longActivity(
    specOf(host.backend),
    async (activity) => (await kept()) ?? keep((await host.run(work, activity)).result),
  );
}

/** The runner itself has given up by then: the container hangs. */
function longestMs({ START_TIMEOUT_MS, IMAGE_TIMEOUT_MS }: WorkerConfig): number {
  return START_TIMEOUT_MS + IMAGE_TIMEOUT_MS;
}
