import { withTimeout } from '../concurrency.js';
import type { Log } from '../telemetry/log.js';

/** One step of an ordered end. */
export interface ShutdownPhase {
  readonly name: string;
  readonly timeoutMs: number;
  readonly run: () => Promise<unknown> | void;
}

/**
 * Runs the phases one after the other. A phase that fails or takes longer than its time is logged
 * and left behind; the next one runs all the same. Answers whether all of them ended well.
 */
export async function shutDown(phases: readonly ShutdownPhase[], log: Log): Promise<boolean> {
  let isClean = true;
  for (const { name, timeoutMs, run } of phases) {
    const tooLong = () => new Error(`took longer than ${timeoutMs} ms`);
    try {
      await withTimeout(Promise.resolve(run()), timeoutMs, tooLong);
    } catch (error) {
      isClean = false;
      log.warn({ err: error, phase: name }, 'a phase of the shutdown did not end well');
    }
  }
  return isClean;
}
