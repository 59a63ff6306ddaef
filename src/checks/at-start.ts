import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { ConfigError, type Config } from '../config.js';
import { checkMarker } from './data-owner.js';
import { checkDrawing } from './drawing.js';
import { describeFinding, type Finding } from './finding.js';
import { checkBucketOwner, checkObjects, type ObjectRows, type ObjectPlaces } from './objects.js';
import { checkClock, checkDataDir, checkSandbox } from './machine.js';
import { checkTemporal, START_TIMEOUT_MS } from './temporal-server.js';

/** Between two looks at a bucket that is away, or while the database names no version. */
const LOOK_MS = 15_000;

type Places = Pick<Config, 'DATA_DIR' | 'SUPABASE_URL' | 'EMBEDDED_SUPABASE_URL'>;

interface Server {
  readonly connection: Connection;
  readonly namespace: string;
}

/**
 * The checks of a worker at its start. Throws for what all work needs, one line each; returns a
 * line for each thing that only some work needs. A nearly full disk is such a thing: stored games
 * are served, and a run without space fails with its own error.
 */
export async function checkWorkerStart(
  config: Places,
  { connection, namespace }: Server,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  const [temporal, marker, [dataDir, disk], clock, sandbox, drawing] = await Promise.all([
    checkTemporal(connection, namespace, START_TIMEOUT_MS),
    checkMarker(config, { isMarked: true }),
    checkDataDir(config.DATA_DIR),
    checkClock(config.SUPABASE_URL),
    checkSandbox(env),
    checkDrawing(env),
  ]);
  refuse([...temporal, marker, dataDir]);
  return problemsOf([disk, clock, sandbox, ...drawing]).map(describeFinding);
}

/** What the API must have before it listens. Throws as {@link checkWorkerStart} does. */
export async function checkApiStart(config: Places): Promise<void> {
  const [marker, [dataDir]] = await Promise.all([
    checkMarker(config),
    checkDataDir(config.DATA_DIR),
  ]);
  refuse([marker, dataDir]);
}

/** What each process signs or checks with: a worker need not have the secret of paths. */
const SHARED_SECRETS = {
  worker: ['PUBLISH_CHECK_SECRET'],
  api: ['GAME_PATH_SECRET', 'PUBLISH_CHECK_SECRET'],
} as const;
const asked = (who: keyof typeof SHARED_SECRETS, rows: ObjectRows) => ({
  rows,
  isMarked: true,
  shared: SHARED_SECRETS[who],
});

/**
 * What a worker asks of the object store when the database is known to be its own.
 * Throws as {@link checkWorkerStart} does.
 */
export async function checkWorkerObjects(config: ObjectPlaces, rows: ObjectRows): Promise<void> {
  refuse([await checkObjects(config, asked('worker', rows))]);
}

/**
 * What the API asks of it before it listens. Throws for the bucket of others; one that is away is
 * waited for, as servers are, and `/api/ready` names it.
 */
export async function checkApiObjects(config: ObjectPlaces, rows: ObjectRows): Promise<void> {
  refuse([await checkBucketOwner(config, asked('api', rows))]);
}

/**
 * Looks while a process runs, until the bucket has answered and the database names a version: two
 * hosts with different buckets look alike while there is none. Resolves with the one sentence once
 * the bucket turns out not to be ours, with null when `signal` aborts. Never rejects.
 */
export async function watchObjects(
  who: keyof typeof SHARED_SECRETS,
  config: ObjectPlaces,
  rows: ObjectRows,
  signal: AbortSignal,
  lookMs = LOOK_MS,
): Promise<string | null> {
  let seen = 0;
  const newest = async (): Promise<readonly string[]> => {
    const keys = await rows.newest();
    seen = keys.length;
    return keys;
  };
  let isKnown = config.OBJECTS_URL === undefined;
  while (!isKnown && !signal.aborted) {
    await sleep(lookMs, undefined, { signal, ref: false }).catch(() => undefined);
    const finding = await checkBucketOwner(config, asked(who, { ...rows, newest })).catch(
      () => null,
    );
    if (finding?.verdict === 'missing' && !signal.aborted) return describeFinding(finding);
    isKnown = finding !== null && seen > 0;
  }
  if (!signal.aborted) await once(signal, 'abort');
  return null;
}

/**
 * What the API looks at beside its start: it serves while servers are away, and `/api/ready` goes
 * on asking. Answers a line for each problem. Throws when Temporal does not answer.
 */
export async function checkApiServers(
  config: Places,
  { connection, namespace }: Server,
): Promise<string[]> {
  const [temporal, clock, [, disk]] = await Promise.all([
    checkTemporal(connection, namespace),
    checkClock(config.SUPABASE_URL),
    checkDataDir(config.DATA_DIR),
  ]);
  return problemsOf([...temporal, clock, disk]).map(describeFinding);
}

function refuse(findings: readonly (Finding | null | undefined)[]): void {
  const missing = problemsOf(findings).filter(({ verdict }) => verdict === 'missing');
  if (missing.length > 0) throw new ConfigError(missing.map(describeFinding).join('\n'));
}

function problemsOf(findings: readonly (Finding | null | undefined)[]): Finding[] {
  return findings.flatMap((finding) => (finding && finding.verdict !== 'ok' ? [finding] : []));
}
