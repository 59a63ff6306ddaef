import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/config.js';
import { SECOND_TRIES_FILE } from './second-tries.js';

/**
 * What `npm test` runs, in order: cheap and static first. Each is a script of package.json; those
 * named test:* count tests.
 */
const STEPS = [
  'tools',
  'lint',
  'types',
  'dead-code',
  'test:unit',
  'test:workflows',
  'test:contract',
  'test:recovery',
  'test:e2e',
];
/**
 * `npm run test:full`: the long recovery tests instead of the short ones, the same troubles with
 * runs on Modal, and chaos there.
 */
const FULL_STEPS = [
  ...STEPS.map((step) => (step === 'test:recovery' ? 'test:recovery:full' : step)),
  'test:recovery:modal',
  'chaos:modal',
];

/**
 * Steps whose tests start processes by the dozen: in CI, on a machine that nobody looks after, a
 * test of them may be run again once. Each one that needed it is printed, to be looked into, and
 * more than so many in a run are a failure.
 */
const RETRIED_STEPS = ['test:workflows', 'test:contract', 'test:recovery', 'test:e2e'];
const MAX_SECOND_TRIES = 3;

interface Result {
  readonly step: string;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  /** The tests that passed only when they were run again. */
  readonly secondTries: readonly string[];
  /** Why the step does not count as passed, or null. */
  readonly problem: string | null;
}

const isCi = process.env['CI'] === 'true';

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/**
 * Runs every step until one fails (CI goes on with the other tests: one run tells of everything);
 * prints how long each took and, as the last line, how many tests passed and failed.
 */
async function main(): Promise<number> {
  const reports = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-reports-'));
  const results: Result[] = [];
  try {
    for (const step of process.argv.includes('--full') ? FULL_STEPS : STEPS) {
      process.stdout.write(`\n=== ${step}\n`);
      const result = await runStep(step, path.join(reports, `${step.replaceAll(':', '-')}.json`));
      results.push(result);
      if (result.problem && !(isCi && step.startsWith('test:'))) break;
    }
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
  const secondTries = results.flatMap((result) => result.secondTries);
  for (const name of secondTries) process.stdout.write(`\n=== SECOND TRY: ${name}`);
  const failures = results
    .filter((result) => result.problem !== null)
    .map(({ step, problem }) => `${step} (${problem ?? ''})`);
  if (secondTries.length > MAX_SECOND_TRIES)
    failures.push(`${secondTries.length} tests needed a second try, ${MAX_SECOND_TRIES} may`);
  for (const failure of failures) process.stdout.write(`\n=== FAILED: ${failure}`);
  process.stdout.write(`\n\n${table(results)}\n`);
  const sum = (pick: (result: Result) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  process.stdout.write(
    `${sum((result) => result.passed)} passed, ${Math.max(
      sum((result) => result.failed),
      failures.length,
    )} failed\n`,
  );
  return failures.length > 0 ? 1 : 0;
}

async function runStep(step: string, reportFile: string): Promise<Result> {
  const startedAt = Date.now();
  const isTest = step.startsWith('test:');
  const secondTriesFile = `${reportFile}.second-tries`;
  const reporters = isTest
    ? [
        '--',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${reportFile}`,
        '--reporter=./scripts/second-tries.ts',
      ]
    : [];
  const code = await npmRun(
    [
      'run',
      '--silent',
      step,
      ...reporters,
      ...(isCi && RETRIED_STEPS.includes(step) ? ['--retry=1'] : []),
    ],
    { [SECOND_TRIES_FILE]: secondTriesFile },
  );
  const report = isTest ? await readJson<VitestReport>(reportFile) : null;
  const failed = report?.numFailedTests ?? 0;
  const problem = problemOf(code, isTest, report);
  return {
    step,
    seconds: (Date.now() - startedAt) / 1000,
    passed: report?.numPassedTests ?? 0,
    problem,
    secondTries: (isTest ? await readJson<string[]>(secondTriesFile) : null) ?? [],
    // A step that failed without a failed test (a check, a file that cannot be loaded) shows in the
    // count as well.
    failed: problem && failed === 0 ? 1 : failed,
  };
}

/** Nothing is skipped quietly: a test that did not run is a failure. */
function problemOf(code: number, isTest: boolean, report: VitestReport | null): string | null {
  if (code !== 0) return `exit code ${code}`;
  if (!isTest) return null;
  if (!report) return 'no report was written';
  if (report.numPassedTests === 0) return 'no test ran';
  const skipped = report.numPendingTests + report.numTodoTests;
  return skipped > 0 ? `${skipped} tests were skipped` : null;
}

function npmRun(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('npm', args, {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return null;
  }
}

function table(results: readonly Result[]): string {
  const rows = results.map(
    ({ step, seconds, passed, failed, problem }) =>
      `${step.padEnd(20)}${seconds.toFixed(1).padStart(7)} s  ${problem ? 'FAILED' : 'ok    '}${step.startsWith('test:') ? `  ${passed} passed, ${failed} failed` : ''}`,
  );
  const total = results.reduce((seconds, result) => seconds + result.seconds, 0);
  return [...rows, `${'total'.padEnd(20)}${total.toFixed(1).padStart(7)} s`].join('\n');
}

process.exitCode = await main();
