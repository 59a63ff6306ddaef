import { spawnSync } from 'node:child_process';

/** A program by way of `sh`, which tells on its file descriptor 3 what its children worked. */
export const TIMES_FD = 3;

/** Runs the program that its arguments name, then prints its `times`; ends as the program does. */
const SCRIPT = `"$@" ${TIMES_FD}>&-; code=$?; times >&${TIMES_FD}; exit $code`;

/** What to give `sh` so that it runs this program. `sh` counts children of children, too. */
export const timed = (command: string, args: readonly string[]): string[] => [
  '-c',
  SCRIPT,
  'sh',
  command,
  ...args,
];

/**
 * Seconds of processor, user and system, of the children in an output of the shell's `times`; null
 * where it is none. Processes that outlive their parents are not in it.
 */
export function processorSeconds(times: string): number | null {
  const spent = [...times.matchAll(/(\d+)m(\d+)(?:[.,](\d+))?s/g)].map(
    ([, minutes, seconds, fraction = '0']) =>
      60 * Number(minutes) + Number(`${seconds}.${fraction}`),
  );
  const [, , user, system] = spent;
  return user === undefined || system === undefined ? null : user + system;
}

/** What a bare `node` takes where budgets were chosen, start to end (`docs/proofs.md`). */
const REFERENCE_START_S = 0.05;
const STARTS = 5;

/**
 * Processor time that starting a program takes here, relative to the machine that budgets were
 * chosen on; at least 1. A machine whose memory is slow may compute as fast as that one.
 */
export function startFactor(): number {
  const seconds = Array.from({ length: STARTS }, () => {
    const { output } = spawnSync('sh', timed(process.execPath, ['-e', '0']), {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    return processorSeconds(output[TIMES_FD] ?? '') ?? Infinity;
  });
  const least = Math.min(...seconds);
  return Number.isFinite(least) ? Math.max(1, least / REFERENCE_START_S) : 1;
}
