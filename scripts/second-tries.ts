import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

/** Where `npm test` wants to read which tests passed only when they were run again. */
export const SECOND_TRIES_FILE = 'SECOND_TRIES_FILE';

/** Reporter of vitest: notes, as a JSON list of names, the tests that passed in a second try. */
export default class SecondTries implements Reporter {
  private readonly names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky)
      this.names.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    const file = process.env[SECOND_TRIES_FILE];
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.names));
  }
}
