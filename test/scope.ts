import { readFileSync } from 'node:fs';
import { unchangedDoubles } from './doubles.js';

/** `npm test` proves every promise once; `TEST_SCOPE=full` (`npm run test:full`) runs all tests. */
export const isFullRun = process.env['TEST_SCOPE'] === 'full';

/** Test files that `npm test` does not run, as globs of vitest, and why it may. */
interface LeftOut {
  readonly files: readonly string[];
  readonly why: string;
}

const SLOW: readonly LeftOut[] = [
  {
    files: ['test/recovery/full/**'],
    why: 'minutes for each file: long runs, the matrix of troubles on Modal, killed videos',
  },
  {
    files: ['test/recovery/chaos.test.ts'],
    why: 'chaos: minutes of random kills; every kind of kill has a test of its own in npm test',
  },
  {
    files: ['test/recovery/clock.test.ts'],
    why: 'clock jumps: all processes start again with a clock that can be shifted',
  },
  {
    files: ['test/contract/journey/main-job-modal.test.ts'],
    why: 'the main job a second time, on Modal: its parts there are proved by test/contract/ports',
  },
];
/** Run by whoever may mount small disks, in any scope. */
const MOUNTING: LeftOut = {
  files: ['test/recovery/privileged/**'],
  why: 'full disks and power cuts: only root with CAP_SYS_ADMIN may mount them',
};

/** What this run leaves out. */
export function leftOut(): readonly LeftOut[] {
  const mounting = mayMount() ? [] : [MOUNTING];
  return isFullRun ? mounting : [...mounting, ...SLOW, ...unchangedDoubles()];
}

/** True for root with CAP_SYS_ADMIN, which root in a container may lack. */
function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = /^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}

/** The same as lines for people. */
export function describeLeftOut(): string {
  const lines = leftOut().flatMap(({ files, why }) => files.map((file) => `  ${file}: ${why}`));
  return ['Left out, run by `npm run test:full`:', ...lines].join('\n');
}
