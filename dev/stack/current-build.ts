import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../../src/contracts/durable/workflows.js';
import { makeCurrent } from '../../src/temporal/make-current.js';
import { lastPolls, TASK_KIND } from '../../src/temporal/task-queues.js';
import { readDeployment } from '../../src/temporal/versions.js';
import { createLog, type Log } from '../../src/telemetry/log.js';
import { namedBuild, readWorkerBuild, type WorkerBuild } from '../../src/process/worker-build.js';
import { workerEnv, type PartFacts } from './part-env.js';
import type { Running } from './running.js';
import { withTemporal } from './temporal-client.js';

/** After this time a start logs what it waits for. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 1_000;

/**
 * Makes the build of the worker that has just started the current one; before that nothing new
 * would run. It goes on trying while the worker lives: a Temporal that is away is no reason to end
 * it. In production a current build that others run is only replaced by the command (I1).
 */
export async function makeBuildCurrent(
  facts: PartFacts,
  worker: Pick<Running, 'exited'>,
  signal: AbortSignal,
): Promise<void> {
  const log = createLog('start');
  const env = workerEnv(facts);
  const build = namedBuild(await readWorkerBuild(facts.build.dir), env.BUILD_ID);
  const ended = new AbortController();
  void worker.exited.then(() => ended.abort());
  const either = AbortSignal.any([signal, ended.signal]);
  await withTemporal(env, async (client) => {
    while (!either.aborted) {
      try {
        const isOurs = env.NODE_ENV !== 'production' || !(await isReplaced(client, build, log));
        if (isOurs) await switchTo(client, build, log, either);
        return;
      } catch (error) {
        if (!either.aborted) log.warn((error as Error).message);
        await sleep(RETRY_MS, undefined, { signal: either }).catch(() => undefined);
      }
    }
  });
  signal.throwIfAborted();
}

async function switchTo(
  client: Client,
  { buildId, queues, commit }: WorkerBuild,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  await makeCurrent(client, { buildId, queues, by: 'npm start', limitMs: PATIENCE_MS, signal });
  log.info({ build: buildId, commit }, 'new runs start on this build');
}

/** Whether another build is current and has workers; logs the command that changes it. */
async function isReplaced(
  client: Client,
  { buildId, commit }: WorkerBuild,
  log: Log,
): Promise<boolean> {
  const current = (await readDeployment(client))?.current ?? null;
  if (current === null || current === buildId) return false;
  const polls = await lastPolls(client, TASK_QUEUE, TASK_KIND.workflow);
  if (!polls.has(current)) return false;
  log.warn(
    { build: buildId, commit, current },
    'another build is current and has workers: new runs start there until you run ' +
      `npx dreamcore deploy current ${buildId}`,
  );
  return true;
}
