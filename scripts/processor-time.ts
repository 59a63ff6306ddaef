import { spawn, type ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A program by way of `sh`, which tells on its file descriptor 3 what its children worked. */
const TIMES_FD = 3;

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

/** What {@link LOAD} takes where budgets were chosen (`docs/proofs.md`). */
const REFERENCE_S = 0.25;
/** Most of what tests do: a program starts and reads a large script. */
const LOAD = ['-e', "require('playwright-core')"];

/** Seconds of processor of one such start; Infinity when it fails. */
export async function startSeconds(): Promise<number> {
  const child = spawn('sh', timed(process.execPath, LOAD), {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: withoutCertificates(process.env),
  });
  return (await processorOf(child)) ?? Infinity;
}

/** Of what `timed` runs, once it has ended; null where `sh` does not tell. */
export async function processorOf({ stdio }: ChildProcess): Promise<number | null> {
  const times = stdio[TIMES_FD];
  return processorSeconds(times instanceof Readable ? await text(times).catch(() => '') : '');
}

/** Node reads more certificates at each start where it is told to: as long as the start itself. */
export function withoutCertificates(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'NODE_EXTRA_CA_CERTS'));
}

/**
 * How much more the same work costs here than where budgets were chosen, by starts while it is
 * done: their median; at least 1. Machines whose memory is slow compute fast and start slowly.
 */
export function startFactor(seconds: readonly number[]): number {
  const known = seconds.filter(Number.isFinite).toSorted((one, other) => one - other);
  return Math.max(1, (known[Math.floor(known.length / 2)] ?? 0) / REFERENCE_S);
}
