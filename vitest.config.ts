import { defineConfig } from 'vitest/config';

/** Each project is one kind of promise. Files that start servers of their own on free ports may run two at a time: most of their time is waiting. */
const pair = { pool: 'forks' as const };
/** One file after the other, where a browser or a Temporal server wants both cores. */
const serial = { ...pair, fileParallelism: false };

/** Long and privileged recovery tests run with RECOVERY=full (`npm run test:recovery:full`). */
const longRecovery = process.env['RECOVERY'] === 'full' ? [] : ['test/recovery/full/**'];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'test/rules/**/*.test.ts', 'test/bench/**/*.test.ts'], pool: 'forks', testTimeout: 20_000 } },
      { test: { name: 'workflows', include: ['test/workflows/**/*.test.ts', 'test/replay/**/*.test.ts'], ...serial, testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...pair, testTimeout: 60_000, hookTimeout: 120_000 } },
      { test: { name: 'recovery', include: ['test/recovery/**/*.test.ts'], exclude: longRecovery, ...pair, testTimeout: 180_000, hookTimeout: 120_000 } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...serial, testTimeout: 180_000, hookTimeout: 120_000 } },
    ],
  },
});
