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
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      await Promise.race([Promise.resolve(run()), tooLong]);
    } catch (error) {
      isClean = false;
      log.warn({ err: error, phase: name }, 'a phase of the shutdown did not end well');
    } finally {
      clearTimeout(timer);
    }
  }
  return isClean;
}
