import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { ConfigError, parseWorkerConfig, type WorkerConfig } from '../config.js';
import {
  LOCAL_AGENT_QUEUE,
  LOCAL_IMAGE_QUEUE,
  LOCAL_QUEUE,
  LOCAL_VIDEO_QUEUE,
  MODAL_AGENT_QUEUE,
  MODAL_QUEUE,
  TASK_QUEUE,
} from '../contracts/workflows.js';
import { createLog, type Log } from '../log.js';
import { builtFile, WORKFLOW_BUNDLE } from '../programs.js';
import { createMirror } from '../store/mirror/mirror.js';
import { createVideos } from '../store/files/videos.js';
import { createActionImages } from '../objects/action-images.js';
import { createFileObjectStore } from '../objects/file-object-store.js';
import { createThumbnails } from '../store/files/thumbnails.js';
import { createStore } from '../store/index.js';
import { withTypedFailures } from './frame/typed-failures.js';
import { withHeartbeats } from './frame/heartbeats.js';
import { streamWriter } from '../stream/writer.js';
import { localAgentActivities } from './local/run-agent.js';
import { localFileActivities } from './local/project-files.js';
import { localImageActivities } from './local/images.js';
import { bundleRunner } from './local/runner-program.js';
import { localVideoActivities } from './local/video.js';
import { ensureSchedules } from './schedules.js';
import { createAlerts } from './shared/alerts.js';
import { modalDisabled } from './modal/disabled.js';
import { openModal, type ModalSet } from './modal/open.js';
import { actionActivities } from './shared/action-rows.js';
import { backendActivities } from './shared/backend.js';
import { cutoutActivities } from './shared/cutouts.js';
import { jobActivities } from './shared/jobs.js';
import { maintenanceActivities } from './shared/maintenance.js';
import { planningActivities } from './shared/planning.js';
import { projectActivities } from './shared/projects.js';
import { publishingActivities } from './shared/publishing.js';
import { publishInfoActivities } from './shared/publishing-info.js';
import { createStorage } from './shared/storage.js';
import { thumbnailActivities } from './shared/thumbnails.js';
import { usageActivities, withReleasedUsage } from './shared/usage.js';
import { versionActivities } from './shared/versions.js';
import { videoPlanActivities } from './shared/videos.js';
import { watcherActivities } from './shared/watchers.js';

/**
 * A run in progress may finish when the worker is told to stop; longer ones are taken up by another
 * worker.
 */
const DRAIN_MS = 20_000;
/** A call on Modal goes on without us, and another worker takes it up. */
const MODAL_DRAIN_MS = 1_000;
/** Images at once per worker: they mostly wait. */
const IMAGE_SLOTS = 4;
/** Videos at once per worker: each takes what it can get. */
const VIDEO_SLOTS = 2;
const CONNECT_TRIES_MS = 30_000;

/** The worker process: its queues, one composition root. */
async function main(): Promise<void> {
  const log = createLog('worker');
  const config = parseWorkerConfig(process.env);
  installRuntime(log);
  const connection = await connectWithPatience(config);
  const client = new Client({
    connection: await Connection.connect({ address: config.TEMPORAL_ADDRESS }),
    namespace: config.TEMPORAL_NAMESPACE,
  });
  const { workers, modal } = await createWorkers(config, connection, client, log);
  const running = Promise.all(workers.map((worker) => worker.run()));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      for (const worker of workers) worker.shutdown();
    });
  }
  await ensureSchedules(client, config);
  log.info(
    { slots: config.MAX_RUNNING_JOBS, ...(modal ? { modalSlots: config.MODAL_SLOTS } : {}) },
    'worker ready',
  );
  process.send?.('ready'); // to the launcher: a worker serves no port that could be asked
  await running;
  await modal?.close();
  await connection.close();
  log.info('worker stopped');
}

interface Workers {
  workers: Worker[];
  modal: ModalSet | null;
}

