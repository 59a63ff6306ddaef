import type { WorkerConfig } from '../../config.js';
import { specOf } from '../../contracts/execution/backends.js';
import { callIdFor } from '../../contracts/base/ids.js';
import type { VideoMade } from '../../contracts/media/video.js';
import type { Log } from '../../telemetry/log.js';
import { ActionProgress } from '../frame/action-progress.js';
import { longActivity, type LongActivity } from '../frame/long-activity.js';
import { inRunnerSpan } from '../frame/trace.js';
import type { RenderVideoStoryInput, VideoActivities } from '../ports/video-ports.js';
import { keepVideo, videoInput, videoMade, type VideoStore } from '../runner-input/video-input.js';
import type { RunnerHost } from './host.js';

export interface VideoDeps extends VideoStore {
  config: WorkerConfig;
  log: Log;
}

/** Videos that the runner records and renders. */
export function videoActivities(deps: VideoDeps, host: RunnerHost): VideoActivities {
  return {
    renderVideo: (input) =>
      longActivity(specOf(host.backend), (activity) => renderVideo(deps, host, input, activity)),
  };
}

async function renderVideo(
  deps: VideoDeps,
  host: RunnerHost,
  input: RenderVideoStoryInput,
  activity: LongActivity,
): Promise<VideoMade> {
  const made = await videoMade(deps, input);
  if (made) return made;
  const { actionId, userId, attempt } = input;
  const { backend } = host;
  // A worker that only seemed to be dead may still be cleaning up after its own delivery; a run
  // that goes on without its worker is the same for all deliveries.
  const { onShutdown } = specOf(backend);
  const callId = callIdFor(actionId, onShutdown === 'stops' ? activity.delivery : attempt);
  const progress = new ActionProgress(deps, actionId);
  const signal = AbortSignal.any([activity.signal, progress.ended]);
  const run = { command: 'video', callId, actionId, attempt, backend } as const;
  const { result } = await inRunnerSpan(run, () =>
    host.run(
      {
        ...{ callId, userId, actionId, does: 'video', game: input, progress },
        input: async (game, { scratchDir }) => {
          const place = await host.videoPlace(actionId, signal);
          return videoInput(deps.config, input, { callId, ...game, scratchDir, ...place });
        },
      },
      { ...activity, signal },
    ),
  );
  return keepVideo(deps, input, result);
}
