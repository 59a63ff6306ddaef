import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isToBeMoved } from '../../src/move/move.js';
import { run, tail } from '../../src/ops/run-program.js';
import { ownRange } from '../../src/process/build-range.js';
import { namedBuild, readWorkerBuild } from '../../src/process/worker-build.js';
import { buildsLeftBehind } from '../../src/temporal/left-behind.js';
import { countRuns } from '../../src/temporal/versions.js';
import { createLog, type Log } from '../../src/telemetry/log.js';
import { builtProgramArgs } from '../build/programs.js';
import { workerEnv, type PartFacts } from './part-env.js';
import type { Part } from './plan.js';
import { withTemporal } from './temporal-client.js';

const UPGRADE_LIMIT_MS = 120_000;

/**
 * What API and worker wait for before they start. The launcher that brings the database up to date
 * ends the work of older builds and moves their data, once; any other one leaves both alone.
 */
export function olderWorkEnder(
  facts: PartFacts,
  parts: readonly Part[],
): (signal: AbortSignal) => Promise<void> {
  let ended: Promise<void> | null = null;
  return async (signal) => {
    if (!parts.includes('postgres')) return;
    await (ended ??= endOlderWork(facts, createLog('start')).then(() =>
      moveOlderData(facts, signal),
    ));
  };
}

/**
 * Ends what is open on builds that cannot work with this one's schema and store (U1). Before API
 * and worker are started, so that no message meets such a run. A program of its own does the work;
 * a start without such runs only asks Temporal.
 */
async function endOlderWork(facts: PartFacts, log: Log): Promise<void> {
  const env = workerEnv(facts);
  const range = await ownRange();
  const { buildId } = namedBuild(await readWorkerBuild(facts.build.dir), env.BUILD_ID);
  const open = await withTemporal(env, async (client) => {
    const builds = await buildsLeftBehind(client, { buildId, range });
    const counts = await Promise.all(builds.map((build) => countRuns(client, build)));
    return counts.reduce((sum, count) => sum + count, 0);
  });
  if (open === 0) return;
  const outcome = await run(
    process.execPath,
    [...builtProgramArgs(facts.build, 'dreamcore'), 'upgrade', '--env-file=/dev/null'],
    { timeoutMs: UPGRADE_LIMIT_MS, env },
  );
  const said = tail(`${outcome.stdout}\n${outcome.stderr}`);
  if (!outcome.ok) throw new Error(`Work of older builds could not be ended:\n${said}`);
  log.info({ open }, said.trim());
}

/**
 * Moves what is shown first out of the layout of older builds; the worker moves the rest. However
 * much there is, it takes its time, and says how far it is; what was stopped goes on at the next
 * start.
 */
async function moveOlderData(facts: PartFacts, signal: AbortSignal): Promise<void> {
  if (!(await isToBeMoved(facts.config.DATA_DIR))) return;
  const args = [...builtProgramArgs(facts.build, 'dreamcore'), 'move', '--first'];
  const child = spawn(process.execPath, [...args, '--env-file=/dev/null'], {
    env: workerEnv(facts),
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('The data of the older release could not be moved.');
}