async function createWorkers(
  config: WorkerConfig,
  connection: NativeConnection,
  client: Client,
  log: Log,
): Promise<Workers> {
  const store = createStore(config, log);
  const plainMirror = createMirror(config.DATA_DIR);
  const stream = streamWriter(client);
  const alerts = createAlerts({ config, store, log });
  const objects = createFileObjectStore(config.DATA_DIR);
  const images = createActionImages(objects);
  const thumbnails = createThumbnails(config.DATA_DIR);
  const modal = await openModal({ config, store, mirror: plainMirror, log });
  const mirror = modal?.mirror ?? plainMirror;
  const storage = createStorage({ config, store, log, volumeUsage: modal?.measureVolume ?? null });
  const deps = {
    config,
    store,
    mirror,
    stream,
    log,
    client,
    dataDir: config.DATA_DIR,
    alerts,
    storage,
  };
  const jobs = jobActivities(deps);
  const shared = {
    ...jobs,
    ...planningActivities(deps),
    ...versionActivities(deps),
    ...projectActivities(deps),
    ...backendActivities(deps),
    ...actionActivities(deps),
    ...thumbnailActivities({ ...deps, images, thumbnails }),
    ...cutoutActivities(deps),
    ...publishingActivities(deps),
    ...publishInfoActivities(deps),
    ...videoPlanActivities(deps),
    ...maintenanceActivities({ ...deps, objects, images, complete: jobs.completeJob }),
    ...usageActivities(deps),
    ...watcherActivities({ ...deps, cancelCall: modal?.calls.reap ?? null }),
  };
  const common: CommonOptions = {
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    shutdownGraceTime: DRAIN_MS,
    shutdownForceTime: DRAIN_MS + 10_000,
    maxHeartbeatThrottleInterval: '500ms',
    stickyQueueScheduleToStartTimeout: '2s',
  };
  const runner = await bundleRunner(config.DATA_DIR);
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUE,
      workflowBundle: { codePath: builtFile(WORKFLOW_BUNDLE) },
      activities: withHeartbeats(withTypedFailures(shared)),
    }),
    Worker.create({
      ...common,
      taskQueue: LOCAL_QUEUE,
      activities: withHeartbeats(withTypedFailures(localFileActivities(deps))),
    }),
    Worker.create({
      ...common,
      taskQueue: LOCAL_AGENT_QUEUE,
      activities: withTypedFailures(
        withReleasedUsage(localAgentActivities({ ...deps, runner }), store, log),
      ),
      maxConcurrentActivityTaskExecutions: config.MAX_RUNNING_JOBS,
    }),
    Worker.create({
      ...common,
      taskQueue: LOCAL_IMAGE_QUEUE,
      activities: withTypedFailures(
        localImageActivities({ config, store, mirror, images, runner, log }),
      ),
      maxConcurrentActivityTaskExecutions: IMAGE_SLOTS,
    }),
    Worker.create({
      ...common,
      taskQueue: LOCAL_VIDEO_QUEUE,
      activities: withTypedFailures(
        localVideoActivities({
          config,
          store,
          mirror,
          videos: createVideos(config.DATA_DIR),
          runner,
          log,
        }),
      ),
      maxConcurrentActivityTaskExecutions: VIDEO_SLOTS,
    }),
    ...(modal
      ? modalWorkers(common, config, {
          ...modal,
          agent: withReleasedUsage(modal.agent, store, log),
        })
      : [
          // A run that was on its way to Modal when the credentials were taken away goes on
          // locally.
          Worker.create({
            ...common,
            taskQueue: MODAL_AGENT_QUEUE,
            activities: withTypedFailures(modalDisabled),
          }),
        ]),
  ]);
  return { workers, modal };
}

type CommonOptions = Partial<WorkerOptions> & { connection: NativeConnection; namespace: string };

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

function installRuntime(log: Log): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // Two of our three queues serve activities only; the SDK warns of it at every start.
      if (message.startsWith('No workflows registered')) return;
      const { error, ...temporal } = meta ?? {};
      log[level === 'ERROR' ? 'error' : 'warn'](
        { temporal, ...(error === undefined ? {} : { err: error }) },
        message,
      );
    }),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} },
    },
  });
}

/** Temporal may come up later than we do. */
async function connectWithPatience(config: WorkerConfig): Promise<NativeConnection> {
  const deadline = Date.now() + CONNECT_TRIES_MS;
  for (;;) {
    try {
      return await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
}
