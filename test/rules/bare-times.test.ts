import { describe, expect, it } from 'vitest';
import { bareTimesIn } from './bare-times.js';
import { trackedFiles, readText } from './files.js';

/** Programs that measure, attack or draw: they decide over no run of tests. */
const PROGRAMS = /^test\/(bench|chaos|eval|gallery|mutants|redteam|replay|screens)\//;

const isOfTests = (file: string): boolean =>
  file.endsWith('.test.ts') || (/^test\/.*\.ts$/.test(file) && !PROGRAMS.test(file));

describe('a test does not depend on how fast the machine is', () => {
  it('no limit is bare, nothing sleeps', () => {
    const files = trackedFiles().filter(isOfTests);
    expect(files.length).toBeGreaterThan(400);
    const bare = files.flatMap((file) =>
      bareTimesIn(readText(file)).map(
        ({ line, code, why }) => `${file}:${line}: ${code}  ← ${why}`,
      ),
    );
    expect(bare, 'or say `// Bare time: <why it may be>` above the line').toEqual([]);
  });
});
