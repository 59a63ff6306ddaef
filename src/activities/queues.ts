import {
  Worker,
  type ActivityInterceptorsFactory,
  type NativeConnection,
} from '@temporalio/worker';
import type { WorkerConfig } from '../config.js';
import {
  Backend,
  backendOf,
  slotsOf,
  specOf,
  type LongWork,
} from '../contracts/execution/backends.js';
import {
  ANSWER_QUEUE,
  DEPLOYMENT_NAME,
  MAINTENANCE_QUEUE,
  PUBLISHING_QUEUE,
  PUSH_QUEUE,
  TASK_QUEUE,
} from '../contracts/durable/workflows.js';
import { builtFile, WORKFLOW_BUNDLE } from '../process/programs.js';
import type { ActivitySets } from './activity-sets.js';
import { handOverInterceptor } from './frame/hand-over.js';
import { heartbeatInterceptor } from './frame/heartbeats.js';
import { aroundActivities } from './frame/interceptors.js';
import type { ActivityMeasures } from './frame/measure.js';
import { traceSinks, tracingInterceptors } from './frame/trace.js';
import { typedFailureInterceptor } from './frame/typed-failures.js';
import type { WorkNotes } from './work-notes.js';

/** Grace of short activities at a shutdown. */
const DRAIN_MS = 20_000;
/** Grace of work that goes on without its worker: another one attaches to it. */
const DETACH_MS = 1_000;
/** After the grace of long work the SDK cancels it, if nothing else has (I5). */
const BACKSTOP_MS = 30_000;
/** Time to clean up after a cancellation. */
const CUT_MS = 10_000;
/** Short activities at once per worker: answers only wait, copies hold a game's files. */
const SHORT_SLOTS = {
  [ANSWER_QUEUE]: 100,
  [PUBLISHING_QUEUE]: 10,
  [MAINTENANCE_QUEUE]: 4,
  [PUSH_QUEUE]: 20,
};

/** Workers by what a shutdown does to their work (I5). */
export interface WorkerGroups {
  /** It is finished here, or cut. */
  readonly long: readonly Worker[];
  /** It goes on elsewhere. */
  readonly waiting: readonly Worker[];
  /** It ends in a moment; the workflows are here, and long work needs it until its end. */
  readonly short: readonly Worker[];
}

/** A queue that this process polls. */
interface Queue {
  readonly taskQueue: string;
  readonly group: keyof WorkerGroups;
  readonly activities: object;
  /** Activities at once; absent = Temporal's default. */
  readonly slots?: number;
}

export interface WorkersDeps {
  readonly config: WorkerConfig;
  readonly buildId: string;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly sets: ActivitySets;
  readonly notes: WorkNotes;
  readonly measures: ActivityMeasures;
  /** Aborts when unfinished work is handed over (I5). */
  readonly handOver: AbortSignal;
}

/**
 * One worker for each queue; short work never shares a queue with long work (G2). All queues are
 * polled whatever is configured, so that the build can always become the current one (I1).
 */
export async function createWorkers(deps: WorkersDeps): Promise<WorkerGroups> {
  const queues = [
    ...shortQueues(deps.sets),
    ...Backend.options.flatMap((name) => backendQueues(name, deps)),
  ];
  const create = createWorker(deps);
  const workers = await Promise.all(queues.map(create));
  const ofGroup = (group: Queue['group']) => workers.filter((_, at) => queues[at]?.group === group);
  return { long: ofGroup('long'), waiting: ofGroup('waiting'), short: ofGroup('short') };
}

/** Whether one of the workers is at a task of a queue. */
export const isAtWork =
  (workers: WorkerGroups) =>
  (queue: string): boolean =>
    [...workers.long, ...workers.waiting, ...workers.short].some(
      (worker) =>
        worker.options.taskQueue === queue && worker.getStatus().numInFlightActivities > 0,
    );

/** The one place where workers are made: what all activities share is installed here. */
function createWorker({ config, buildId, connection, namespace, ...deps }: WorkersDeps) {
  const { sets, notes, measures, handOver } = deps;
  const outer = [
    ...measures.interceptors(),
    ...tracingInterceptors(),
    handOverInterceptor(handOver),
  ];
  const inner = [typedFailureInterceptor, ...sets.arounds.map(aroundActivities)];
  const noting: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: { execute: (input, next) => notes.during(info, () => next(input)) },
  });
  const graceMs = {
    short: DRAIN_MS,
    long: config.SHUTDOWN_GRACE_MS + BACKSTOP_MS,
    waiting: DETACH_MS,
  };
  return ({ taskQueue, group, activities, slots }: Queue): Promise<Worker> =>
    Worker.create({
      connection,
      namespace,
      taskQueue,
      activities,
      shutdownGraceTime: graceMs[group],
      shutdownForceTime: Math.max(graceMs[group], DRAIN_MS) + CUT_MS,
      maxHeartbeatThrottleInterval: '500ms',
      stickyQueueScheduleToStartTimeout: '2s',
      interceptors: {
        activity: [
          ...outer,
          ...(backendOf(taskQueue) === undefined ? [] : [noting]),
          ...(group === 'short' ? [heartbeatInterceptor] : []),
          ...inner,
        ],
      },
      sinks: traceSinks,
      workerDeploymentOptions: {
        useWorkerVersioning: true,
        version: { deploymentName: DEPLOYMENT_NAME, buildId },
        defaultVersioningBehavior: 'PINNED',
      },
      ...(slots === undefined ? {} : { maxConcurrentActivityTaskExecutions: slots }),
      ...(taskQueue === TASK_QUEUE && {
        workflowBundle: { codePath: builtFile(WORKFLOW_BUNDLE) },
      }),
    });
}

function shortQueues({ shared }: ActivitySets): Queue[] {
  return [
    { taskQueue: TASK_QUEUE, group: 'short', activities: shared },
    // The same set on queues of their own: work that waits for other services, or is not urgent.
    ...Object.entries(SHORT_SLOTS).map(
      ([taskQueue, slots]) => ({ taskQueue, group: 'short', activities: shared, slots }) as const,
    ),
  ];
}

/** The queues of a backend's spec (N4); kinds of work that share a queue share its worker. */
function backendQueues(name: Backend, { config, sets }: WorkersDeps): Queue[] {
  const { files, long, onShutdown } = specOf(name);
  const set = sets.backends[name];
  const queues = new Map<string, Queue>();
  for (const work of Object.keys(long) as LongWork[]) {
    const { queue: taskQueue, isCut = false } = long[work];
    const group = onShutdown === 'stops' && !isCut ? 'long' : 'waiting';
    const activities = { ...queues.get(taskQueue)?.activities, ...set.long[work] };
    queues.set(taskQueue, { taskQueue, group, activities, slots: slotsOf(long[work], config) });
  }
  return [{ taskQueue: files.queue, group: 'short', activities: set.files }, ...queues.values()];
}
