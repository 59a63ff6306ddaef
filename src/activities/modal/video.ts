import type { WorkerConfig } from '../../config.js';
import { callIdFor } from '../../contracts/base/ids.js';
import { MODAL_FUNCTION } from '../../contracts/execution/modal.js';
import type { VideoInput, VideoMade } from '../../contracts/media/video.js';
import type { Store } from '../../store/index.js';
import { longActivity } from '../frame/long-activity.js';
import { rowOfAction, stallDetector } from '../frame/stall-detector.js';
import { inRunnerSpan } from '../frame/trace.js';
import type { RenderVideoStoryInput, VideoActivities } from '../ports/video-ports.js';
import { videoMade, keepVideo, videoInput, type VideoStore } from '../runner-input/video-input.js';
import { assetsForVolume } from './asset-copies.js';
import { callbackBaseUrl } from './callback-url.js';
import { durableCall } from './durable-call.js';
import { gameFiles, type ModalHostDeps } from './host.js';

export interface ModalVideoDeps extends VideoStore, ModalHostDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets' | 'modalCalls' | 'projects'>;
}

/** Videos made in a container, whose runner reports progress by callback. */
export function modalVideoActivities(deps: ModalVideoDeps): VideoActivities {
  return { renderVideo: (input) => renderVideo(deps, input) };
}

async function renderVideo(deps: ModalVideoDeps, input: RenderVideoStoryInput): Promise<VideoMade> {
  const { calls, store, config, log } = deps;
  const { userId, actionId, attempt } = input;
  const isHeard = callbackBaseUrl(config) !== null;
  return longActivity({ onShutdown: 'goesOn' }, async (activity) => {
    const made = await videoMade(deps, input);
    if (made) return made;
    const callId = callIdFor(actionId, attempt);
    const run = { command: 'video', callId, actionId, attempt, backend: 'modal' } as const;
    const { result } = await inRunnerSpan(run, () =>
      durableCall(
        { calls, marks: store.modalCalls },
        {
          name: { callId, actionId, userId, fn: MODAL_FUNCTION.video },
          prepare: async () => ({
            input: await runnerInput(deps, input),
            files: await gameFiles(deps, { game: input }, callId),
          }),
          ...(isHeard ? { watch: stallDetector(rowOfAction(store, actionId), config, log) } : {}),
        },
        activity,
      ),
    );
    return keepVideo(deps, input, result);
  });
}

async function runnerInput(
  deps: ModalVideoDeps,
  input: RenderVideoStoryInput,
): Promise<VideoInput> {
  const { actionId, attempt } = input;
  const base = callbackBaseUrl(deps.config);
  // The container knows its own folders and files.
  return videoInput(deps.config, input, {
    callId: callIdFor(actionId, attempt),
    parcelFile: '',
    assets: await assetsForVolume(deps, input),
    scratchDir: '',
    siteDir: '',
    isNice: false,
    callbackUrl: base === null ? null : `${base}/callback/actions/${actionId}`,
  });
}
