import type { WorkerConfig } from '../../config.js';
import { callIdFor } from '../../contracts/ids.js';
import { type ImageInput, type ImageMade, IMAGE_PROGRESS } from '../../contracts/images.js';
import { MODAL_FUNCTION } from '../../contracts/modal.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { ActionImages } from '../../objects/action-images.js';
import { ActionProgress } from '../frame/action-progress.js';
import { longActivity, type LongActivity } from '../frame/long-activity.js';
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
import type { ActionAttempt } from '../ports/refs.js';
import type { ImageActivities } from '../ports/image-ports.js';
import { spriteStep, type DrawSpriteInput, type PlaceImageInput } from '../ports/sprite-port.js';
import type { ModalCalls } from './call.js';
import { durableCall } from './durable-call.js';

export interface ModalImageDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets' | 'modalCalls'>;
  images: ActionImages;
  calls: ModalCalls;
  log: Log;
}

/** Images made in a container, whose runner has the image model's key. */
export function modalImageActivities(deps: ModalImageDeps): ImageActivities {
  return {
    drawImage: (input) => make(deps, input, imageInput(deps.config, input)),
    drawSprite: (input) => drawSprite(deps, input),
    placeImage: (input) => placeImage(deps, input),
    removeBackground: async (input) =>
      make(deps, input, {
        command: 'image',
        op: 'cutout',
        image: await sourceOf(deps.images, input),
      }),
  };
}

async function drawSprite(
  deps: ModalImageDeps,
  input: DrawSpriteInput,
): Promise<{ sizeBytes: number }> {
  const { config, images } = deps;
  return longActivity({ onShutdown: 'goesOn' }, async (activity) => {
    const kept = await keptSprite(images, input);
    if (kept) return kept;
    const prepare = async () => ({ input: spriteInput(config, input) });
    return keepSprite(images, input, await callForJob(deps, input, prepare, activity));
  });
}

async function placeImage(
  deps: ModalImageDeps,
  input: PlaceImageInput,
): Promise<{ width: number; height: number }> {
  const { images } = deps;
  return longActivity({ onShutdown: 'goesOn' }, async (activity) => {
    const kept = await keptAttached(images, input);
    if (kept) return kept;
    const prepare = async () => ({ input: await attachedInput(deps, input) });
    return keepAttached(images, input, await callForJob(deps, input, prepare, activity));
  });
}

/** Its job has the call's time in its usage; a try has an id that no attempt of the job has. */
async function callForJob(
  { config, calls, store }: ModalImageDeps,
  { jobId, userId, name, attempt }: DrawSpriteInput | PlaceImageInput,
  prepare: () => Promise<{ input: ImageInput }>,
  activity: LongActivity,
): Promise<unknown> {
  const callId = `${jobId}.${spriteStep(name)}.${attempt}`;
  const { result } = await durableCall(
    { calls, marks: store.modalCalls },
    {
      name: { callId, actionId: jobId, userId, fn: MODAL_FUNCTION.image },
      prepare,
      limitMs: longestMs(config),
    },
    activity,
  );
  return result;
}

/** The runner itself has given up by then: the container hangs. */
function longestMs({ START_TIMEOUT_MS, IMAGE_TIMEOUT_MS }: WorkerConfig): number {
  return START_TIMEOUT_MS + IMAGE_TIMEOUT_MS;
}

async function make(
  deps: ModalImageDeps,
  { actionId, userId, attempt }: ActionAttempt,
  input: ImageInput,
): Promise<ImageMade> {
  const { config, images, calls, store } = deps;
  const progress = new ActionProgress(deps, actionId);
  return longActivity({ onShutdown: 'goesOn' }, async (activity) => {
    void progress.note(IMAGE_PROGRESS.begun);
    const { result } = await durableCall(
      { calls, marks: store.modalCalls },
      {
        name: { callId: callIdFor(actionId, attempt), actionId, userId, fn: MODAL_FUNCTION.image },
        prepare: async () => ({ input }),
        onRunning: () => void progress.note(IMAGE_PROGRESS.asked),
        limitMs: longestMs(config),
      },
      activity,
    );
    void progress.note(IMAGE_PROGRESS.worked);
    const made = await keepImage(images, { userId, actionId }, result);
    void progress.note(IMAGE_PROGRESS.kept);
    return made;
  });
}
