import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { jobIdFor } from '../../contracts/base/ids.js';
import { messageOf } from '../../contracts/base/errors.js';
import {
  DEPLOYMENT_NAME,
  type GenerateGameInput,
  type GenerateGameOutcome,
} from '../../contracts/durable/workflows.js';
import type { Store } from '../../store/index.js';
import { writerStart, type WriterWork } from '../../temporal/writer-start.js';
import type { Versions } from '../../versions/kept/versions.js';

const LIMIT_MS = 120_000;
const JOB_TIMEOUT_MS = 60_000;
/** It waits behind all others, as any job; a full queue is no reason to refuse it. */
const MOST_WAITING = 1_000_000;
const NAME = 'Canary';
const PAGE = '<!doctype html><meta charset="utf-8"><title>Canary</title><canvas></canvas>\n';

interface CanaryDeps {
  readonly client: Client;
  readonly store: Pick<Store, 'projects'>;
  readonly versions: Pick<Versions, 'commit'>;
  /** In whose name: the house's. */
  readonly userId: string;
  /** The build that deletes what the canary has made. */
  readonly home: string;
}

/**
 * A job of the house on workers of this build, whatever build is current: all of its steps but
 * those of a model, whose answer is given beforehand. Its project is deleted afterwards. Throws a
 * sentence when it does not end with its version.
 */
export async function runCanary(deps: CanaryDeps, buildId: string): Promise<void> {
  const { store, userId, home } = deps;
  const { id: projectId } = await store.projects.create(userId, NAME);
  const ids = { userId, projectId };
  try {
    const made = await runOn<GenerateGameOutcome>(deps, buildId, {
      kind: 'generate',
      input: await generateInput(deps, ids),
    });
    if (made.ended !== 'completed' || made.revision === undefined)
      throw new Error(`its job ended as ${made.ended} ${made.failure ?? ''}`.trim());
  } catch (error) {
    throw new Error(`The canary failed on build ${buildId}: ${messageOf(error)}.`, {
      cause: error,
    });
  } finally {
    const [messageId, actionId] = [randomUUID(), randomUUID()];
    const input = { ...ids, messageId, actionId };
    await runOn(deps, home, { kind: 'delete', input }).catch(() => undefined);
  }
}

async function generateInput(
  { versions }: CanaryDeps,
  { userId, projectId }: { userId: string; projectId: string },
): Promise<GenerateGameInput> {
  const messageId = randomUUID();
  const jobId = jobIdFor(projectId, messageId);
  const work = { projectId, workId: jobId };
  const { revision } = await versions.commit(work, {
    parent: null,
    message: { subject: NAME, trailers: {} },
    madeAt: new Date(),
    files: [{ path: 'index.html', bytes: Buffer.from(PAGE) }],
  });
  const spec = {
    request: NAME,
    dimension: '2d' as const,
    styleId: null,
    autoFix: false,
    parent: null,
  };
  return {
    jobId,
    messageId,
    userId,
    projectId,
    content: NAME,
    selectedStyle: null,
    autoFix: false,
    maxQueuedJobs: MOST_WAITING,
    jobTimeoutMs: JOB_TIMEOUT_MS,
    taken: {
      plan: { kind: 'generate', spec, hasDefaultName: false },
      candidate: { revision, summary: NAME, suggestions: [] },
    },
  };
}

async function runOn<Result>(
  { client }: CanaryDeps,
  buildId: string,
  work: WriterWork,
): Promise<Result> {
  const { type, options } = writerStart(work);
  const handle = await client.workflow.start(type, {
    ...options,
    workflowExecutionTimeout: LIMIT_MS,
    versioningOverride: { pinnedTo: { deploymentName: DEPLOYMENT_NAME, buildId } },
  });
  return (await handle.result()) as Result;
}
