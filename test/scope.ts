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
  {
    files: ['test/recovery/privileged/**'],
    why: 'full disks: only root with CAP_SYS_ADMIN may mount them',
  },
];

/** What this run leaves out. */
export function leftOut(): readonly LeftOut[] {
  if (isFullRun) return [];
  return [...SLOW, ...unchangedDoubles()];
}

/** The same as lines for people. */
export function describeLeftOut(): string {
  const lines = leftOut().flatMap(({ files, why }) => files.map((file) => `  ${file}: ${why}`));
  return ['Left out, run by `npm run test:full`:', ...lines].join('\n');
}
