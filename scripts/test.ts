import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readBudgets } from '../test/rules/budgets.js';
import { describeLeftOut } from '../test/scope.js';
import { CROWD } from '../test/support/patience.js';
import { startFactor, startSeconds } from './processor-time.js';
import { overBudget, resultTable } from './test-budget.js';
import { runStep, type StepResult } from './test-step.js';

/**
 * What `npm test` runs: phase after phase, the steps of a phase side by side. Each step is a script
 * of package.json; those named test:* count tests. Tests that start servers come alone: they keep
 * both cores of a small machine busy, and only the last of a run leaves one idle. Those of the
 * contract share a stack that would work for nothing while the others run.
 */
const PHASES = [
  ['tools', 'test:unit', 'types', 'lint', 'format:check', 'build', 'dead-code', 'test:linters'],
  ['test:contract'],
  ['test:product'],
];

/** What `npm run test:full` adds: the images' steps, troubles and chaos with runs on Modal. */
const FULL_PHASES = [...PHASES, ['image:replay'], ['test:recovery:modal'], ['chaos:modal']];

/** A step and the one of its phase that must have ended before it begins. */
const AFTER: Readonly<Record<string, string>> = { 'test:linters': 'tools' };

/** How often it is measured what a start costs while the tests run. */
const SAMPLE_MS = 15_000;
/** Steps of a phase that run at once: one more than cores, as `tools` waits for networks. */
const SIDE_BY_SIDE = 3;

/** Of the files whose tests take longest, so many are named. */
const SLOWEST_FILES = 20;

/** Of a failed step that names no tests. */
const LINES_OF_FAILURE = 25;

const isCi = process.env['CI'] === 'true';
const isFull = process.argv.includes('--full');

const SCOPE: Readonly<Record<string, string>> = isFull
  ? { TEST_SCOPE: 'full', SCHEMATHESIS: 'full' }
  : {};

/**
 * Runs the phases until one fails (CI runs all of them: one run tells everything); prints how
 * long each step took and worked, what was left out and, as the last line, how many tests passed
 * and failed.
 */
async function main(): Promise<number> {
  const startedAt = Date.now();
  const reportFolder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-reports-'));
  const results: StepResult[] = [];
  const starts = [startSeconds()];
  const sampling = setInterval(() => starts.push(startSeconds()), SAMPLE_MS);
  try {
    for (const steps of isFull ? FULL_PHASES : PHASES) {
      results.push(...(await runPhase(steps, reportFolder)));
      if (!isCi && results.some(({ problem }) => problem !== null)) break;
    }
  } finally {
    clearInterval(sampling);
    await rm(reportFolder, { recursive: true, force: true });
  }
  const seconds = (Date.now() - startedAt) / 1000;
  const factor = startFactor(await Promise.all(starts));
  return report(results, seconds, isFull ? {} : processorBudget(factor));
}

async function runPhase(steps: readonly string[], reportFolder: string): Promise<StepResult[]> {
  const waiting = [...steps];
  const running = new Map<string, Promise<StepResult>>();
  const isAlone = steps.length === 1;
  const run = async (step: string): Promise<StepResult> => {
    await running.get(AFTER[step] ?? '');
    if (isAlone) process.stdout.write(`\n=== ${step}\n`);
    const env = isAlone ? SCOPE : { ...SCOPE, [CROWD]: String(SIDE_BY_SIDE) };
    const result = await runStep(step, { reportFolder, env, isOutputKept: !isAlone });
    if (!isAlone) process.stdout.write(`\n=== ${step}\n${result.output}`);
    return result;
  };
  const takeNext = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const ended = run(step);
      running.set(step, ended);
      await ended;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, takeNext));
  return Promise.all(running.values());
}

/** Seconds of processor by step where the same work costs this much more. */
function processorBudget(factor: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(readBudgets().processorSeconds).map(([step, allowed]) => [
      step,
      allowed * factor,
    ]),
  );
}

/** What failed comes last, where an output that is cut at its head still has it. */
function report(
  results: readonly StepResult[],
  seconds: number,
  budget: Readonly<Record<string, number>>,
): number {
  const failures = results.filter(({ problem }) => problem !== null);
  if (!isFull) process.stdout.write(`\n\n${describeLeftOut()}\n`);
  process.stdout.write(`\n${slowest(results)}\n`);
  process.stdout.write(`\n${resultTable(results, seconds, budget)}\n`);
  process.stdout.write(failures.map(describeFailure).join(''));
  const over = overBudget(results, budget);
  process.stdout.write(over.map((line) => `=== OVER BUDGET: ${line}\n`).join(''));
  const sum = (pick: (result: StepResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  const failed = sum((result) => result.failed) + over.length;
  process.stdout.write(`\n${sum(({ passed }) => passed)} passed, ${failed} failed\n`);
  return failures.length + over.length > 0 ? 1 : 0;
}

/** Failed tests by name, or the end of what a step without such wrote. */
function describeFailure({ step, problem, failures, output }: StepResult): string {
  const tests = failures.map(({ file, name, error }) => `${file ?? step} › ${name}\n  ${error}`);
  const lines = tests.length > 0 ? tests : output.trimEnd().split('\n').slice(-LINES_OF_FAILURE);
  return [`\n=== FAILED: ${step} (${problem ?? ''})`, ...lines, ''].join('\n');
}

/** Where the time goes: what to look at first when the run becomes slow. */
function slowest(results: readonly StepResult[]): string {
  const files = results.flatMap((step) => step.files).sort((a, b) => b.seconds - a.seconds);
  const lines = files
    .slice(0, SLOWEST_FILES)
    .map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`);
  return ['The slowest test files, hooks included:', ...lines].join('\n');
}

process.exitCode = await main();
