import type { Client } from '@temporalio/client';
import { DEPLOYMENT_NAME } from '../contracts/durable/workflows.js';
import type { BuildRange } from '../process/build-range.js';
import type { WorkerBuild } from '../process/worker-build.js';
import { hasGrpcCode } from './grpc-codes.js';
import { TASK_KIND, toMs, type NamedQueue } from './task-queues.js';

/** A build that Temporal has seen a worker of. */
interface Version {
  readonly buildId: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly firstSeenAtMs: number;
}

/** Where new runs go (I1). */
interface Routing {
  /** Null: no build is current, and new runs wait. */
  readonly current: string | null;
  readonly ramping: { readonly buildId: string; readonly percent: number } | null;
}

export interface Deployment extends Routing {
  /** The newest first. */
  readonly versions: readonly Version[];
}

/** Policies for ids, as the server numbers them. */
const ALLOW_DUPLICATE = 1;
const TERMINATE_EXISTING = 3;

/** The builds of the deployment; null before the first worker. */
export async function readDeployment(client: Client): Promise<Deployment | null> {
  const { workerDeploymentInfo: info } = await orNull(
    client.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: DEPLOYMENT_NAME,
    }),
  ).then((answer) => answer ?? { workerDeploymentInfo: null });
  if (!info) return null;
  const routing = info.routingConfig;
  const rampingId = routing?.rampingDeploymentVersion?.buildId;
  return {
    current: routing?.currentDeploymentVersion?.buildId || null,
    ramping: rampingId
      ? { buildId: rampingId, percent: routing?.rampingVersionPercentage ?? 0 }
      : null,
    versions: (info.versionSummaries ?? [])
      .map(({ deploymentVersion, createTime }) => ({
        buildId: deploymentVersion?.buildId ?? '',
        firstSeenAtMs: toMs(createTime),
      }))
      .sort((a, b) => b.firstSeenAtMs - a.firstSeenAtMs),
  };
}

/** The queues that workers of a build have polled; null when the server knows no such build. */
export async function polledQueues(client: Client, buildId: string): Promise<NamedQueue[] | null> {
  const found = await describeVersion(client, buildId);
  return (
    found &&
    (found.versionTaskQueues ?? []).map(({ name, type }) => ({ name: name ?? '', kind: type ?? 0 }))
  );
}

/** Metadata that a worker registered for its build; null = none. */
interface VersionNotes {
  readonly commit: string | null;
  readonly queues: readonly string[] | null;
  readonly range: BuildRange | null;
  readonly builtAt: string | null;
  readonly roll: RollNotes['roll'] | null;
  readonly canary: RollNotes['canary'] | null;
}

/** What a roll leaves with its build until it has ended that (O4). */
interface RollNotes {
  /** New runs are moved to the build, from the one that was current before (null = none was). */
  readonly roll: { readonly before: string | null };
  /** The project of its canary. */
  readonly canary: { readonly userId: string; readonly projectId: string };
}

export async function readNotes(client: Client, buildId: string): Promise<VersionNotes> {
  const entries = (await describeVersion(client, buildId))?.workerDeploymentVersionInfo?.metadata
    ?.entries;
  return {
    commit: decode<string>(entries?.['commit']?.data),
    queues: decode<string[]>(entries?.['queues']?.data),
    range: decode<BuildRange>(entries?.['range']?.data),
    builtAt: decode<string>(entries?.['builtAt']?.data),
    roll: decode<RollNotes['roll']>(entries?.['roll']?.data),
    canary: decode<RollNotes['canary']>(entries?.['canary']?.data),
  };
}

/** Keeps them with the version on the server. Throws while the server knows no such build. */
export async function writeNotes(
  client: Client,
  build: WorkerBuild,
  range: BuildRange,
): Promise<void> {
  await client.workflowService.updateWorkerDeploymentVersionMetadata({
    namespace: client.options.namespace,
    deploymentVersion: versionOf(build.buildId),
    upsertEntries: {
      commit: encode(build.commit),
      queues: encode(build.queues),
      range: encode(range),
      builtAt: encode(build.builtAt ?? null),
    },
  });
}

/** Keeps it with the build on the server, where that knows it; null = it has ended. */
export async function noteRoll<Name extends keyof RollNotes>(
  client: Client,
  buildId: string,
  name: Name,
  note: RollNotes[Name] | null,
): Promise<void> {
  await orNull(
    client.workflowService.updateWorkerDeploymentVersionMetadata({
      namespace: client.options.namespace,
      deploymentVersion: versionOf(buildId),
      ...(note === null ? { removeEntries: [name] } : { upsertEntries: { [name]: encode(note) } }),
    }),
  );
}

/** The queues of `expected` that are not polled for every kind of task that they carry. */
export function missingQueues(
  expected: readonly string[],
  workflowQueue: string,
  polled: readonly NamedQueue[],
): string[] {
  const isPolled = (name: string, kind: number): boolean =>
    polled.some((queue) => queue.name === name && queue.kind === kind);
  return expected.filter(
    (name) =>
      !isPolled(name, TASK_KIND.activity) ||
      (name === workflowQueue && !isPolled(name, TASK_KIND.workflow)),
  );
}

