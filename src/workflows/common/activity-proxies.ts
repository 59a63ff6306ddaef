import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { RetryPolicy } from '@temporalio/common';
import type { AgentActivities } from '../../activities/ports/agent-port.js';
import type {
  CutoutServiceActivities,
  ImageActivities,
  ScreenshotActivities,
} from '../../activities/ports/image-ports.js';
import type { GuestRounds } from '../../activities/ports/guest-port.js';
import type { FileActivities } from '../../activities/ports/project-files-port.js';
import type { MaintenanceActivities } from '../../activities/ports/delete-ports.js';
import type { ReplicationActivities } from '../../activities/ports/backend-ports.js';
import type { SharedActivities } from '../../activities/ports/shared-set.js';
import type { VideoActivities } from '../../activities/ports/video-ports.js';
import type { PushActivities } from '../../activities/ports/push-port.js';
import type { WatcherActivities } from '../../activities/ports/watcher-port.js';
import type { PlayActivities, SearchActivities } from '../../activities/ports/play-port.js';
import {
  HOME_BACKEND,
  specOf,
  VOLUME_BACKEND,
  type Backend,
  type LongWorkSpec,
} from '../../contracts/execution/backends.js';
import { ERROR_POLICY } from '../../contracts/base/errors.js';
import {
  ANSWER_QUEUE,
  MAINTENANCE_QUEUE,
  PUBLISHING_QUEUE,
  PUSH_QUEUE,
  TASK_QUEUE,
  WORKER_SHUTDOWN,
} from '../../contracts/durable/workflows.js';

/** Every activity heartbeats once a second; without one for this long its worker is dead. */
const HEARTBEAT_TIMEOUT = '5 seconds';
/** The same for a run, whose beats share the machine with a model program. */
const RUN_HEARTBEAT_TIMEOUT = '8 seconds';
const VOLUME_QUEUE = specOf(VOLUME_BACKEND).files.queue;

/**
 * Short steps on our own database and objects: they are tried until they work, because an accepted
 * message must end.
 */
export const shared = proxyActivities<SharedActivities>({
  taskQueue: TASK_QUEUE,
  startToCloseTimeout: '20 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/**
 * As {@link shared}, longer than the requests to a slow bucket with their repeats: a copy is not
 * deleted by an attempt that has timed out, after it was published again.
 */
export const inBucket = proxyActivities<
  Pick<SharedActivities, 'adoptProject' | 'deleteStaleReleases'>
>({
  taskQueue: TASK_QUEUE,
  startToCloseTimeout: '10 minutes',
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
 * The small model reads a message, or designs a game, once: its answer is in the history, and a
 * failure means that rules decide.
 */
export const reading = proxyActivities<Pick<SharedActivities, 'readMessage' | 'designGame'>>({
  taskQueue: ANSWER_QUEUE,
  // When answers hold all slots, the rules decide at once.
  scheduleToStartTimeout: '2 seconds',
  startToCloseTimeout: '8 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 1 },
});

/** The small model judges a game that plays, in two looks; after a failure it is `unjudged`. */
export const judging = proxyActivities<Pick<SharedActivities, 'judgeGame'>>({
  taskQueue: ANSWER_QUEUE,
  scheduleToStartTimeout: '2 seconds',
  startToCloseTimeout: '20 seconds',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 1 },
});

/** Steps of publishing with a waiting caller: after five attempts the action fails. */
export const publishing = proxyActivities<Pick<SharedActivities, 'copyGame' | 'checkCopy'>>({
  taskQueue: PUBLISHING_QUEUE,
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '5 seconds', maximumAttempts: 5 },
});

/** Four attempts at a push service; the chat shows the end of the job in any case. */
export const pushing = proxyActivities<PushActivities>({
  taskQueue: PUSH_QUEUE,
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 4, maximumAttempts: 4 },
});

/** House-keeping and watching: the next round is soon enough. */
export const maintenance = proxyActivities<MaintenanceActivities & WatcherActivities & GuestRounds>(
  {
    taskQueue: MAINTENANCE_QUEUE,
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { maximumAttempts: 1 },
  },
);

/**
 * Work on Volumes, beside all jobs: a worker that dies leaves a repeat, a Modal that is away is
 * tried a few times.
 */
export const replication = proxyActivities<ReplicationActivities>({
  taskQueue: VOLUME_QUEUE,
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 4 },
});

/** Workers that may wait for one call, one after the other. */
const MAX_WORKERS_PER_CALL = 3;
const START_TO_CLOSE_TIMEOUT = 'TemporalTimeout:StartToClose';
/** The workflow owns the attempts (C1), so the activity has one. */
const ONCE: RetryPolicy = { maximumAttempts: 1 };
/**
 * Temporal repeats the activity only when its worker has died: the next one attaches to the same
 * call, or begins the same work anew (C1). The workflow classifies every other end.
 */
const ONLY_ANOTHER_WORKER: RetryPolicy = {
  initialInterval: '200 milliseconds',
  backoffCoefficient: 1,
  maximumAttempts: MAX_WORKERS_PER_CALL,
  nonRetryableErrorTypes: [...Object.keys(ERROR_POLICY), START_TO_CLOSE_TIMEOUT, WORKER_SHUTDOWN],
};

/** One attempt at long work; no schedule-to-start time-out on slot queues (G2). */
function longWork<T extends object>(
  { queue, limitMs, isRedelivered }: LongWorkSpec,
  leftMs = limitMs,
): ActivityInterfaceFor<T> {
  return proxyActivities<T>({
    taskQueue: queue,
    ...(leftMs !== null && { startToCloseTimeout: leftMs }),
    heartbeatTimeout: RUN_HEARTBEAT_TIMEOUT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: isRedelivered ? ONLY_ANOTHER_WORKER : ONCE,
  });
}

/** The work of one backend, with the queues, time-outs and retries of its spec (N4). */
export function proxies(backend: Backend) {
  const { files, long } = specOf(backend);
  return {
    /** Short work with files. */
    files: proxyActivities<FileActivities>({
      taskQueue: files.queue,
      [files.limit]: '60 seconds',
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      retry: { initialInterval: files.firstRetryMs, maximumInterval: '10 seconds' },
    }),
    /** `limitMs`: for the model and for keeping what it has made. */
    agent: (limitMs: number) => longWork<AgentActivities>(long.agent, limitMs),
    images: longWork<ImageActivities>(long.image),
    videos: longWork<VideoActivities>(long.video),
    plays: longWork<PlayActivities>(long.play),
    searches: longWork<SearchActivities>(long.search),
  };
}

/** Objects of a user, and files on his Volume. */
export const homeFiles = proxies(HOME_BACKEND).files;
export const volumeFiles = proxies(VOLUME_BACKEND).files;

/** Images that only this machine can make: it has the browser, and the key of the service. */
export const homeImages = longWork<ScreenshotActivities & CutoutServiceActivities>(
  specOf(HOME_BACKEND).long.image,
);
