const MIB = 1024 * 1024;

/** What the kernel lets each process of a box have. */
export interface Limits {
  /** Private memory that a process may write, bytes; what it only reserves does not count. */
  readonly dataBytes: number;
}

/** A browser: V8 has 0.6 GiB of it in an empty page, and a game may take 1 GiB (J2). */
export const BROWSER_LIMITS: Limits = { dataBytes: 2_048 * MIB };
/** The video's renderer decodes and encodes beside its browser. */
export const RENDERER_LIMITS: Limits = { dataBytes: 4_096 * MIB };
/** The model program maps 5.4 GiB when it starts and uses 0.2 GiB of them. */
export const MODEL_LIMITS: Limits = { dataBytes: 8_192 * MIB };

/** Size of each folder of a box that lies in memory. */
export const BOX_DISK_BYTES = 256 * MIB;
/** Largest file that a process of a box may write. */
const FILE_BYTES = 512 * MIB;
/**
 * Processes and threads; a browser has 70. Kernels before 5.14 count those of the same user in all
 * boxes together.
 */
const TASKS = 2_048;

/** The words before a program that set its limits, which it cannot raise. */
export function limited({ dataBytes }: Limits): string[] {
  return [
    '/usr/bin/prlimit',
    `--data=${dataBytes}`,
    `--fsize=${FILE_BYTES}`,
    `--nproc=${TASKS}`,
    '--core=0',
    '--',
  ];
}

/** A kernel out of memory ends the boxes before any other program: `sh` writes this of itself. */
export const DIE_FIRST = 'echo 1000 2>/dev/null >/proc/self/oom_score_adj';

/** A command, to be ended first when the machine has no memory left. */
export function firstToDie(words: readonly string[]): [string, readonly string[]] {
  // Shells export where they were started, which the program must not see.
  return ['/bin/sh', ['-c', `unset PWD OLDPWD SHLVL; ${DIE_FIRST}; exec "$@"`, 'sh', ...words]];
}
