import { describe, expect, it } from 'vitest';
import { bareTimesIn } from './bare-times.js';
import { readText, trackedFiles } from './files.js';

/** Programs that measure, attack or draw: no run of tests waits for them. */
const PROGRAMS = /^test\/(bench|chaos|eval|gallery|mutants|redteam|replay|screens)\//;

const isOfTests = (file: string): boolean =>
  file.endsWith('.test.ts') || (/^test\/.*\.ts$/.test(file) && !PROGRAMS.test(file));

describe('a test does not depend on how fast the machine is', () => {
  it('no limit is bare, nothing sleeps; an exception says why it may', () => {
    const files = trackedFiles().filter(isOfTests);
    expect(files.length).toBeGreaterThan(400);
    const bare = files.flatMap((file) =>
      bareTimesIn(readText(file)).map(
        ({ line, code, why }) =>
          `${file}:${line}: ${code} ← ${why}; or say \`// Bare time: why it may\` above it`,
      ),
    );
    expect(bare).toEqual([]);
  });

  it.each([
    ['a sleep', 'await sleep(200);'],
    ['a sleep in words of its own', 'await new Promise((resolve) => setTimeout(resolve, 50));'],
    ['a sleep of a page', 'await page.waitForTimeout(500);'],
    ['a sleep by name', 'const QUIET_MS = 2_000;\nawait sleep(QUIET_MS);'],
    ['a sleep in a loop that counts', 'for (let i = 0; i < 9; i += 1) {\n  await sleep(5);\n}'],
    ['a limit of a poll', 'await expect.poll(seen, { timeout: 5_000 }).toBe(1);'],
    ['a limit by name', 'const LIMIT_MS = 2 * 5_000;\nconst options = { timeout: LIMIT_MS };'],
    ['a limit of a test', "it('x', async () => {}, 60_000);"],
    ['a limit of a hook', 'beforeAll(start, 60_000);'],
    ['a limit of rows', "it.each([1])('x', () => {}, 60_000);"],
    ['a limit of a request', 'await fetch(url, { signal: AbortSignal.timeout(300) });'],
    ['a deadline', 'for (const deadline = Date.now() + 9_000; Date.now() < deadline; );'],
    ['a deadline of a call', 'client.withDeadline(Date.now() + 9_000, call);'],
    ['a wait of vitest', 'await vi.waitFor(() => expect(seen).toBe(1));'],
    ['a promise about elapsed time', 'expect(Date.now() - startedMs).toBeLessThan(2_000);'],
    ['one about a measured value', 'expect(tookMs).toBeLessThanOrEqual(2_000);'],
  ])('%s is found', (_what, code) => {
    expect(bareTimesIn(`const before = 1;\n${code}\n`)).toHaveLength(1);
  });

  it.each([
    ['a scaled limit', 'await expect.poll(seen, { timeout: patient(5_000) }).toBe(1);'],
    ['one by name', 'const LIMIT_MS = patient(5_000);\nit(name, run, 2 * LIMIT_MS);'],
    [
      'one of the product and a scaled rest',
      'expect(tookMs).toBeLessThan(5_000 + patient(2_000));',
    ],
    ['the pause of a loop that waits', 'while (isAlive(pid)) await sleep(20);'],
    [
      'the pause of a loop with a deadline',
      'for (;;) {\n  if (seen()) return;\n  await sleep(20);\n}',
    ],
    ['a size', 'expect(text.length).toBeLessThan(2_000);'],
    ['a moment of a row', 'const row = { createdAt: new Date(Date.now() + 9_000) };'],
    ['text of a page', "const page = '<script>setTimeout(draw, 300)</script>';"],
    ['what says why', '// Bare time: a slow network\nawait sleep(200);'],
    ['a constant that says why', '// Bare time: a slow network\nconst A_MS = 2_000;\nsleep(A_MS);'],
  ])('%s is not', (_what, code) => {
    expect(bareTimesIn(`async () => {\n${code}\n};\n`)).toEqual([]);
  });
});
