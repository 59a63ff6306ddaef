import type { WorkerConfig } from '../../config.js';
import { callIdFor } from '../../contracts/ids.js';
import { type ImageInput, type ImageMade, IMAGE_PROGRESS } from '../../contracts/images.js';
import { MODAL_FUNCTION } from '../../contracts/modal.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import type { ActionImages } from '../../objects/action-images.js';
import { ActionProgress } from '../frame/action-progress.js';
import { longActivity } from '../frame/long-activity.js';
import { imageInput, keepImage, sourceOf } from '../runner-input/image-input.js';
import type { ActionAttempt, ImageActivities } from '../ports.js';
import type { ModalCalls } from './call.js';
import { durableCall } from './durable-call.js';

export interface ModalImageDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'modalCalls'>;
  images: ActionImages;
  calls: ModalCalls;
  log: Log;
}

/** Images made in a container, whose runner has the image model's key. */
export function modalImageActivities(deps: ModalImageDeps): ImageActivities {
  return {
    drawImage: (input) => make(deps, input, imageInput(deps.config, input)),
    removeBackground: async (input) =>
      make(deps, input, {
        command: 'image',
        op: 'cutout',
        image: await sourceOf(deps.images, input),
      }),
  };
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
        // The runner itself has given up by then: the container hangs.
        limitMs: config.START_TIMEOUT_MS + config.IMAGE_TIMEOUT_MS,
      },
      activity,
    );
    void progress.note(IMAGE_PROGRESS.worked);
    const made = await keepImage(images, { userId, actionId }, result);
    void progress.note(IMAGE_PROGRESS.kept);
    return made;
  });
}
