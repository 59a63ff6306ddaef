import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { jobIdFor } from '../../contracts/base/ids.js';
import { messageOf, type ErrorKind } from '../../contracts/base/errors.js';
import {
  DEPLOYMENT_NAME,
  type GenerateGameInput,
  type GenerateGameOutcome,
} from '../../contracts/durable/workflows.js';
import { failureOfRun } from '../../runs/failure.js';
import type { Store } from '../../store/index.js';
import { noteRoll } from '../../temporal/versions.js';
import { writerStart, type WriterWork } from '../../temporal/writer-start.js';
import type { Versions } from '../../versions/kept/versions.js';

const JOB_TIMEOUT_MS = 60_000;
/** Of its deletion; the next roll does what takes longer. */
const DELETE_LIMIT_MS = 15_000;
const LOOK_MS = 1_000;
/** A workflow task that was tried as often does not fail by chance. */
const BROKEN_ATTEMPT = 3;
/** It waits behind all others, as any job; a full queue is no reason to refuse it. */
const MOST_WAITING = 1_000_000;
/** How an open job of its user refuses it, and how long that is waited for. */
const BUSY: ErrorKind = 'USER_LIMIT_EXCEEDED';
const BUSY_LIMIT_MS = 60_000;
const NAME = 'Canary';
const PAGE = '<!doctype html><meta charset="utf-8"><title>Canary</title><canvas></canvas>\n';

export interface CanaryDeps {
  readonly client: Client;
  readonly store: {
    readonly projects: Pick<Store['projects'], 'create' | 'findUntouched'>;
    readonly notifications: Pick<Store['notifications'], 'removeOf'>;
  };
  readonly versions: Pick<Versions, 'commit'>;
  /** In whose name: the house's. */
  readonly userId: string;
  /** The build that was current before; null = none was. */
  readonly before: string | null;
}

/**
 * A job of the house on workers of this build, whatever build is current: all of its steps but
 * those of a model, whose answer is given beforehand. Its project is noted, and deleted afterwards.
 * Throws a sentence when it does not end with its version within `limitMs`, or fails in its code.
 */
export async function runCanary(deps: CanaryDeps, buildId: string, limitMs: number): Promise<void> {
  const { client, store, userId, before } = deps;
  // One that a roll made and could not note is taken again.
  const { id: projectId } =
    (await store.projects.findUntouched(userId, NAME)) ??
    (await store.projects.create(userId, NAME));
  const ids = { userId, projectId };
  await noteRoll(client, buildId, 'canary', ids);
  try {
    const input = await generateInput(deps, ids);
    const work = { kind: 'generate', input } as const;
    const made = await whenFree(() => runOn<GenerateGameOutcome>(client, buildId, work, limitMs));
    if (made.ended !== 'completed' || made.revision === undefined)
      throw new Error(`its job ended as ${made.ended} ${made.failure ?? ''}`.trim());
  } catch (error) {
    throw new Error(`The canary failed on build ${buildId}: ${whyOf(error)}.`, { cause: error });
  } finally {
    await deleteCanary(deps, { buildId, home: before ?? buildId }, ids);
  }
}

/** Another job of its user is no fault of the build: its end is waited for. */
export async function whenFree<T>(run: () => Promise<T>, waitMs = BUSY_LIMIT_MS): Promise<T> {
  for (const startedMs = performance.now(); ; await sleep(LOOK_MS)) {
    try {
      return await run();
    } catch (error) {
      if (failureOfRun(error)?.type !== BUSY) throw error;
      if (performance.now() - startedMs > waitMs)
        throw new Error('its user has another job that goes on: --as names another', {
          cause: error,
        });
    }
  }
}

/** What a run failed of, with its type, and not that it failed. */
export function whyOf(error: unknown): string {
  const failure = failureOfRun(error);
  return failure ? `${failure.type}: ${failure.message}` : messageOf(error);
}

/**
 * With the notice of its game, by workers of the build `home`, whatever still runs. What cannot be
 * deleted in time stays noted with the build that it tried, for the next roll. Never rejects.
 */
export async function deleteCanary(
  { client, store }: Pick<CanaryDeps, 'client' | 'store'>,
  { buildId, home }: { readonly buildId: string; readonly home: string },
  ids: { readonly userId: string; readonly projectId: string },
): Promise<void> {
  const input = { ...ids, messageId: randomUUID(), actionId: randomUUID() };
  try {
    await store.notifications.removeOf(ids);
    await runOn(client, home, { kind: 'delete', input }, DELETE_LIMIT_MS);
    await noteRoll(client, buildId, 'canary', null);
  } catch {
    // Its note is what is left.
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
  client: Client,
  buildId: string,
  work: WriterWork,
  limitMs: number,
): Promise<Result> {
  const { type, options } = writerStart(work);
  const handle = await client.workflow.start(type, {
    ...options,
    workflowExecutionTimeout: JOB_TIMEOUT_MS,
    // Whatever still runs there is a canary's.
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    versioningOverride: { pinnedTo: { deploymentName: DEPLOYMENT_NAME, buildId } },
  });
  const ended = new AbortController();
  try {
    return await Promise.race([
      handle.result() as Promise<Result>,
      untilBroken(handle, limitMs, ended.signal),
    ]);
  } finally {
    ended.abort();
  }
}

/** A run whose code fails is tried again by its worker for ever. Rejects with what is wrong. */
async function untilBroken(
  handle: WorkflowHandle,
  limitMs: number,
  signal: AbortSignal,
): Promise<never> {
  for (const startedMs = performance.now(); ; await sleep(LOOK_MS, undefined, { signal })) {
    const { raw } = await handle.describe();
    if ((raw.pendingWorkflowTask?.attempt ?? 0) >= BROKEN_ATTEMPT)
      throw new Error('it fails in its workflow code');
    if (performance.now() - startedMs > limitMs)
      throw new Error(`it did not end within ${Math.round(limitMs / 1_000)} s`);
  }
}
