import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commandOf, isAlive, waitWhile } from '../postgres/process.js';
import { run } from '../../src/ops/run-program.js';
import { sendSignal } from '../../src/process/children.js';
import { STARTED_AT, statFields } from '../../src/process/proc-stat.js';
import { PARTS, type Part } from './plan.js';

/** A part, the launcher, or the worker of an older build. */
export type PidOwner = Part | 'launcher' | OlderWorker;
type OlderWorker = `worker-${string}`;

/**
 * What the command line of each process contains: a second proof, besides its age, that a pid is
 * still ours.
 */
const SIGNATURES: Readonly<Record<Exclude<PidOwner, OlderWorker>, string>> = {
  postgres: 'postgres',
  supabase: '/gateway.js',
  temporal: 'server start-dev',
  demo: '/demo-model.js',
  modal: 'dev/modal-emulator/server.py',
  worker: '/worker.js',
  api: '/api.js',
  launcher: '/run.js launcher',
};
const TICKS_PER_SECOND = 100;
/** Start times are known to a hundredth of a second and, through ps, to a second. */
const CLOCK_TOLERANCE_MS = 2_000;

const fileOf = (dataDir: string, owner: PidOwner): string =>
  path.join(dataDir, 'run', `${owner}.pid`);

/** Writes the process of a part to `DATA_DIR/run/<part>.pid`, which holds the number alone. */
export async function writePid(dataDir: string, owner: PidOwner, pid: number): Promise<void> {
  await mkdir(path.join(dataDir, 'run'), { recursive: true });
  await writeFile(fileOf(dataDir, owner), `${pid}\n`);
}

/** Forgets a process that ended, unless a successor has already taken its place. */
export async function clearPid(dataDir: string, owner: PidOwner, pid: number): Promise<void> {
  if ((await readNumber(dataDir, owner)) === pid) await rm(fileOf(dataDir, owner), { force: true });
}

/**
 * The process of a part if it is alive and really ours, else null. A pid that was reused belongs to
 * a process that began after the file was written; one of another machine or container has another
 * command line.
 */
export async function readLivePid(dataDir: string, owner: PidOwner): Promise<number | null> {
  const pid = await readNumber(dataDir, owner);
  if (pid === null || pid === process.pid || !isAlive(pid)) return null;
  const written = (await stat(fileOf(dataDir, owner)).catch(() => null))?.mtimeMs ?? 0;
  const [startedAt, command] = await Promise.all([startTimeOf(pid), commandOf(pid)]);
  if (startedAt === null || startedAt > written + CLOCK_TOLERANCE_MS) return null;
  const signature = isOlderWorker(owner) ? SIGNATURES.worker : SIGNATURES[owner];
  return command.includes(signature) ? pid : null;
}

/** The live process of each part, or null. */
export const livePids = (dataDir: string): Promise<(readonly [Part, number | null])[]> =>
  Promise.all(PARTS.map(async (part) => [part, await readLivePid(dataDir, part)] as const));

const isOlderWorker = (owner: PidOwner): owner is OlderWorker => owner.startsWith('worker-');

/** Workers of older builds that have written themselves down. */
export async function olderWorkers(dataDir: string): Promise<OlderWorker[]> {
  const names = await readdir(path.join(dataDir, 'run')).catch(() => []);
  return names.map((name) => path.basename(name, '.pid') as PidOwner).filter(isOlderWorker);
}

/** Whether a part was started by a launcher that is still there: then it is no left-over. */
export async function hasLivingLauncher(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const parent = Number(
    stat
      ? statFields(stat)[1]
      : (await run('ps', ['-o', 'ppid=', '-p', String(pid)], { timeoutMs: 5_000 })).stdout.trim(),
  );
  return (
    parent > 1 && parent !== process.pid && (await commandOf(parent)).includes(SIGNATURES.launcher)
  );
}

/** A second signal makes a worker hand over its runs; within this time it counts as the first. */
const SECOND_SIGNAL_MS = 1_000;

/**
 * Ends a left-over process and all of its group: politely, then by force. Resolves when it is gone.
 */
export async function endOrphan(
  pid: number,
  signal: NodeJS.Signals,
  limitMs: number,
  { handsOver = false }: { readonly handsOver?: boolean } = {},
): Promise<void> {
  const whileAlive = (limit: number): Promise<void> => waitWhile(() => isAlive(pid), limit);
  sendSignal(pid, signal);
  if (handsOver) {
    await whileAlive(SECOND_SIGNAL_MS);
    sendSignal(pid, signal);
  }
  await whileAlive(limitMs);
  killGroup(pid);
  await whileAlive(2_000);
}

/** Kills what is left of a process group whose leader is or was `pid`. */
export function killGroup(pid: number): void {
  sendSignal(-pid, 'SIGKILL');
}

async function readNumber(dataDir: string, owner: PidOwner): Promise<number | null> {
  const pid = Number((await readFile(fileOf(dataDir, owner), 'utf8').catch(() => '')).trim());
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

/** When a process began, in milliseconds since 1970; null when it is gone. */
async function startTimeOf(pid: number): Promise<number | null> {
  const [own, system] = await Promise.all(
    [`/proc/${pid}/stat`, '/proc/stat'].map((file) =>
      readFile(file, 'utf8').catch(() => undefined),
    ),
  );
  if (own !== undefined && system !== undefined) {
    const ticks = Number(statFields(own)[STARTED_AT]);
    const bootSeconds = Number(/^btime (\d+)$/m.exec(system)?.[1]);
    return (bootSeconds + ticks / TICKS_PER_SECOND) * 1000;
  }
  const started = await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
    timeoutMs: 5_000,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const time = Date.parse(started.stdout.trim());
  return Number.isNaN(time) ? null : time;
}
