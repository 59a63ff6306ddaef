import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import { PROJECT_ROOT } from '../src/config.js';

/** Name of the environment variable that says where the report of a run goes. */
export const REPORT_FILE = 'TEST_REPORT_FILE';

/** What `npm test` needs to know of a run of vitest. */
export interface TestReport {
  readonly passed: number;
  /** Tests that did not run, for whatever reason. */
  readonly skipped: number;
  /** Failed tests, failed hooks and errors that nobody caught. */
  readonly failures: readonly TestFailure[];
  readonly files: readonly FileTime[];
}

/** How long a test file took, its imports and hooks included. */
export interface FileTime {
  /** Relative to the project. */
  readonly file: string;
  readonly seconds: number;
}

export interface TestFailure {
  /** Relative to the project; null for an error outside of every file. */
  readonly file: string | null;
  /** Names from the outermost group down; the group alone when one of its hooks failed. */
  readonly name: string;
  /** First line of the first error. */
  readonly error: string;
}

/** Reporter of vitest that leaves a {@link TestReport} as JSON. */
export default class ReportWriter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env[REPORT_FILE];
    if (file) writeFileSync(file, JSON.stringify(reportOf(modules, unhandledErrors)));
  }
}

function reportOf(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
): TestReport {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (state: string): number =>
    tests.filter((test) => test.result().state === state).length;
  return {
    passed: count('passed'),
    skipped: count('skipped') + count('pending'),
    failures: [
      ...modules.flatMap(failuresIn),
      ...unhandledErrors.map((error) => ({
        file: null,
        name: 'an error that nobody caught',
        error: firstLine(error),
      })),
    ],
    files: modules.map(timeOf),
  };
}

function timeOf(module: TestModule): FileTime {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
    module.diagnostic();
  const parts = [environmentSetupDuration, prepareDuration, collectDuration, setupDuration];
  return {
    file: path.relative(PROJECT_ROOT, module.moduleId),
    seconds: parts.reduce((sum, each) => sum + each, duration) / 1000,
  };
}

function failuresIn(module: TestModule): TestFailure[] {
  const file = path.relative(PROJECT_ROOT, module.moduleId);
  const failure = (name: string, errors: readonly SerializedError[]): TestFailure => ({
    file,
    name,
    error: firstLine(errors[0]),
  });
  const groups = [module, ...module.children.allSuites()].filter((group) => group.errors().length);
  const tests = [...module.children.allTests('failed')];
  return [
    ...groups.map((group) => failure(groupName(group), group.errors())),
    ...tests.map((test) => failure(test.fullName, errorsOf(test))),
  ];
}

function groupName(group: TestModule | TestSuite): string {
  return group.type === 'module' ? 'the file itself' : group.fullName;
}

function errorsOf(test: TestCase): readonly SerializedError[] {
  return test.result().errors ?? [];
}

function firstLine(error: SerializedError | undefined): string {
  return error?.message.split('\n').find((line) => line.trim() !== '') ?? 'no message';
}
