import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { WorkerConfig } from '../../config.js';
import type { ActionRef } from '../../contracts/actions.js';
import { DreamError } from '../../contracts/errors.js';
import { type ImageInput, type PictureMade, PICTURE_PROGRESS } from '../../contracts/images.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import type { Pictures } from '../../store/files/images.js';
import { ActionProgress } from '../frame/action-progress.js';
import { workerShutdown } from '../frame/typed-failures.js';
import { imageInput, keepPicture, sourceOf } from '../runner/image-input.js';
import type { ImageActivities } from '../ports.js';
import type { ModalCall, ModalCalls, RunningCall } from './call.js';

const HEARTBEAT_MS = 1_000;

/** What the next worker needs to go on with the same call. */
const Beat = z.object({ functionCallId: z.string(), spawnedAtMs: z.number() });

export interface ModalImageDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions'>;
  pictures: Pictures;
  calls: ModalCalls;
  log: Log;
}

/** Pictures made in a container, whose runner has the image model's key. */
export function modalImageActivities(deps: ModalImageDeps): ImageActivities {
  return {
    drawPicture: (input) => make(deps, input, imageInput(deps.config, input)),
    removeBackground: async (input) =>
      make(deps, input, {
        command: 'image',
        op: 'cutout',
        picture: await sourceOf(deps.pictures, input),
      }),
  };
}

async function make(
  deps: ModalImageDeps,
  action: ActionRef,
  input: ImageInput,
): Promise<PictureMade> {
  const { config, pictures, calls } = deps;
  const context = Context.current();
  const progress = new ActionProgress(deps, action.actionId);
  let beat = Beat.safeParse(context.info.heartbeatDetails).data ?? null;
  const beating = setInterval(() => context.heartbeat(beat), HEARTBEAT_MS);
  const call: ModalCall = { userId: action.userId, fn: 'generate-image', input };
  let running: RunningCall | null = null;
  try {
    progress.note(PICTURE_PROGRESS.begun);
    running = beat
      ? await calls.attach(call, beat.functionCallId, beat.spawnedAtMs)
      : await calls.spawn(call);
    beat = { functionCallId: running.remote.functionCallId, spawnedAtMs: running.spawnedAtMs };
    context.heartbeat(beat);
    progress.note(PICTURE_PROGRESS.asked);
    // Nobody hears a container that hangs; the runner itself has given up by then.
    const limit = AbortSignal.timeout(config.START_TIMEOUT_MS + config.IMAGE_TIMEOUT_MS);
    const { result } = await calls
      .wait(running, { signal: AbortSignal.any([context.cancellationSignal, limit]) })
      .catch((error: unknown) => {
        throw error === limit.reason
          ? new DreamError('RunTimedOut', 'the container gave no picture in time')
          : error;
      });
    running = null;
    progress.note(PICTURE_PROGRESS.worked);
    const made = await keepPicture(pictures, action, result);
    progress.note(PICTURE_PROGRESS.kept);
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
