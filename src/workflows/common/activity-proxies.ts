import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { RetryPolicy } from '@temporalio/common';
import type { AgentActivities } from '../../activities/ports/agent-port.js';
import type {
  CutoutServiceActivities,
  ImageActivities,
  ScreenshotActivities,
} from '../../activities/ports/image-ports.js';
import type { FileActivities } from '../../activities/ports/project-files-port.js';
import type { MaintenanceActivities } from '../../activities/ports/delete-ports.js';
import type { ReplicationActivities } from '../../activities/ports/backend-ports.js';
import type { SharedActivities } from '../../activities/ports/shared-set.js';
import type { VideoActivities } from '../../activities/ports/video-ports.js';
import type { PushActivities } from '../../activities/ports/push-port.js';
import type { WatcherActivities } from '../../activities/ports/watcher-port.js';
import type { PlayActivities } from '../../activities/ports/play-port.js';
import { ERROR_POLICY } from '../../contracts/errors.js';
import {
  ANSWER_QUEUE,
  LOCAL_AGENT_QUEUE,
  LOCAL_IMAGE_QUEUE,
  LOCAL_PLAY_QUEUE,
  LOCAL_QUEUE,
  LOCAL_VIDEO_QUEUE,
  MAINTENANCE_QUEUE,
  MODAL_AGENT_QUEUE,
  MODAL_QUEUE,
  PUBLISHING_QUEUE,
  PUSH_QUEUE,
  TASK_QUEUE,
  WORKER_SHUTDOWN,
} from '../../contracts/workflows.js';

/** A worker that is silent for so long is dead: every activity heartbeats once a second. */
const HEARTBEAT_TIMEOUT = '5 seconds';
/** The same for a run, whose beats share the machine with a model program. */
const RUN_HEARTBEAT_TIMEOUT = '8 seconds';

/**
 * Short steps on our own database and mirror: they are tried until they work, because an accepted
 * message must end.
 */
export const shared = proxyActivities<SharedActivities>({
  taskQueue: TASK_QUEUE,
  startToCloseTimeout: '20 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** A conversational answer: the model may fail, so attempts are counted. */
export const answering = proxyActivities<
  Pick<SharedActivities, 'answerQuestion' | 'generatePublishInfo' | 'planVideo'>
>({
  taskQueue: ANSWER_QUEUE,
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});

/**
 * The small model reads a message, or designs a game, once: what it said is in the history, and a
 * failure means that rules decide.
 */
export const reading = proxyActivities<Pick<SharedActivities, 'readMessage' | 'designGame'>>({
  taskQueue: ANSWER_QUEUE,
  // Where answers keep all slots, nobody waits for one: the rules are there at once.
  scheduleToStartTimeout: '2 seconds',
  startToCloseTimeout: '8 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 1 },
});

/** The small model looks at a game that plays, once; a failure means that nobody has judged it. */
export const judging = proxyActivities<Pick<SharedActivities, 'judgeGame'>>({
  taskQueue: ANSWER_QUEUE,
  scheduleToStartTimeout: '2 seconds',
  startToCloseTimeout: '12 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 1 },
});

/** Steps of publishing that somebody waits for: what does not work in a few attempts is told. */
export const publishing = proxyActivities<Pick<SharedActivities, 'copyGame' | 'checkCopy'>>({
  taskQueue: PUBLISHING_QUEUE,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '5 seconds', maximumAttempts: 5 },
});

/** A push service that is away is asked a few times; the chat says it anyway. */
export const pushing = proxyActivities<PushActivities>({
  taskQueue: PUSH_QUEUE,
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 4, maximumAttempts: 4 },
});

/** House-keeping and watching: the next round is soon enough. */
export const maintenance = proxyActivities<MaintenanceActivities & WatcherActivities>({
  taskQueue: MAINTENANCE_QUEUE,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 1 },
});

/** Short file work of the local set. */
export const localFiles = proxyActivities<FileActivities>({
  taskQueue: LOCAL_QUEUE,
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '10 seconds' },
});

/**
 * Files on the user's Volume. A Modal that is down must not keep anybody waiting: what is left
 * there is found and removed later (F2).
 */
export const modalFiles = proxyActivities<FileActivities>({
  taskQueue: MODAL_QUEUE,
  scheduleToCloseTimeout: '60 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});

/**
 * Work on both stores, beside all jobs: a worker that dies leaves a repeat, a Modal that is away is
 * tried a few times.
 */
export const replication = proxyActivities<Omit<ReplicationActivities, 'hydrateProject'>>({
  taskQueue: MODAL_QUEUE,
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 4 },
});

/** A reader waits for it: soon, or the next reader asks again. */
export const hydration = proxyActivities<Pick<ReplicationActivities, 'hydrateProject'>>({
  taskQueue: MODAL_QUEUE,
  scheduleToCloseTimeout: '60 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500 milliseconds', maximumAttempts: 3 },
});

