import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIVENESS } from '../../src/process/liveness.js';
import type { PartLog } from './part-log.js';
import { sendSignal } from '../../src/process/children.js';
import { killGroup } from './pids.js';

/** How much of its work a process may finish when it is stopped (I5). */
export interface StopOptions {
  /** No longer than this, milliseconds, whatever its specification allows. */
  readonly finishMs?: number;
  /** From then on it hands over what is not finished. */
  readonly handOver?: AbortSignal;
}

/** A running process, of this launcher or another one. */
export interface Running {
  readonly pid: number;
  /** Resolves with "exit code 1" or "signal SIGKILL" when it ends. */
  readonly exited: Promise<string>;
  /** Ends it and all of its group; resolves when it is gone. */
  stop(options?: StopOptions): Promise<void>;
}

/** A process that {@link spawnProcess} started. */
export interface SpawnedProcess extends Running {
  /**
   * Whether it has sent the message `ready` to its parent (`process.send`), as the worker does,
   * which serves no port.
   */
  saidReady(): boolean;
  /** Asks whether it is alive; false when no answer comes in time, as from other programs. */
  saysAlive(timeoutMs: number): Promise<boolean>;
}

export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** How long it may take to end by itself after SIGTERM. */
  readonly stopLimitMs: number;
  /**
   * Time to finish its work before that; then a second SIGTERM makes it hand over. Absent: there is
   * nothing to finish.
   */
  readonly finishMs?: number;
}

/**
 * Starts a process as the leader of its own group, out of reach of Ctrl-C in our terminal: its end
 * is ours to order.
 */
export async function spawnProcess(spec: ProcessSpec, log: PartLog): Promise<SpawnedProcess> {
  const channel = spec.command === process.execPath ? 'ipc' : 'ignore';
  const child = spawn(spec.command, spec.args, {
    env: spec.env,
    cwd: spec.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', channel],
  });
  if (child.stdout && child.stderr) log.follow(child.stdout, child.stderr);
  let isReady = false;
  child.on('message', (message) => {
    isReady ||= message === 'ready';
  });
  // The channel of a process that is ending is closed; its end is seen by `exited`.
  child.on('error', () => undefined);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(signal ? `signal ${signal}` : `exit code ${code}`),
    );
    child.once('error', (error) => resolve(error.message));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${spec.command} could not be started: ${await exited}`);
  // The rest of its group is orphaned.
  void exited.then(() => killGroup(pid));
  return {
    pid,
    exited,
    saidReady: () => isReady,
    saysAlive: (timeoutMs) => askWhetherAlive(child, timeoutMs),
    stop: (options) => stopProcess(pid, exited, spec, options),
  };
}

/** The answer may be late: a process that loads its code reads no messages meanwhile. */
async function askWhetherAlive(child: ChildProcess, timeoutMs: number): Promise<boolean> {
  if (!child.connected) return false;
  const timer = new AbortController();
  const answered = new Promise<boolean>((resolve) => {
    child.on('message', (message) => {
      if (message === LIVENESS.answer) resolve(true);
    });
  });
  child.send(LIVENESS.question, () => undefined);
  const isAlive = await Promise.race([
    answered,
    sleep(timeoutMs, false, { signal: timer.signal }).catch(() => false),
  ]);
  timer.abort();
  return isAlive;
}

async function stopProcess(
  pid: number,
  exited: Promise<string>,
  { stopLimitMs, finishMs = 0 }: ProcessSpec,
  { finishMs: atMostMs = finishMs, handOver }: StopOptions = {},
): Promise<void> {
  sendSignal(pid, 'SIGTERM');
  const patienceMs = Math.min(finishMs, atMostMs);
  if (patienceMs > 0 && !(await endsWithin(exited, patienceMs, handOver)))
    sendSignal(pid, 'SIGTERM');
  if (!(await endsWithin(exited, stopLimitMs))) killGroup(pid);
  await exited;
}

/** False when the time is over, or `cut` aborts, before the process has ended. */
async function endsWithin(
  exited: Promise<string>,
  limitMs: number,
  cut?: AbortSignal,
): Promise<boolean> {
  const timer = new AbortController();
  const signal = cut ? AbortSignal.any([timer.signal, cut]) : timer.signal;
  const hasEnded = await Promise.race([
    exited.then(() => true),
    sleep(limitMs, false, { signal }).catch(() => false),
  ]);
  timer.abort();
  return hasEnded;
}
