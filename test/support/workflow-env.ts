import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WithStartWorkflowOperation, WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type ActivityInterceptorsFactory,
  type WorkflowBundleOption,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { afterAll, beforeAll, inject } from 'vitest';
import type { AgentActivities } from '../../src/activities/ports/agent-port.js';
import type {
  CutoutServiceActivities,
  ImageActivities,
  ScreenshotActivities,
} from '../../src/activities/ports/image-ports.js';
import type { CompleteJobInput } from '../../src/activities/ports/job-port.js';
import type { FileActivities } from '../../src/activities/ports/project-files-port.js';
import type { ReplicationActivities } from '../../src/activities/ports/backend-ports.js';
import type { SharedActivities } from '../../src/activities/ports/shared-set.js';
import type { VideoActivities } from '../../src/activities/ports/video-ports.js';
import type { PlayActivities, SearchActivities } from '../../src/activities/ports/play-port.js';
import { heartbeatInterceptor } from '../../src/activities/frame/heartbeats.js';
import { summaryOf, type PlaySummary } from '../../src/contracts/game/play.js';
import { jobIdFor, projectWorkflowId } from '../../src/contracts/base/ids.js';
import {
  ALL_QUEUES,
  DEPLOYMENT_NAME,
  TASK_QUEUE,
  type AdmitRequest,
  type GenerateGameInput,
  type GenerateGameOutcome,
} from '../../src/contracts/durable/workflows.js';
import type { JobRow } from '../../src/contracts/rows/rows.js';
import { ensureTemporalCli } from '../../dev/tools/temporal-cli.js';
import { FEATURE_ARGS, SERVER_ENV } from '../../dev/stack/temporal-server.js';
import { admitUpdate } from '../../src/workflows/common/writer-messages.js';
import { patient } from './patience.js';

export type FakeActivities = Partial<SharedActivities> &
  Partial<AgentActivities> &
  Partial<FileActivities> &
  Partial<ReplicationActivities> &
  Partial<ImageActivities> &
  Partial<ScreenshotActivities> &
  Partial<CutoutServiceActivities> &
  Partial<VideoActivities> &
  Partial<PlayActivities & SearchActivities>;

export interface WorkflowEnv {
  client: Client;
  /**
   * Runs workers for all queues with these activities while `body` runs; so many at once of a queue
   * whose `slots` are given.
   */
  withWorkers<T>(
    activities: FakeActivities,
    body: () => Promise<T>,
    slots?: Readonly<Record<string, number>>,
  ): Promise<T>;
  /** Runs workers of this build for these queues while `body` runs; none of their work is done. */
  withBuild<T>(buildId: string, queues: readonly string[], body: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Where nothing else is said, work is done here, as without Modal, and nothing else goes on. */
const chooseLocal: FakeActivities = {
  cancelProjectWork: async () => [],
  startProcessing: async () => undefined,
  readMessage: async () => null,
  reserveStep: async () => true,
  settleAttempt: async () => undefined,
  costOfJob: async () => null,
  admitQueued: async () => undefined,
  chooseBackend: async () => ({
    backend: 'local',
    reason: 'no Modal credentials',
    hasVolumes: false,
  }),
};

let runtimeInstalled = false;

/** The workflow bundle as the worker builds it. */
export async function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: sourceOf('index'),
    workflowInterceptorModules: [sourceOf('common/trace-run')],
    logger: new DefaultLogger('ERROR'),
  });
}

function sourceOf(name: string): string {
  return fileURLToPath(new URL(`../../src/workflows/${name}.ts`, import.meta.url));
}

/** Quiet logs; once per process. */
export function installQuietRuntime(): void {
  if (runtimeInstalled) return;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  runtimeInstalled = true;
}

/** A real Temporal dev server with the product's flags, and these namespaces beside `default`. */
export async function startTestServer(
  namespaces: readonly string[] = [],
): Promise<TestWorkflowEnvironment> {
  installQuietRuntime();
  const executable = await ensureTemporalCli();
  // The server has the environment of this process.
  Object.assign(process.env, SERVER_ENV);
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: executable },
      extraArgs: [...FEATURE_ARGS, ...namespaces.flatMap((name) => ['--namespace', name])],
    },
  });
}

/** A server and a workflow bundle of one's own, for programs that vitest does not run. */
export async function startWorkflowEnv(): Promise<WorkflowEnv> {
  const env = await startTestServer();
  const bundle = await bundleWorkflows();
  return workflowEnv(env, bundle, null);
}

/** The environment of a test file, open from before its first test until after its last. */
export function workflowEnvOf(testFile: string): WorkflowEnv {
  let env: WorkflowEnv;
  beforeAll(async () => {
    env = await openWorkflowEnv(testFile);
  });
  afterAll(() => env.stop());
  return {
    get client() {
      return env.client;
    },
    withWorkers: (...given) => env.withWorkers(...given),
    withBuild: (...given) => env.withBuild(...given),
    stop: () => env.stop(),
  };
}

/**
 * The server and bundle of the run (test/support/global/temporal-server.ts), in a namespace that
 * belongs to this test file: nothing that another file left open is seen.
 */
async function openWorkflowEnv(testFile: string): Promise<WorkflowEnv> {
  installQuietRuntime();
  const { address, codePath } = inject('temporalServer');
  const env = await TestWorkflowEnvironment.createFromExistingServer({
    address,
    namespace: namespaceOf(testFile),
  });
  const running = await startWorkflowWorker(env, { codePath });
  return workflowEnv(env, null, running);
}

/** The namespace of a test file. */
export function namespaceOf(testFile: string): string {
  return path.basename(testFile, '.test.ts');
}