/**
 * One attempt on this machine. The workflow owns the attempts (C1), so the activity has one; no
 * schedule-to-start limit (G2).
 */
export function localAgent(
  startToCloseTimeoutMs: number,
): ReturnType<typeof proxyActivities<AgentActivities>> {
  return proxyActivities<AgentActivities>({
    taskQueue: LOCAL_AGENT_QUEUE,
    startToCloseTimeout: startToCloseTimeoutMs,
    heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  });
}

/** So many workers, one after the other, may wait for one call. */
const MAX_WORKERS_PER_CALL = 3;
const START_TO_CLOSE_TIMEOUT = 'TemporalTimeout:StartToClose';
/** Temporal repeats the activity only when its worker has died; the workflow counts no shutdown. */
const ONLY_ANOTHER_WORKER: RetryPolicy = {
  initialInterval: '200 milliseconds',
  backoffCoefficient: 1,
  maximumAttempts: MAX_WORKERS_PER_CALL,
  nonRetryableErrorTypes: [...Object.keys(ERROR_POLICY), START_TO_CLOSE_TIMEOUT, WORKER_SHUTDOWN],
};

/**
 * One attempt on Modal. When the worker that waits for the call dies, another one goes on with the
 * same call (C1): that is the only reason why Temporal repeats the activity. Every other end is
 * for the workflow to classify.
 */
export function modalAgent(
  startToCloseTimeoutMs: number,
): ReturnType<typeof proxyActivities<AgentActivities>> {
  return proxyActivities<AgentActivities>({
    taskQueue: MODAL_AGENT_QUEUE,
    startToCloseTimeout: startToCloseTimeoutMs,
    heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: ONLY_ANOTHER_WORKER,
  });
}

/** Longest time of one attempt at an image; the image model's own limit lies below it. */
const IMAGE_LIMIT = '5 minutes';

/** One attempt at an image on this machine; the workflow owns the attempts. */
export const localImages = proxyActivities<
  ImageActivities & ScreenshotActivities & CutoutServiceActivities
>({
  taskQueue: LOCAL_IMAGE_QUEUE,
  startToCloseTimeout: IMAGE_LIMIT,
  heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 1 },
});

/** One attempt at an image on Modal; a worker that dies leaves its call to the next one (C1). */
export const modalImages = proxyActivities<ImageActivities>({
  taskQueue: MODAL_AGENT_QUEUE,
  startToCloseTimeout: IMAGE_LIMIT,
  heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: ONLY_ANOTHER_WORKER,
});

/**
 * Longest time of one video here: a busy machine takes minutes for it. A container of its own that
 * takes longer than its limit hangs.
 */
const VIDEO_LIMIT = '25 minutes';
const MODAL_VIDEO_LIMIT = '10 minutes';

/** One attempt at a video on this machine; when the worker dies another one begins it anew. */
export const localVideos = proxyActivities<VideoActivities>({
  taskQueue: LOCAL_VIDEO_QUEUE,
  startToCloseTimeout: VIDEO_LIMIT,
  heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: ONLY_ANOTHER_WORKER,
});

/** One attempt at a video on Modal; a worker that dies leaves its call to the next one (C1). */
export const modalVideos = proxyActivities<VideoActivities>({
  taskQueue: MODAL_AGENT_QUEUE,
  startToCloseTimeout: MODAL_VIDEO_LIMIT,
  heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: ONLY_ANOTHER_WORKER,
});

/** Longest time of one play: on an idle machine it takes seconds. */
const PLAY_LIMIT = '4 minutes';

/** One play on this machine, by a browser of its own; beside games that are made (G2). */
export const localPlays = proxyActivities<PlayActivities>({
  taskQueue: LOCAL_PLAY_QUEUE,
  startToCloseTimeout: PLAY_LIMIT,
  heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: ONLY_ANOTHER_WORKER,
});

/** One play on Modal; a worker that dies leaves its call to the next one (C1). */
export const modalPlays = proxyActivities<PlayActivities>({
  taskQueue: MODAL_AGENT_QUEUE,
  startToCloseTimeout: PLAY_LIMIT,
  heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: ONLY_ANOTHER_WORKER,
});
