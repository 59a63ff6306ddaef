import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/config.js';

/** How a step of `npm test` went. */
export interface StepResult {
  readonly step: string;
  readonly seconds: number;
  readonly passed: number;
  /** At least 1 when there is a problem, so that it shows in the sum. */
  readonly failed: number;
  /** Why the step does not count as passed, or null. */
  readonly problem: string | null;
  /** What it wrote; empty when that was passed through. */
  readonly output: string;
}

interface StepOptions {
  /** Where vitest leaves its report. */
  readonly reportFolder: string;
  readonly env: Readonly<Record<string, string>>;
  /** False: its output is passed through as it comes. */
  readonly isOutputKept: boolean;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** Runs a script of package.json; steps named test:* are runs of vitest. */
export async function runStep(step: string, options: StepOptions): Promise<StepResult> {
  const startedAt = Date.now();
  const isTest = step.startsWith('test:');
  const reportFile = path.join(options.reportFolder, `${step.replaceAll(':', '-')}.json`);
  const reporters = isTest
    ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
    : [];
  const { code, output } = await npm(['run', '--silent', step, ...reporters], options);
  const report = isTest ? await readReport(reportFile) : null;
  const failed = report?.numFailedTests ?? 0;
  const problem = problemOf(code, isTest, report);
  return {
    step,
    seconds: (Date.now() - startedAt) / 1000,
    passed: report?.numPassedTests ?? 0,
    failed: problem && failed === 0 ? 1 : failed,
    problem,
    output,
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

function npm(
  args: readonly string[],
  { env, isOutputKept }: StepOptions,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const sink = isOutputKept ? 'pipe' : 'inherit';
    const child = spawn('npm', args, {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', sink, sink],
      env: { ...process.env, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.once('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

async function readReport(file: string): Promise<VitestReport | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    return null;
  }
}
