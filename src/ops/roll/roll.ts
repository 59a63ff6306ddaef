import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { messageOf } from '../../contracts/base/errors.js';
import { ALL_QUEUES } from '../../contracts/durable/workflows.js';
import { makeCurrent, whyNotReady } from '../../temporal/make-current.js';
import {
  countEnded,
  countRuns,
  noteRoll,
  readDeployment,
  readNotes,
  setRamping,
} from '../../temporal/versions.js';
import { findBuild } from '../builds.js';
import { operatorHere, operatorOf, type Answer, type Output } from '../options.js';
import { openRunningStore } from '../running-store.js';
import { withServer } from '../with-server.js';
import { deleteCanary, runCanary, type CanaryDeps } from './canary.js';
import { holdRoll } from './hold-roll.js';
import { goBack, unfinishedRolls, type Moved } from './unfinished.js';
import { whyWorse } from './verdict.js';

export interface RollOptions extends Output {
  readonly as?: string;
  /** Of the new runs, while it is tried. */
  readonly percent: number;
  /** How long it is watched, before and after it becomes current. */
  readonly seconds: number;
}

/** A bad build is known within 60 s: when its workers poll, its canary ends, and is deleted. */
const READY_LIMIT_MS = 30_000;
const TRIED_LIMIT_MS = 45_000;
const LOOK_MS = 1_000;
/** Jobs of the build before, to compare with. */
const BEFORE_MS = 60 * 60_000;

interface Roll extends Moved {
  readonly client: Client;
  readonly queues: readonly string[];
  readonly options: RollOptions;
  /** See `holdRoll`. */
  readonly lost: AbortSignal;
}

/**
 * `npx dreamcore deploy roll`: waits for the workers of a build, tries it with a job of the house,
 * gives it a part of the new runs, then all of them, and goes back by itself where it is worse
 * than the one before (O4). One that is killed half-way is an alert of the watch; the next one
 * finishes it, or undoes it where it moves to another build.
 */
export async function deployRoll(
  wanted: string | undefined,
  options: RollOptions,
): Promise<Answer> {
  const { store, versions, config } = await openRunningStore(options.envFile);
  const userId = operatorOf(config, options.as);
  const buildId = wanted ?? (await findBuild(undefined)).id;
  return withServer(options.envFile, async (client) => {
    const { lost, end } = await holdRoll(store.leases);
    try {
      const before = await endUnfinished({ client, store }, buildId);
      if (before === buildId) return { text: `Build ${buildId} is current already.` };
      const { queues } = await readNotes(client, buildId);
      const roll = { client, buildId, queues: queues ?? ALL_QUEUES, before, options, lost };
      return await moveTo(roll, { client, store, versions, userId, before });
    } finally {
      await end();
    }
  });
}

async function moveTo(roll: Roll, canary: CanaryDeps): Promise<Answer> {
  const { client, buildId, lost } = roll;
  const startedMs = performance.now();
  try {
    await untilReady(roll);
    await noteRoll(client, buildId, 'roll', { before: roll.before });
    await runCanary(canary, buildId, startedMs + TRIED_LIMIT_MS - performance.now());
    await takeOver(roll);
    await noteRoll(client, buildId, 'roll', null);
    return { text: await afterwards(roll) };
  } catch (error) {
    const now = lost.aborted ? '' : await goBack(client, roll);
    return { text: `${messageOf(error)} ${now}`.trim(), exitCode: 1 };
  }
}

/**
 * What rolls of before left: their canaries are deleted, and what they moved to another build goes
 * back. Answers the build to move from, also where one has moved to this build already.
 */
async function endUnfinished(
  { client, store }: Pick<CanaryDeps, 'client' | 'store'>,
  wanted: string,
): Promise<string | null> {
  const home = (await readDeployment(client))?.current ?? null;
  let from: string | null | undefined;
  for (const { buildId, roll, canary } of await unfinishedRolls(client)) {
    if (canary !== null)
      await deleteCanary(
        { client, store },
        { buildId, home: roll?.before ?? home ?? buildId },
        canary,
      );
    if (roll === null) continue;
    if (buildId !== wanted) await goBack(client, { buildId, before: roll.before });
    else if (home === wanted) from = roll.before;
  }
  return from === undefined ? ((await readDeployment(client))?.current ?? null) : from;
}

async function untilReady({ client, buildId, queues, lost }: Roll): Promise<void> {
  for (const startedMs = performance.now(); ;) {
    lost.throwIfAborted();
    const why = await whyNotReady(client, buildId, queues);
    if (why === null) return;
    if (performance.now() - startedMs > READY_LIMIT_MS) throw new Error(`${why}.`);
    await sleep(LOOK_MS);
  }
}

/** Throws why it is worse. */
async function takeOver(roll: Roll): Promise<void> {
  const { client, buildId, queues, before, options, lost } = roll;
  lost.throwIfAborted();
  const isCurrent = (await readDeployment(client))?.current === buildId;
  if (before !== null && options.percent > 0 && !isCurrent) {
    await setRamping(client, buildId, options.percent, operatorHere());
    await watch(roll);
  }
  const by = operatorHere();
  await makeCurrent(client, { buildId, queues, by, limitMs: READY_LIMIT_MS, signal: lost });
  if (before !== null) await watch(roll);
}

async function watch({ client, buildId, before, options, lost }: Roll): Promise<void> {
  const [startedAt, startedMs] = [new Date(), performance.now()];
  const usual = await countEnded(client, before ?? '', new Date(Date.now() - BEFORE_MS));
  while (performance.now() - startedMs < options.seconds * 1_000) {
    await sleep(LOOK_MS);
    lost.throwIfAborted();
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
