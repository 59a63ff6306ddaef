import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chown,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { messageOf } from '../../src/contracts/base/errors.js';
import { isPortFree, settlePort } from '../stack/ports.js';
import { findBinaries, POSTGRES_ENV, type PostgresBinaries } from './binaries.js';
import {
  chooseRunUser,
  isReachable,
  makePassable,
  newSharedCluster,
  sharedPlace,
  type RunUser,
} from './location.js';
import {
  clearOrphans,
  commandOf,
  endUnfinishedShutdown,
  isAlive,
  postmasterOf,
  spawnPostgres,
  stopPostgres,
  waitUntilReady,
} from './process.js';

/** The part of a pino logger that is used here. */
interface PostgresLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export interface PostgresOptions {
  /**
   * A folder of its own: holds everything that outlives a start, or names it in its
   * postgres.json.
   */
  readonly dataDir: string;
  /** PG_BINDIR: take PostgreSQL from here and from nowhere else. */
  readonly pgBinDir?: string | undefined;
  /** Insist on this port; without it the port of the last start, else a free one. */
  readonly port?: number | undefined;
  readonly log: PostgresLog;
}

export interface RunningPostgres {
  /** Superuser address on 127.0.0.1 with the password in it: never log it. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Fast shutdown; may be called twice. */
  stop(): Promise<void>;
  /** Resolves with the exit code when the server ends for any reason. */
  readonly exited: Promise<number>;
}

/** What one start leaves for the next: where the cluster is, its port, who watches over it. */
interface StartRecord {
  cluster: string;
  port: number;
  supervisorPid: number;
}

const DATABASE = 'dreamcore';
const START_TIMEOUT_MS = 60_000;
const LOG_LIMIT_BYTES = 5_000_000;
const run = promisify(execFile);

/**
 * Starts PostgreSQL on the loopback with its data in `dataDir`, making the cluster and the database
 * `dreamcore` the first time. Works as root (by dropping to an unprivileged account) and recovers
 * from a killed predecessor. Throws with the reason and the end of the server's log when it cannot.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  await makePassable(options.dataDir);
  const dataDir = await realpath(options.dataDir);
  const record = await readRecord(dataDir);
  await refuseSecondSupervisor(record);
  const { cluster, user } = await placeCluster(dataDir, record, options.log);
  const binaries = await findBinaries({
    pgBinDir: options.pgBinDir ?? process.env['PG_BINDIR'],
    neededMajor: await storedMajor(cluster),
    user,
    copyPlace: async () => (user ? sharedPlace(user) : dataDir),
    onCopied: (from, to) =>
      options.log.info({ from, to }, 'PostgreSQL binaries are used from a readable copy'),
  });
  const password = await keepPassword(dataDir);
  await initCluster(binaries, cluster, user, password);
  const leftovers = await clearOrphans(cluster);
  if (leftovers !== 'clean')
    options.log.warn({ leftovers }, 'cleared what an interrupted run of PostgreSQL had left');
  const port = await choosePort(options.port, record?.port);
  await writeRecord(dataDir, { cluster, port, supervisorPid: process.pid });
  return launch(
    { binDir: binaries.binDir, cluster, user, port, logFile: path.join(dataDir, 'postgres.log') },
    password,
  );
}

/**
 * Removes the database that is kept in `dataDir` for good, wherever its cluster lies. What an
 * interrupted run has left running of it is ended first.
 */
export async function removePostgres(dataDir: string): Promise<void> {
  const record = await readRecord(dataDir);
  if (record) {
    await refuseSecondSupervisor(record);
    await clearOrphans(record.cluster);
    await rm(record.cluster, { recursive: true, force: true });
  }
  await rm(dataDir, { recursive: true, force: true });
}

/** The server of the last start, whether it runs or not; null = none was started in `dataDir`. */
export async function lastStart(
  dataDir: string,
): Promise<{ readonly url: string; readonly cluster: string } | null> {
  const record = await readRecord(dataDir);
  if (!record) return null;
  const password = (await readFile(passwordFile(dataDir), 'utf8')).trim();
  const url = addressOf({ password, port: record.port }, DATABASE);
  return { url, cluster: record.cluster };
}

function addressOf({ password, port }: { password: string; port: number }, database: string) {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

async function launch(
  target: Parameters<typeof spawnPostgres>[0],
  password: string,
): Promise<RunningPostgres> {
  const address = (database: string): string =>
    addressOf({ password, port: target.port }, database);
  await truncateLog(target.logFile);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const { child, exited } = await spawnPostgres(target);
    let isGone = false;
    void exited.then(() => {
      isGone = true;
    });
    const pid = child.pid;
    const stop = async (): Promise<void> => {
      if (pid !== undefined) await stopPostgres(pid, () => isGone);
    };
    try {
      await waitUntilReady(address('postgres'), exited, deadline - Date.now());
      await createDatabase(address('postgres'));
      if (pid === undefined) throw new Error('PostgreSQL could not be started');
      void endUnfinishedShutdown(target.cluster, () => isGone, stop);
      return { url: address(DATABASE), port: target.port, pid, stop, exited };
    } catch (error) {
      await stop();
      const tail = await logTail(target.logFile);
      // Backends of a killed server need a moment to notice; until then its shared memory is in
      // use.
      if (/shared memory block .* still in use/.test(tail) && Date.now() < deadline) {
        await sleep(200);
        continue;
      }
      throw new Error(`${messageOf(error)}. Its log ends with:\n${tail}`, { cause: error });
    }
  }
}

