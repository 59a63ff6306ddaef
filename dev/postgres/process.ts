import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, readdir, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { sendSignal } from '../../src/process/children.js';
import { POSTGRES_ENV } from './binaries.js';
import type { RunUser } from './location.js';

const run = promisify(execFile);
const STATUS_POLL_MS = 500;
const LEAVE_TIMEOUT_MS = 3_000;

/** Where one postgres process runs and how it is reached. */
export interface PostgresProcess {
  readonly binDir: string;
  readonly cluster: string;
  readonly user: RunUser | undefined;
  readonly port: number;
  readonly logFile: string;
}

/**
 * Starts the server in a process group of its own, so that Ctrl-C in a terminal leaves its end to
 * us.
 */
export async function spawnPostgres(
  options: PostgresProcess,
): Promise<{ child: ChildProcess; exited: Promise<number> }> {
  const log = await open(options.logFile, 'a', 0o600);
  try {
    const child = spawn(
      path.join(options.binDir, 'postgres'),
      [
        '-D',
        options.cluster,
        '-p',
        String(options.port),
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        'unix_socket_directories=',
        '-c',
        'timezone=UTC',
        '-c',
        'log_timezone=UTC',
      ],
      {
        ...options.user,
        cwd: '/',
        env: POSTGRES_ENV,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    const exited = new Promise<number>((resolve) => {
      child.once('exit', (code) => resolve(code ?? 1));
      child.once('error', () => resolve(127));
    });
    return { child, exited };
  } finally {
    await log.close();
  }
}

/**
 * Waits until the server answers a query; throws when it ends, refuses the password, or the time is
 * over.
 */
export async function waitUntilReady(
  url: string,
  exited: Promise<number>,
  timeoutMs: number,
): Promise<void> {
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
  });
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch (error) {
      if (hasExited) throw new Error('PostgreSQL ended while starting', { cause: error });
      if ((error as { code?: string }).code === '28P01')
        throw new Error('PostgreSQL refuses the stored password', { cause: error });
      if (Date.now() > deadline)
        throw new Error(`PostgreSQL did not answer within ${timeoutMs} ms`, { cause: error });
      await sleep(40);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** Ends the server: fast shutdown, then immediate, then kill. Resolves when it is gone. */
export async function stopPostgres(pid: number, isGone: () => boolean): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (isGone()) return;
    if (!sendSignal(pid, signal)) return;
    await waitWhile(() => !isGone(), waitMs, 20);
  }
}

/**
 * Calls `stop` when the server was sent SIGTERM and its clients have not left within
 * `LEAVE_TIMEOUT_MS`: until the last of them is gone it takes no new one, and pools keep theirs.
 */
export async function endUnfinishedShutdown(
  cluster: string,
  isGone: () => boolean,
  stop: () => Promise<void>,
): Promise<void> {
  while (!isGone() && !(await isStopping(cluster)))
    await sleep(STATUS_POLL_MS, undefined, { ref: false });
  await waitWhile(() => !isGone(), LEAVE_TIMEOUT_MS);
  await stop();
}

/** The eighth line of postmaster.pid is the state of the server. */
const isStopping = async (cluster: string): Promise<boolean> =>
  (await pidFileOf(cluster))[7]?.trim() === 'stopping';

/**
 * Clears what an earlier start left in the cluster: a server that outlived its launcher is stopped,
 * a postmaster.pid that names another process (pids are reused, above all in containers) is
 * removed.
 */
export async function clearOrphans(cluster: string): Promise<'clean' | 'stopped' | 'removed'> {
  const pidFile = path.join(cluster, 'postmaster.pid');
  const pid = await postmasterOf(cluster);
  if (!isAlive(pid)) return 'clean';
  const command = await commandOf(pid);
  if (command.includes('postgres') && command.includes(cluster)) {
    await stopPostgres(pid, () => !isAlive(pid));
    return 'stopped';
  }
  // A new server reads from the file which shared memory must be free: it is removed only when no
  // old backend is left.
  await waitWhile(() => hasBackends(cluster), 10_000);
  await rm(pidFile, { force: true });
  return 'removed';
}

/**
 * Whether any process works in the cluster's folder, as all of a server's do (known on Linux only).
 */
async function hasBackends(cluster: string): Promise<boolean> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(
    pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)),
  );
  return folders.includes(cluster);
}

/** The process in a cluster's postmaster.pid; 0 when there is none. */
export async function postmasterOf(cluster: string): Promise<number> {
  const [pid = ''] = await pidFileOf(cluster);
  return Number.parseInt(pid, 10) || 0;
}

/** Lines of a cluster's postmaster.pid. */
async function pidFileOf(cluster: string): Promise<string[]> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n');
}

/** Waits while a condition holds, for `limitMs` at most, checking it every `pauseMs`. */
export async function waitWhile(
  holds: () => boolean | Promise<boolean>,
  limitMs: number,
  pauseMs = 50,
): Promise<void> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline && (await holds());)
    await sleep(pauseMs);
}

/** Whether a process with this id exists, also one that we may not signal. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process: from /proc, else from ps; empty when it is gone. */
export async function commandOf(pid: number): Promise<string> {
  const fromProc = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (fromProc !== undefined) return fromProc.replaceAll('\0', ' ');
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
