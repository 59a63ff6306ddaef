import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { WorkerConfig } from '../config.js';
import {
  ANSWER_QUEUE,
  DEPLOYMENT_NAME,
  LOCAL_AGENT_QUEUE,
  LOCAL_IMAGE_QUEUE,
  LOCAL_QUEUE,
  LOCAL_VIDEO_QUEUE,
  MAINTENANCE_QUEUE,
  MODAL_AGENT_QUEUE,
  MODAL_QUEUE,
  PUBLISHING_QUEUE,
  TASK_QUEUE,
} from '../contracts/workflows.js';
import { builtFile, WORKFLOW_BUNDLE } from '../programs.js';
import type { ActivitySets } from './activity-sets.js';
import { withHeartbeats } from './frame/heartbeats.js';
import { withTypedFailures } from './frame/typed-failures.js';
import { modalDisabled, modalFilesDisabled } from './modal/disabled.js';
import type { ModalSet } from './modal/open.js';

/**
 * A run in progress may finish when the worker is told to stop; longer ones are taken up by another
 * worker.
 */
const DRAIN_MS = 20_000;
/** A call on Modal goes on without its worker, and another one takes it up. */
const MODAL_DRAIN_MS = 1_000;
/**
 * Short work at once per worker, by what it takes: answers only wait, copies hold a game's files,
 * house-keeping is never urgent.
 */
const SHORT_SLOTS = { [ANSWER_QUEUE]: 100, [PUBLISHING_QUEUE]: 10, [MAINTENANCE_QUEUE]: 4 };
/** Images at once per worker: they mostly wait. */
const IMAGE_SLOTS = 4;
/** Videos at once per worker: each takes what it can get. */
const VIDEO_SLOTS = 2;

type CommonOptions = Partial<WorkerOptions> & { connection: NativeConnection; namespace: string };

/**
 * One worker for each queue; short work never shares a queue with long work (G2). All queues are
 * polled whatever is configured, so that the build can always become the current one (I1).
 */
export function createWorkers(
  config: WorkerConfig,
  buildId: string,
  connection: NativeConnection,
  namespace: string,
  { modal, ...sets }: ActivitySets,
): Promise<Worker[]> {
  const common: CommonOptions = {
    connection,
    namespace,
    shutdownGraceTime: DRAIN_MS,
    shutdownForceTime: DRAIN_MS + 10_000,
    maxHeartbeatThrottleInterval: '500ms',
    stickyQueueScheduleToStartTimeout: '2s',
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: DEPLOYMENT_NAME, buildId },
      defaultVersioningBehavior: 'PINNED',
    },
  };
  return Promise.all([
    ...shortWorkers(common, sets),
    ...localWorkers(common, config, sets),
    ...(modal ? modalWorkers(common, config, modal) : modalRefusals(common)),
  ]);
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
  common: CommonOptions,
  { MAX_RUNNING_JOBS }: WorkerConfig,
  { agent, images, videos }: Pick<ActivitySets, 'agent' | 'images' | 'videos'>,
): Promise<Worker>[] {
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
  ];
}

function modalWorkers(
  common: CommonOptions,
  { MODAL_SLOTS }: WorkerConfig,
  { agent, images, videos, files }: ModalSet,
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
      activities: withTypedFailures({ ...agent, ...images, ...videos }),
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
