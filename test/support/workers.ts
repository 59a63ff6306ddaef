import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { PROJECT_ROOT } from '../../src/config.js';
import { startOrphanReaper } from '../../dev/stack/orphan-reaper.js';
import { programArgs } from './programs.js';
import { isAlive, type Stack } from './stack.js';

/**
 * More workers beside the one of a stack, which starts them no more than it has to: what dies stays
 * dead until `fill`.
 */
export interface Workers {
  /**
   * Starts workers until `count` are alive, one call after the other; resolves when all are ready.
   */
  fill(): Promise<void>;
  /** Kills all and starts them with these variables changed. */
  restart(changes: Readonly<Record<string, string>>): Promise<void>;
  /** Pids of those alive. */
  pids(): number[];
  stop(): Promise<void>;
}

/**
 * Keeps `count` workers for a stack that leaves its own worker down; those beside that one have
 * these variables changed.
 */
export async function startWorkers(
  stack: Stack,
  count: number,
  changed: Readonly<Record<string, string>> = {},
): Promise<Workers> {
  const first = await stack.pidOf('worker');
  const env = await environmentOf(first);
  const reaper = startOrphanReaper();
  const children: ChildProcess[] = [];
  let changes = changed;
  const pids = (): number[] => [first, ...children.flatMap(({ pid }) => pid ?? [])].filter(isAlive);
  let filling: Promise<unknown> = Promise.resolve();
  const fill = async (): Promise<void> => {
    const missing = count - pids().length;
    await Promise.all(
      Array.from({ length: Math.max(0, missing) }, async () => {
        const child = spawn(process.execPath, programArgs('worker'), {
          cwd: PROJECT_ROOT,
          env: { ...env, ...changes },
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        });
        children.push(child);
        if (child.pid !== undefined) reaper.add(child.pid, 'TERM');
        await once(child, 'message');
      }),
    );
  };
  const killAll = async (): Promise<void> => {
    await filling;
    const living = children.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    await Promise.all(
      living.map((child) => {
        child.kill('SIGKILL');
        return once(child, 'exit');
      }),
    );
  };
  const workers: Workers = {
    pids,
    fill: () => {
      const filled = filling.then(fill);
      filling = filled.catch(() => undefined);
      return filled;
    },
    async restart(wanted) {
      await Promise.all([killAll(), isAlive(first) ? stack.kill('worker') : null]);
      changes = wanted;
      await workers.fill();
    },
    async stop() {
      await killAll();
      reaper.end();
    },
  };
  try {
    await workers.fill();
    return workers;
  } catch (error) {
    await workers.stop();
    throw error;
  }
}

/**
 * What a process was started with, as the kernel remembers it, without the channel to its parent:
 * that is a file of the process, not of another one with the same environment.
 */
export async function environmentOf(pid: number): Promise<Record<string, string>> {
  const entries = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter(Boolean);
  return Object.fromEntries(
    entries
      .filter((entry) => !entry.startsWith('NODE_CHANNEL_'))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
