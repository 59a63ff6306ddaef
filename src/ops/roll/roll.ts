import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { messageOf } from '../../contracts/base/errors.js';
import { ALL_QUEUES } from '../../contracts/durable/workflows.js';
import { ROLL_LEASE } from '../../contracts/durable/rolls.js';
import type { Store } from '../../store/index.js';
import { makeCurrent, whyNotReady } from '../../temporal/make-current.js';
import {
  countEnded,
  countRuns,
  readDeployment,
  readNotes,
  setCurrent,
  setRamping,
} from '../../temporal/versions.js';
import { findBuild } from '../builds.js';
import { operatorHere, operatorOf, type Answer, type Output } from '../options.js';
import { openRunningStore } from '../running-store.js';
import { withServer } from '../with-server.js';
import { runCanary } from './canary.js';
import { whyWorse } from './verdict.js';

export interface RollOptions extends Output {
  readonly as?: string;
  /** Of the new runs, while it is tried. */
  readonly percent: number;
  /** How long it is watched, before and after it becomes current. */
  readonly seconds: number;
}

const READY_LIMIT_MS = 120_000;
const LOOK_MS = 1_000;
/** Jobs of the build before, to compare with. */
const BEFORE_MS = 60 * 60_000;
const LEASE_MS = 20_000;

interface Roll {
  readonly client: Client;
  readonly buildId: string;
  readonly queues: readonly string[];
  /** The build that was current before; null = none was. */
  readonly before: string | null;
  readonly options: RollOptions;
}

/**
 * `npx dreamcore deploy roll`: waits for the workers of a build, tries it with a job of the house,
 * gives it a part of the new runs, then all of them, and goes back by itself where it is worse
 * than the one before (O4). One that is killed half-way is an alert of the watch.
 */
export async function deployRoll(
  wanted: string | undefined,
  options: RollOptions,
): Promise<Answer> {
  const { store, versions, config } = await openRunningStore(options.envFile);
  const userId = operatorOf(config, options.as);
  const buildId = wanted ?? (await findBuild(undefined)).id;
  return withServer(options.envFile, async (client) => {
    const before = (await readDeployment(client))?.current ?? null;
    if (before === buildId) return { text: `Build ${buildId} is current already.` };
    const end = await holdRoll(store.leases);
    const { queues } = await readNotes(client, buildId);
    const roll = { client, buildId, queues: queues ?? ALL_QUEUES, before, options };
    try {
      await untilReady(roll);
      await runCanary({ client, store, versions, userId, home: before ?? buildId }, buildId);
      await takeOver(roll);
      return { text: await afterwards(roll) };
    } catch (error) {
      return { text: `${messageOf(error)} ${await goBack(roll)}`, exitCode: 1 };
    } finally {
      await end();
    }
  });
}

/** One roll at a time; while it lives, the watch knows who moves the builds. */
async function holdRoll(leases: Store['leases']): Promise<() => Promise<void>> {
  const holder = `${operatorHere()}/${randomUUID()}`;
  if (!(await leases.take(ROLL_LEASE, holder, LEASE_MS)))
    throw new Error('Another roll goes on: wait for its end, or for 20 s if it was killed.');
  const timer = setInterval(() => {
    leases.take(ROLL_LEASE, holder, LEASE_MS).catch(() => undefined);
  }, LEASE_MS / 4);
  return async () => {
    clearInterval(timer);
    await leases.take(ROLL_LEASE, holder, 0);
  };
}

async function untilReady({ client, buildId, queues }: Roll): Promise<void> {
  for (const startedMs = performance.now(); ;) {
    const why = await whyNotReady(client, buildId, queues);
    if (why === null) return;
    if (performance.now() - startedMs > READY_LIMIT_MS) throw new Error(`${why}.`);
    await sleep(LOOK_MS);
  }
}

/** Throws why it is worse. */
async function takeOver(roll: Roll): Promise<void> {
  const { client, buildId, queues, before, options } = roll;
  if (before !== null && options.percent > 0) {
    await setRamping(client, buildId, options.percent, operatorHere());
    await watch(roll);
  }
  await makeCurrent(client, { buildId, queues, by: operatorHere(), limitMs: READY_LIMIT_MS });
  if (before !== null) await watch(roll);
}

async function watch({ client, buildId, before, options }: Roll): Promise<void> {
  const [startedAt, startedMs] = [new Date(), performance.now()];
  const usual = await countEnded(client, before ?? '', new Date(Date.now() - BEFORE_MS));
  while (performance.now() - startedMs < options.seconds * 1_000) {
    await sleep(LOOK_MS);
    const why = whyWorse(await countEnded(client, buildId, startedAt), usual);
    if (why !== null) throw new Error(`Build ${buildId} is worse than ${before}: ${why}.`);
  }
}

async function afterwards({ client, buildId, before }: Roll): Promise<string> {
  const open = before === null ? 0 : await countRuns(client, before);
  const rest =
    open === 0
      ? 'no run is left on another one: its workers may stop.'
      : `${open} run(s) of ${before} end where they are: its workers may stop after that.`;
  return `New runs start on build ${buildId}; ${rest}`;
}

/** What was moved goes back; runs of the new build end where they are. */
async function goBack({ client, buildId, before }: Roll): Promise<string> {
  const deployment = await readDeployment(client);
  if (deployment?.ramping?.buildId === buildId)
    await setRamping(client, buildId, 0, operatorHere());
  if (deployment?.current !== buildId || before === null) return 'Nothing new starts there.';
  await setCurrent(client, before, operatorHere());
  return `New runs start on build ${before} again.`;
}
