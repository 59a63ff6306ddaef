import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/config.js';
import { processorOf, timed, withoutCertificates } from './processor-time.js';
import { REPORT_FILE, type FileTime, type TestFailure, type TestReport } from './test-report.js';

/** How a step of `npm test` went. */
export interface StepResult {
  readonly step: string;
  readonly seconds: number;
  /** Seconds of processor that it and its children worked; null where `sh` did not tell. */
  readonly processor: number | null;
  readonly passed: number;
  /** At least 1 when there is a problem, so that it shows in the sum. */
  readonly failed: number;
  /** Each failed test by name. */
  readonly failures: readonly TestFailure[];
  readonly files: readonly FileTime[];
  /** Why the step does not count as passed, or null. */
  readonly problem: string | null;
  /** What it wrote; empty when that was passed through. */
  readonly output: string;
}

interface StepOptions {
  /** Where test steps leave their reports. */
  readonly reportFolder: string;
  readonly env: Readonly<Record<string, string>>;
  /** False: its output is passed through as it comes. */
  readonly isOutputKept: boolean;
}

const REPORTER = path.join(PROJECT_ROOT, 'scripts', 'test-report.ts');

/** Runs a script of package.json; steps named test:* are runs of vitest. */
export async function runStep(step: string, options: StepOptions): Promise<StepResult> {
  const startedAt = Date.now();
  const isTest = step.startsWith('test:');
  // Of all steps this one reaches hosts.
  const own = step === 'tools' ? process.env : withoutCertificates(process.env);
  const reportFile = path.join(options.reportFolder, `${step.replaceAll(':', '-')}.json`);
  const { code, output, processor } = await npm(
    [
      'run',
      '--silent',
      step,
      ...(isTest ? ['--', '--reporter=default', `--reporter=${REPORTER}`] : []),
    ],
    {
      isOutputKept: options.isOutputKept,
      env: { ...own, ...options.env, [REPORT_FILE]: reportFile },
    },
  );
  const report = isTest ? await readReport(reportFile) : null;
  const failures = report?.failures ?? [];
  const problem = problemOf(code, isTest, report);
  return {
    step,
    seconds: (Date.now() - startedAt) / 1000,
    processor,
    passed: report?.passed ?? 0,
    failed: Math.max(failures.length, problem ? 1 : 0),
    failures,
    files: report?.files ?? [],
    problem,
    output,
  };
}

/** Nothing is skipped quietly: a test that did not run is a failure. */
function problemOf(code: number, isTest: boolean, report: TestReport | null): string | null {
  if (code !== 0) return `exit code ${code}`;
  if (!isTest) return null;
  if (!report) return 'no report was written';
  if (report.passed === 0) return 'no test ran';
  return report.skipped > 0 ? `${report.skipped} tests were skipped` : null;
}

function npm(
  args: readonly string[],
  { env, isOutputKept }: { env: NodeJS.ProcessEnv; isOutputKept: boolean },
): Promise<{ code: number; output: string; processor: number | null }> {
  const sink = isOutputKept ? 'pipe' : 'inherit';
  const child = spawn('sh', timed('npm', args), {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', sink, sink, 'pipe'],
    env,
  });
  const processor = processorOf(child);
  return new Promise((resolve) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const end = async (code: number, error = ''): Promise<void> =>
      resolve({ code, output: `${output}${error}`, processor: await processor });
    child.once('error', ({ message }) => void end(127, `${message}\n`));
    child.once('close', (code) => void end(code ?? 1));
  });
}

async function readReport(file: string): Promise<TestReport | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as TestReport;
  } catch {
    return null;
  }
}
