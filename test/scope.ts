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
    files: ['test/recovery/full/phases.test.ts'],
    why: 'every part ended at every step of a job; restarts.test.ts ends each part once or twice',
  },
  {
    files: ['test/recovery/full/modal-crash-points.test.ts'],
    why: 'every crash point again on Modal; modal.test.ts has a worker and a runner there',
  },
  {
    files: ['test/recovery/full/modal-fallback.test.ts'],
    why: 'Modal refuses, is silent, full or hangs; in modal.test.ts it dies, and its late work too',
  },
  {
    files: ['test/recovery/full/ctrl-c.test.ts'],
    why: 'three starts of the stack under Ctrl-C; restarts.test.ts stops and hands over a worker',
  },
  {
    files: ['test/recovery/full/shared-workers.test.ts'],
    why: 'two jobs on two workers; runs.test.ts kills and cancels one at a time',
  },
  {
    files: ['test/recovery/full/long-stream.test.ts'],
    why: 'hundreds of signals with a killed worker; test/workflows/job-stream continues as new too',
  },
  {
    files: ['test/recovery/full/activate-release.test.ts'],
    why: 'Modal and back with lost stores; test/contract/modal/replication proves its parts',
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
    files: ['test/contract/full/**'],
    why: 'second proofs: the main job and all promises on Modal, several videos, every faulty game',
  },
  {
    files: ['test/contract/import/import.test.ts', 'test/contract/import/resume.test.ts'],
    why: 'V2 is imported once; import/hostile.test.ts has what a foreign folder may bring',
  },
  {
    files: ['test/contract/ports/local-videos.test.ts'],
    why: 'three videos; movie.test.ts makes one by the same activities',
  },
  {
    files: ['test/contract/modal/images.test.ts'],
    why: 'images on a Modal in trouble; durable-calls.test.ts has the troubles of any call',
  },
  {
    files: ['test/contract/http/schemathesis.test.ts'],
    why: 'generated requests: endpoints.test.ts holds every operation against the document',
  },
];
/** Run by whoever may mount small disks, in any scope. */
const MOUNTING: LeftOut = {
  files: ['test/contract/privileged/**', 'test/recovery/privileged/**'],
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
