import { defineConfig } from 'vitest/config';
import { isFullRun, leftOut } from './test/scope.js';
import { LongestFirst } from './test/support/longest-first.js';
import { measureSlowness, patient } from './test/support/patience.js';

measureSlowness();

/** What is waited for without a limit of its own comes within a second on a quiet machine. */
const POLL = { poll: { timeout: patient(5_000) } };

/**
 * Servers on free ports of their own. They wait more than they work: three files at a time keep two
 * cores busy. The long tests of full runs are worth more than their time.
 */
const processes = {
  pool: 'forks' as const,
  maxWorkers: isFullRun ? 2 : 3,
  exclude: ['**/node_modules/**', ...leftOut().flatMap(({ files }) => files)],
  expect: POLL,
};
/** Files that share one stack: each needs no more than users of its own. */
const SHARED_STACK = [
  'test/contract/http/account-deletion.test.ts',
  'test/contract/http/cutout-network.test.ts',
  'test/contract/http/game-settings.test.ts',
  'test/contract/http/guests.test.ts',
  'test/contract/http/movie.test.ts',
  'test/contract/http/owner-plays.test.ts',
  'test/contract/http/publishing.test.ts',
  'test/contract/http/remix.test.ts',
  'test/contract/journey/at-rest.test.ts',
  'test/contract/journey/design.test.ts',
  'test/contract/journey/main-job.test.ts',
  'test/contract/journey/rest-calls.test.ts',
  'test/contract/journey/scripts.test.ts',
  'test/contract/ops/archive.test.ts',
  'test/contract/ops/jobs.test.ts',
  'test/contract/ops/operator-page.test.ts',
  'test/contract/ops/rerun.test.ts',
  'test/contract/ops/takedown.test.ts',
  'test/contract/ops/usage-settle.test.ts',
  'test/contract/ops/watch.test.ts',
  'test/contract/ws/follow.test.ts',
  'test/contract/ws/jobs.test.ts',
  'test/contract/ws/history.test.ts',
  'test/contract/ws/rows.test.ts',
  'test/contract/ws/version-rows.test.ts',
];
/** One file after the other, where a browser or a Temporal server wants both cores. */
const serial = { ...processes, maxWorkers: 1, fileParallelism: false };

/** Each project is one kind of promise. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'dev/**/*.test.ts',
            'tools/**/*.test.ts',
            'video/*.test.ts',
            'kit/*.test.ts',
            'test/rules/**/*.test.ts',
            'test/bench/**/*.test.ts',
            'test/chaos/**/*.test.ts',
            'test/eval/**/*.test.ts',
            'test/mutants/**/*.test.ts',
          ],
          pool: 'forks',
          // Nothing of them is changed for those that come after, so that it is loaded once.
          isolate: false,
          expect: POLL,
          testTimeout: patient(20_000),
          hookTimeout: patient(20_000),
        },
      },
      {
        test: {
          name: 'workflows',
          include: ['test/workflows/**/*.test.ts', 'test/replay/**/*.test.ts'],
          ...processes,
          isolate: false,
          globalSetup: ['test/support/global/temporal-server.ts'],
          testTimeout: patient(60_000),
          hookTimeout: patient(60_000),
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          ...processes,
          isolate: false,
          exclude: [...processes.exclude, ...SHARED_STACK],
          globalSetup: ['test/support/global/build.ts', 'test/support/global/database-server.ts'],
          testTimeout: patient(60_000),
          hookTimeout: patient(120_000),
        },
      },
      {
        test: {
          name: 'contract-shared',
          include: SHARED_STACK,
          ...processes,
          isolate: false,
          globalSetup: ['test/support/global/build.ts', 'test/support/global/shared-stack.ts'],
          setupFiles: ['test/support/files-as-the-stack.ts'],
          testTimeout: patient(60_000),
          hookTimeout: patient(120_000),
        },
      },
      {
        test: {
          name: 'recovery',
          include: ['test/recovery/**/*.test.ts'],
          ...processes,
          isolate: false,
          globalSetup: ['test/support/global/build.ts'],
          testTimeout: patient(180_000),
          hookTimeout: patient(120_000),
        },
      },
      {
        test: {
          // By a command of its own: the server is built first (CONTRIBUTING.md).
          name: 'temporal-server',
          include: ['test/temporal-server/**/*.test.ts'],
          ...serial,
          globalSetup: ['test/support/global/build.ts'],
          testTimeout: patient(180_000),
          hookTimeout: patient(120_000),
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts', 'test/e2e/full/*.test.ts'],
          ...(isFullRun ? serial : processes),
          isolate: false,
          globalSetup: ['test/support/global/build.ts'],
          testTimeout: patient(180_000),
          hookTimeout: patient(120_000),
        },
      },
      {
        test: {
          // A page and a server without work of its own: half a core each.
          name: 'e2e-screens',
          include: ['test/e2e/screens/**/*.test.ts'],
          ...processes,
          sequence: { groupOrder: isFullRun ? 1 : 0 },
          isolate: false,
          globalSetup: ['test/support/global/build.ts'],
          testTimeout: patient(180_000),
          hookTimeout: patient(120_000),
        },
      },
    ],
  },
});