/** A worker that runs. */
interface RunningWorker {
  stop(): Promise<void>;
}

/** Runs workflows, without activities: to load their bundle costs more than a test. */
async function startWorkflowWorker(
  env: TestWorkflowEnvironment,
  bundle: WorkflowBundleOption,
): Promise<RunningWorker> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue: TASK_QUEUE,
    workflowBundle: bundle,
  });
  const running = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await running;
    },
  };
}

/**
 * Workflows are run by the workers of a `withWorkers`, from this bundle; without one, by a worker
 * that is there for the whole file.
 */
function workflowEnv(
  env: TestWorkflowEnvironment,
  bundle: WorkflowBundleOption | null,
  workflowWorker: RunningWorker | null,
): WorkflowEnv {
  return {
    client: env.client,
    async withWorkers(fakes, body, slots = {}) {
      const hasFakes = Object.keys(fakes).length > 0;
      const activities = { ...chooseLocal, ...fakes };
      // A fake of a run sends heartbeats of its own, as the real one does.
      const heartbeats: ActivityInterceptorsFactory = (context) =>
        context.info.activityType === 'runAgent' ? {} : heartbeatInterceptor(context);
      const queues = hasFakes ? ALL_QUEUES : [TASK_QUEUE];
      const workers = await Promise.all(
        queues.map((taskQueue) =>
          Worker.create({
            connection: env.nativeConnection,
            namespace: env.namespace ?? 'default',
            taskQueue,
            activities,
            interceptors: { activity: [heartbeats] },
            maxHeartbeatThrottleInterval: '200ms',
            // Twelve queues for each test: ten pollers each would be most of the work.
            maxConcurrentActivityTaskPolls: 2,
            ...(bundle && taskQueue === TASK_QUEUE ? { workflowBundle: bundle } : {}),
            ...(slots[taskQueue] === undefined
              ? {}
              : { maxConcurrentActivityTaskExecutions: slots[taskQueue] }),
          }),
        ),
      );
      return runWhile(workers, body);
    },
    async withBuild(buildId, queues, body) {
      const workers = await Promise.all(
        queues.map((taskQueue) =>
          Worker.create({
            connection: env.nativeConnection,
            namespace: env.namespace ?? 'default',
            taskQueue,
            activities: { nothing: async () => undefined },
            workerDeploymentOptions: {
              useWorkerVersioning: true,
              version: { deploymentName: DEPLOYMENT_NAME, buildId },
              defaultVersioningBehavior: 'PINNED',
            },
          }),
        ),
      );
      return runWhile(workers, body);
    },
    async stop() {
      await workflowWorker?.stop();
      await env.teardown();
    },
  };
}

async function runWhile<T>(workers: readonly Worker[], body: () => Promise<T>): Promise<T> {
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    return await body();
  } finally {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  }
}

/** Sends a message as the API does: start or meet, in one call (A1). */
export function admit(
  client: Client,
  workflowType: string,
  input: { projectId: string; messageId: string },
  request: AdmitRequest,
) {
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    workflowId: projectWorkflowId(input.projectId),
    taskQueue: TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [input],
  });
  return client.withDeadline(Date.now() + patient(15_000), () =>
    client.workflow.executeUpdateWithStart(admitUpdate, {
      args: [request],
      startWorkflowOperation,
    }),
  );
}

/**
 * How many callers the project's writer has let in, by its history: only then is it certain whom a
 * later one meets.
 */
export async function acceptedUpdates(client: Client, projectId: string): Promise<number> {
  const handle = client.workflow.getHandle(projectWorkflowId(projectId));
  const events = (await handle.fetchHistory().catch(() => null))?.events ?? [];
  return events.filter(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted)
    .length;
}

/** How a job ended, whether its workflow completed, failed or was cancelled (I4). */
export async function endOfJob(run: { result(): Promise<unknown> }): Promise<GenerateGameOutcome> {
  try {
    return (await run.result()) as GenerateGameOutcome;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : null;
    if (cause instanceof CancelledFailure) return { ended: 'cancelled' };
    if (!(cause instanceof ApplicationFailure)) throw error;
    const [{ ended, failure }] = cause.details as [GenerateGameOutcome];
    return { ended, ...(failure === undefined ? {} : { failure }) };
  }
}

/** What `completeJob` shows clients of the play of each job. */
export function shownPlays(completed: readonly CompleteJobInput[]): PlaySummary[] {
  return completed.flatMap(({ play }) => (play ? [summaryOf(play)] : []));
}

export function generateInput(overrides: Partial<GenerateGameInput> = {}): GenerateGameInput {
  const projectId = overrides.projectId ?? randomUUID();
  const messageId = overrides.messageId ?? randomUUID();
  return {
    jobId: jobIdFor(projectId, messageId),
    messageId,
    userId: randomUUID(),
    projectId,
    content: '2Dのゲームを作って',
    selectedStyle: null,
    autoFix: false,
    maxQueuedJobs: 50,
    jobTimeoutMs: 60_000,
    ...overrides,
  };
}

export function jobRow(input: GenerateGameInput, overrides: Partial<JobRow> = {}): JobRow {
  const now = new Date().toISOString();
  return {
    id: input.jobId,
    user_id: input.userId,
    project_id: input.projectId,
    status: 'pending',
    progress: 0,
    progress_message: null,
    result: null,
    error: null,
    created_at: now,
    updated_at: now,
    attempt: 0,
    slot_at: null,
    queue_no: null,
    last_event_at: null,
    usage: null,
    ...overrides,
  };
}