/** Finds the cluster of earlier starts, or a place for a new one that the run user can reach. */
export async function placeCluster(
  dataDir: string,
  record: StartRecord | undefined,
  log: PostgresLog,
): Promise<{ cluster: string; user: RunUser | undefined }> {
  const user = await chooseRunUser();
  const known = record?.cluster ?? path.join(dataDir, 'cluster');
  const found = await stat(known).catch(() => undefined);
  if (found) {
    // The server has to run as the owner of its files.
    if (user && found.uid !== 0) {
      const owner = { uid: found.uid, gid: found.gid };
      if (!(await isReachable(known, owner)))
        throw new Error(
          `The database in ${known} is no longer reachable for its owner (uid ` +
            `${found.uid}): a folder above it is private`,
        );
      return { cluster: known, user: owner };
    }
    if (!user && found.uid !== process.getuid?.())
      throw new Error(
        `The database in ${known} belongs to uid ${found.uid}: start as that user or as root`,
      );
    return { cluster: known, user };
  }
  if (record)
    log.warn({ cluster: known }, 'the database of earlier starts is gone; a new one is made');
  if (!user || (await isReachable(dataDir, user)))
    return { cluster: path.join(dataDir, 'cluster'), user };
  const cluster = await newSharedCluster(dataDir, user);
  log.warn(
    { cluster, dataDir },
    'the data folder is private and PostgreSQL does not run as root: the database is kept ' +
      'in this place',
  );
  return { cluster, user };
}

/**
 * initdb into a draft folder that is renamed when complete: an interrupted one never counts as a
 * cluster.
 */
async function initCluster(
  binaries: PostgresBinaries,
  cluster: string,
  user: RunUser | undefined,
  password: string,
): Promise<void> {
  if ((await storedMajor(cluster)) !== undefined) return;
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  await rm(draft, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
  try {
    if (user)
      await Promise.all([draft, passwordFile].map((file) => chown(file, user.uid, user.gid)));
    await run(
      path.join(binaries.binDir, 'initdb'),
      [
        '-D',
        draft,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      { ...user, cwd: '/', env: POSTGRES_ENV },
    );
    await rename(draft, cluster);
  } catch (error) {
    throw new Error(`initdb failed: ${(error as { stderr?: string }).stderr ?? String(error)}`, {
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [
      DATABASE,
    ]);
    if (!rowCount) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function choosePort(
  insisted: number | undefined,
  remembered: number | undefined,
): Promise<number> {
  if (!insisted) return settlePort(remembered ?? 0, new Set());
  if (await isPortFree(insisted)) return insisted;
  throw new Error(`Port ${insisted} for PostgreSQL is taken by another program`);
}

async function refuseSecondSupervisor(record: StartRecord | undefined): Promise<void> {
  if (!record || !isAlive(record.supervisorPid)) return;
  if (!(await commandOf(record.supervisorPid)).includes('node')) return;
  const postmaster = await postmasterOf(record.cluster);
  if (isAlive(postmaster) && (await commandOf(postmaster)).includes(record.cluster))
    throw new Error(
      `PostgreSQL already runs here for process ${record.supervisorPid}: stop that first`,
    );
}

/** The superuser's random password: made once, readable for us alone. */
async function keepPassword(dataDir: string): Promise<string> {
  const file = passwordFile(dataDir);
  const stored = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (stored) return stored;
  const password = randomBytes(24).toString('hex');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function storedMajor(cluster: string): Promise<number | undefined> {
  const text = await readFile(path.join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

const recordFile = (dataDir: string): string => path.join(dataDir, 'postgres.json');
/** The superuser's password lies beside the cluster. */
const passwordFile = (dataDir: string): string => path.join(dataDir, 'postgres.password');

async function readRecord(dataDir: string): Promise<StartRecord | undefined> {
  const text = await readFile(recordFile(dataDir), 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as StartRecord);
  } catch {
    return undefined;
  }
}

/** Where the next start finds its cluster. */
export async function writeRecord(dataDir: string, record: StartRecord): Promise<void> {
  await writeFile(recordFile(dataDir), JSON.stringify(record), { mode: 0o600 });
}

async function truncateLog(file: string): Promise<void> {
  const size = (await stat(file).catch(() => null))?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) await truncate(file);
}

async function logTail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-6).join('\n');
}
