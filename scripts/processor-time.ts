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