/** New runs start on this build from now on; a repeat changes nothing. */
export async function setCurrent(client: Client, buildId: string, by: string): Promise<void> {
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: client.options.namespace,
    deploymentName: DEPLOYMENT_NAME,
    buildId,
    identity: by,
  });
}

/** Percentage of new runs that start on this build; 0 ends the ramp. */
export async function setRamping(
  client: Client,
  buildId: string,
  percent: number,
  by: string,
): Promise<void> {
  await client.workflowService.setWorkerDeploymentRampingVersion({
    namespace: client.options.namespace,
    deploymentName: DEPLOYMENT_NAME,
    buildId: percent === 0 ? '' : buildId,
    percentage: percent,
    identity: by,
  });
}

/** Runs that go on with this build. */
export function runsOn(buildId: string): string {
  return (
    `ExecutionStatus='Running' AND ` +
    `TemporalWorkerDeploymentVersion='${DEPLOYMENT_NAME}:${buildId}'`
  );
}

export async function countRuns(client: Client, buildId: string): Promise<number> {
  return (await client.workflow.count(runsOn(buildId))).count;
}

/** The builds with runs that new ones do not join. */
export async function runsOfOthers(client: Client): Promise<{ buildId: string; runs: number }[]> {
  const { versions, current } = (await readDeployment(client)) ?? { versions: [], current: null };
  const others = versions.filter(({ buildId }) => buildId !== current);
  const counted = await Promise.all(
    others.map(async ({ buildId }) => ({ buildId, runs: await countRuns(client, buildId) })),
  );
  return counted.filter(({ runs }) => runs > 0);
}

/** How jobs and actions on a build have ended since then, and which of its runs are broken now. */
export async function countEnded(
  client: Client,
  buildId: string,
  since: Date,
): Promise<{ ended: number; failed: number; broken: number }> {
  const onBuild = `TemporalWorkerDeploymentVersion='${DEPLOYMENT_NAME}:${buildId}'`;
  const closed = `${onBuild} AND JobAction IS NOT NULL AND CloseTime >= '${since.toISOString()}'`;
  const count = async (query: string) => (await client.workflow.count(query)).count;
  const [ended, failed, broken] = await Promise.all([
    count(closed),
    count(`${closed} AND JobOutcome = 'failed'`),
    count(`${runsOn(buildId)} AND TemporalReportedProblems IN ('category=WorkflowTaskFailed')`),
  ]);
  return { ended, failed, broken };
}

/** Lets a pinned run go on with another build, to which it is pinned from then on. */
export async function moveRun(
  client: Client,
  run: { readonly workflowId: string; readonly runId: string },
  buildId: string,
): Promise<void> {
  await client.workflowService.updateWorkflowExecutionOptions({
    namespace: client.options.namespace,
    workflowExecution: run,
    workflowExecutionOptions: {
      versioningOverride: { oneTime: { targetDeploymentVersion: versionOf(buildId) } },
    },
    updateMask: { paths: ['versioning_override'] },
  });
}

/**
 * Starts a run anew as it was started, under the same workflow id; the open one is terminated in
 * the same step. A repeat with the same `requestId` changes nothing.
 */
export async function startAgain(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  requestId: string,
): Promise<void> {
  const { namespace, identity } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const [begun] = history?.events ?? [];
  const started = begun?.workflowExecutionStartedEventAttributes;
  if (!started) throw new Error(`the history of ${workflowId} does not say how it was started`);
  const { workflowType, taskQueue, input, memo, searchAttributes, header, priority } = started;
  const { workflowExecutionTimeout, workflowRunTimeout, workflowTaskTimeout } = started;
  await client.workflowService.startWorkflowExecution({
    namespace,
    identity,
    requestId,
    workflowId,
    workflowType,
    taskQueue,
    input,
    memo,
    searchAttributes,
    header,
    priority,
    workflowExecutionTimeout,
    workflowRunTimeout,
    workflowTaskTimeout,
    userMetadata: begun?.userMetadata,
    workflowIdReusePolicy: ALLOW_DUPLICATE,
    workflowIdConflictPolicy: TERMINATE_EXISTING,
  });
}

/** Null when the server has no such thing. */
async function orNull<T>(request: Promise<T>): Promise<T | null> {
  return request.catch((error: unknown) => {
    if (hasGrpcCode(error, 'notFound')) return null;
    throw error;
  });
}

function describeVersion(client: Client, buildId: string) {
  return orNull(
    client.workflowService.describeWorkerDeploymentVersion({
      namespace: client.options.namespace,
      deploymentVersion: versionOf(buildId),
    }),
  );
}

const versionOf = (buildId: string) => ({ deploymentName: DEPLOYMENT_NAME, buildId });

function encode(value: unknown) {
  return {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify(value)),
  };
}

function decode<T>(data: Uint8Array | null | undefined): T | null {
  return data ? (JSON.parse(Buffer.from(data).toString('utf8')) as T) : null;
}
