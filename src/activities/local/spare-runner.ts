import type { ChildProcess } from 'node:child_process';
import { RUNNER_ENV } from '../../contracts/execution/runner.js';
import { spawnRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

/**
 * A runner that loads what a play needs and opens its browsers while a model still writes the game:
 * more than a second for which no player waits. It ends with this process, as its stdin does.
 */
export class SpareRunner {
  private child: ChildProcess | null = null;

  constructor(private readonly program: RunnerProgram) {}

  /** Starts it, unless it waits already. */
  prepare(): void {
    if (this.waiting) return;
    this.child = spawnRunner(this.program, { [RUNNER_ENV.loads]: 'play' });
    // A program that cannot be started cannot be started for the play either, which reports it.
    this.child.once('error', () => (this.child = null));
  }

  /** Gives it away; null = none waits. */
  take(): ChildProcess | null {
    const { waiting } = this;
    this.child = null;
    return waiting;
  }

  private get waiting(): ChildProcess | null {
    const { child } = this;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null
      ? child
      : null;
  }
}
