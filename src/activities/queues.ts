import {
  Worker,
  type ActivityInterceptorsFactory,
  type NativeConnection,
  type WorkerOptions,
} from '@temporalio/worker';
import type { WorkerConfig } from '../config.js';
import {
  ANSWER_QUEUE,
  DEPLOYMENT_NAME,
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
} from '../contracts/workflows.js';
import { builtFile, WORKFLOW_BUNDLE } from '../process/programs.js';
import type { ActivitySets } from './activity-sets.js';
import { withHeartbeats } from './frame/heartbeats.js';
import { measuringInterceptors } from './frame/measure.js';
import { traceSinks, tracingInterceptors } from './frame/trace.js';
import { withTypedFailures } from './frame/typed-failures.js';
import { modalDisabled, modalFilesDisabled } from './modal/disabled.js';
import type { ModalSet } from './modal/open.js';
import type { WorkNotes } from './work-notes.js';

/** Short steps may end by themselves for so long when the worker is told to stop. */
const DRAIN_MS = 20_000;
/** A call on Modal goes on without its worker, and another one takes it up. */
const MODAL_DRAIN_MS = 1_000;
/** After the grace of long work Temporal's own library cuts it, if nothing else has (I5). */
const BACKSTOP_MS = 30_000;
/** What was cut may take so long to clean up. */
const CUT_MS = 10_000;
/**
 * Short work at once per worker, by what it takes: answers only wait, copies hold a game's files,
 * house-keeping is never urgent.
 */
const SHORT_SLOTS = {
  [ANSWER_QUEUE]: 100,
  [PUBLISHING_QUEUE]: 10,
  [MAINTENANCE_QUEUE]: 4,
  [PUSH_QUEUE]: 20,
};
/** Images at once per worker: they mostly wait. */
const IMAGE_SLOTS = 4;
/** Videos at once per worker: each takes what it can get. */
const VIDEO_SLOTS = 2;
/** Games played at once per worker: a browser each. */
const PLAY_SLOTS = 2;

type CommonOptions = Partial<WorkerOptions> & { connection: NativeConnection; namespace: string };

/** By what a shutdown does to their work (I5). */
export interface WorkerGroups {
  /** It is finished here, or cut. */
  readonly long: readonly Worker[];
  /** It goes on elsewhere. */
  readonly waiting: readonly Worker[];
  /** It ends in a moment; the workflows are here, and long work needs it until its end. */
  readonly short: readonly Worker[];
}

/**
 * One worker for each queue; short work never shares a queue with long work (G2). All queues are
 * polled whatever is configured, so that the build can always become the current one (I1).
 */
export async function createWorkers(
  config: WorkerConfig,
  buildId: string,
  connection: NativeConnection,
  namespace: string,
  { modal, ...sets }: ActivitySets,
  notes: WorkNotes,
): Promise<WorkerGroups> {
  const activity = [...measuringInterceptors(), ...tracingInterceptors()];
  const common: CommonOptions = {
    connection,
    namespace,
    shutdownGraceTime: DRAIN_MS,
    shutdownForceTime: DRAIN_MS + CUT_MS,
    maxHeartbeatThrottleInterval: '500ms',
    stickyQueueScheduleToStartTimeout: '2s',
    interceptors: { activity },
    sinks: traceSinks,
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: DEPLOYMENT_NAME, buildId },
      defaultVersioningBehavior: 'PINNED',
    },
  };
  const noting: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: { execute: (input, next) => notes.during(info, () => next(input)) },
  });
  const noted: CommonOptions = { ...common, interceptors: { activity: [...activity, noting] } };
  const [short, long, [files, ...waiting]] = await Promise.all([
    Promise.all(shortWorkers(common, sets)),
    Promise.all(localWorkers(noted, config, sets)),
    Promise.all(modal ? modalWorkers(noted, config, modal) : modalRefusals(common)),
  ]);
  return { long, waiting, short: files ? [...short, files] : short };
}

function shortWorkers(
  common: CommonOptions,
  { shared, files }: Pick<ActivitySets, 'shared' | 'files'>,
): Promise<Worker>[] {
  const activities = withHeartbeats(withTypedFailures(shared));
  return [
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUE,
      workflowBundle: { codePath: builtFile(WORKFLOW_BUNDLE) },
      activities,
    }),
    // What waits for somebody else, or may take its time, is the same set on a queue of its own.
    ...Object.entries(SHORT_SLOTS).map(([taskQueue, maxConcurrentActivityTaskExecutions]) =>
      Worker.create({ ...common, taskQueue, activities, maxConcurrentActivityTaskExecutions }),
    ),
    Worker.create({
      ...common,
      taskQueue: LOCAL_QUEUE,
      activities: withHeartbeats(withTypedFailures(files)),
    }),
  ];
}

function localWorkers(
  shortOptions: CommonOptions,
  { MAX_RUNNING_JOBS, SHUTDOWN_GRACE_MS }: WorkerConfig,
  { agent, images, videos, plays }: Pick<ActivitySets, 'agent' | 'images' | 'videos' | 'plays'>,
): Promise<Worker>[] {
  const common: CommonOptions = {
    ...shortOptions,
    shutdownGraceTime: SHUTDOWN_GRACE_MS + BACKSTOP_MS,
    shutdownForceTime: SHUTDOWN_GRACE_MS + BACKSTOP_MS + CUT_MS,
  };
  return [
    Worker.create({
      ...common,
      taskQueue: LOCAL_AGENT_QUEUE,
      activities: withTypedFailures(agent),
      maxConcurrentActivityTaskExecutions: MAX_RUNNING_JOBS,
    }),
    Worker.create({
      ...common,
      taskQueue: LOCAL_IMAGE_QUEUE,
      activities: withTypedFailures(images),
      maxConcurrentActivityTaskExecutions: IMAGE_SLOTS,
    }),
    Worker.create({
      ...common,
      taskQueue: LOCAL_VIDEO_QUEUE,
      activities: withTypedFailures(videos),
      maxConcurrentActivityTaskExecutions: VIDEO_SLOTS,
    }),
    Worker.create({
      ...common,
      taskQueue: LOCAL_PLAY_QUEUE,
      activities: withTypedFailures(plays),
      maxConcurrentActivityTaskExecutions: PLAY_SLOTS,
    }),
  ];
}

function modalWorkers(
  common: CommonOptions,
  { MODAL_SLOTS }: WorkerConfig,
  { agent, images, videos, plays, files }: ModalSet,
): Promise<Worker>[] {
  return [
    Worker.create({
      ...common,
      taskQueue: MODAL_QUEUE,
      activities: withHeartbeats(withTypedFailures(files)),
    }),
    Worker.create({
      ...common,
      taskQueue: MODAL_AGENT_QUEUE,
      activities: withTypedFailures({ ...agent, ...images, ...videos, ...plays }),
      maxConcurrentActivityTaskExecutions: MODAL_SLOTS,
      shutdownGraceTime: MODAL_DRAIN_MS,
    }),
  ];
}

/** Work on its way to Modal when the credentials were taken away goes on locally. */
function modalRefusals(common: CommonOptions): Promise<Worker>[] {
  return [
    Worker.create({
      ...common,
      taskQueue: MODAL_QUEUE,
      activities: withTypedFailures(modalFilesDisabled),
    }),
    Worker.create({
      ...common,
      taskQueue: MODAL_AGENT_QUEUE,
      activities: withTypedFailures(modalDisabled),
    }),
  ];
}
