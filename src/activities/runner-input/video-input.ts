import type { WorkerConfig } from '../../config.js';
import { traceparentOf } from '../../contracts/durable/traces.js';
import { VideoResult, type VideoInput, type VideoMade } from '../../contracts/media/video.js';
import { crashPoint } from '../../process/crash-points.js';
import type { Videos } from '../../objects/videos.js';
import type { Store } from '../../store/index.js';
import { currentSpan } from '../../telemetry/tracing.js';
import { actionEnded } from '../frame/action-progress.js';
import { resultOf } from '../hosted/host.js';
import type { RenderVideoStoryInput } from '../ports/video-ports.js';

/** What differs between the backends. */
export type VideoPlace = Pick<
  VideoInput,
  'callId' | 'parcelFile' | 'assets' | 'scratchDir' | 'siteDir' | 'isNice' | 'callbackUrl'
>;

/** The runner's input for one video, the same for every backend. */
export function videoInput(
  {
    VIDEO_SECONDS: seconds,
    VIDEO_SCALE: scale,
    RECORD_LIMIT_MS: recordLimitMs,
  }: Pick<WorkerConfig, 'VIDEO_SECONDS' | 'VIDEO_SCALE' | 'RECORD_LIMIT_MS'>,
  { title, story }: RenderVideoStoryInput,
  place: VideoPlace,
): VideoInput {
  const span = currentSpan();
  return {
    command: 'video',
    title,
    story,
    seconds,
    scale,
    recordLimitMs,
    ...(span !== null && { traceparent: traceparentOf(span) }),
    ...place,
  };
}

export interface VideoStore {
  videos: Videos;
  store: Pick<Store, 'actions' | 'projects'>;
  config: Pick<WorkerConfig, 'VIDEO_SECONDS'>;
}

/**
 * The video when it exists already: an attempt that was killed after storing it has done the work
 * (F4). Its row is ended here, too. Throws `RunCancelled` as {@link keepVideo}.
 */
export async function videoMade(
  { videos, store, config }: VideoStore,
  { actionId, projectId, revision }: RenderVideoStoryInput,
): Promise<VideoMade | null> {
  if (!(await videos.has(projectId, revision))) return null;
  const made = { revision, seconds: config.VIDEO_SECONDS };
  if ((await store.actions.complete(actionId, made)) === null) throw actionEnded();
  return made;
}

/**
 * Keeps the video and ends its action's row (F2). Throws `RunCancelled` when
 * the action has ended, or went away with its project.
 */
export async function keepVideo(
  { videos, store, config }: VideoStore,
  { actionId, projectId, revision }: RenderVideoStoryInput,
  raw: unknown,
): Promise<VideoMade> {
  const made = { revision, seconds: config.VIDEO_SECONDS };
  const bytes = Buffer.from(resultOf(VideoResult, raw, 'video').data, 'base64');
  const isKept = await videos.keep({ projectId, revision }, bytes, {
    endRow: async () => (await store.actions.complete(actionId, made)) !== null,
    projectExists: async () => (await store.projects.get(projectId)) !== null,
  });
  if (!isKept) throw actionEnded();
  crashPoint('after-video-before-answer');
  return made;
}
