import type { ChildProcess } from 'node:child_process';
import { RUNNER_ENV } from '../../contracts/execution/runner.js';
import { spawnRunner } from './runner-process.js';
import type { RunnerProgram } from './runner-program.js';

/** A run that fails or is cancelled is followed by no play: idle browsers cost memory. */
const KEPT_MS = 60_000;

/**
 * A runner that loads what a play needs and opens its browsers while a model still writes the game:
 * more than a second for which no player waits. It ends with its stdin: with this process, or 60 s
 * after the last `prepare`.
 */
export class SpareRunner {
  private child: ChildProcess | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly program: RunnerProgram) {}

  /** Starts it, unless it waits already; called as long as a model writes. */
  prepare(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.take()?.stdin?.destroy(), KEPT_MS).unref();
    if (this.waiting) return;
    this.child = spawnRunner(this.program, { [RUNNER_ENV.loads]: 'play' });
    // A program that cannot be started cannot be started for the play either, which reports it.
    this.child.once('error', () => (this.child = null));
  }

  /** Gives it away; null = none waits. */
  take(): ChildProcess | null {
    const { waiting } = this;
    clearTimeout(this.timer);
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
