import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/**
 * Each project is one kind of promise. Files that start servers of their own on free ports may run
 * two at a time: most of their time is waiting.
 */
const pair = { pool: 'forks' as const };
/** One file after the other, where a browser or a Temporal server wants both cores. */
const serial = { ...pair, fileParallelism: false };

/**
 * Long recovery tests run with RECOVERY=full (`npm run test:recovery:full`), those that mount small
 * disks wherever that is allowed.
 */
const isFull = process.env['RECOVERY'] === 'full';
const notNow = [
  ...(isFull ? [] : ['test/recovery/full/**']),
  ...(isFull || mayMount() ? [] : ['test/recovery/privileged/**']),
];

/** True for root with CAP_SYS_ADMIN, which root in a container may lack. */
function mayMount(): boolean {
  if (process.platform !== 'linux') return false;
  const effective =
    /^CapEff:\s+([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return process.getuid?.() === 0 && ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'video/*.test.ts',
            'test/rules/**/*.test.ts',
            'test/bench/**/*.test.ts',
          ],
          pool: 'forks',
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'workflows',
          include: ['test/workflows/**/*.test.ts', 'test/replay/**/*.test.ts'],
          ...serial,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          ...pair,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'recovery',
          include: ['test/recovery/**/*.test.ts'],
          exclude: notNow,
          ...pair,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...serial,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
