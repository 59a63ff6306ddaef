import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { WorkerConfig } from '../../config.js';
import type { ActionRef } from '../../contracts/actions.js';
import { AppError } from '../../contracts/errors.js';
import { type ImageInput, type ImageMade, IMAGE_PROGRESS } from '../../contracts/images.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import type { ActionImages } from '../../objects/action-images.js';
import { ActionProgress } from '../frame/action-progress.js';
import { workerShutdown } from '../frame/typed-failures.js';
import { imageInput, keepImage, sourceOf } from '../runner/image-input.js';
import type { ImageActivities } from '../ports.js';
import type { ModalCall, ModalCalls, RunningCall } from './call.js';

const HEARTBEAT_MS = 1_000;

/** What the next worker needs to go on with the same call. */
const Beat = z.object({ functionCallId: z.string(), spawnedAtMs: z.number() });

export interface ModalImageDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions'>;
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
  action: ActionRef,
  input: ImageInput,
): Promise<ImageMade> {
  const { config, images, calls } = deps;
  const context = Context.current();
  const progress = new ActionProgress(deps, action.actionId);
  let beat = Beat.safeParse(context.info.heartbeatDetails).data ?? null;
  const beating = setInterval(() => context.heartbeat(beat), HEARTBEAT_MS);
  const call: ModalCall = { userId: action.userId, fn: 'generate-image', input };
  let running: RunningCall | null = null;
  try {
    progress.note(IMAGE_PROGRESS.begun);
    running = beat
      ? await calls.attach(call, beat.functionCallId, beat.spawnedAtMs)
      : await calls.spawn(call);
    beat = { functionCallId: running.remote.functionCallId, spawnedAtMs: running.spawnedAtMs };
    context.heartbeat(beat);
    progress.note(IMAGE_PROGRESS.asked);
    // Nobody hears a container that hangs; the runner itself has given up by then.
    const limit = AbortSignal.timeout(config.START_TIMEOUT_MS + config.IMAGE_TIMEOUT_MS);
    const { result } = await calls
      .wait(running, { signal: AbortSignal.any([context.cancellationSignal, limit]) })
      .catch((error: unknown) => {
        throw error === limit.reason
          ? new AppError('RunTimedOut', 'the container gave no image in time')
          : error;
      });
    running = null;
    progress.note(IMAGE_PROGRESS.worked);
    const made = await keepImage(images, action, result);
    progress.note(IMAGE_PROGRESS.kept);
    return made;
  } catch (error) {
    const { cancellationSignal, cancellationDetails } = context;
    if (cancellationSignal.aborted && cancellationDetails?.workerShutdown)
      throw workerShutdown(error);
    if (running) await calls.cancel(running);
    if (cancellationSignal.aborted) return await context.cancelled;
    throw error;
  } finally {
    clearInterval(beating);
  }
}
