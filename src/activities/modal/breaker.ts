import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { AppError } from '../../contracts/base/errors.js';
import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { BreakerReport } from '../../store/tables/backend-state.js';
import { isUnavailable, toAppError } from './errors.js';

/** Consecutive unanswered requests that mean that Modal is down. */
const FAILURES_TO_OPEN = 3;
/**
 * Below the pause between two probes (store/backend-state.ts), so that a probe always gets through.
 */
const HALF_OPEN_AFTER_MS = 20_000;

export type ModalBreaker = ReturnType<typeof createBreaker>;

export interface BreakerDeps {
  report: Store['backendState']['reportBreaker'];
  log: Log;
  halfOpenAfterMs?: number;
}

/**
 * What this worker has learned about Modal's health (G1); every use reports what it found, so that
 * all workers share it. Opens after consecutive `ModalUnavailable`; other failures are answers, and
 * an answer means that Modal is there.
 */
export function createBreaker({ report, log, halfOpenAfterMs = HALF_OPEN_AFTER_MS }: BreakerDeps) {
  const circuit = circuitBreaker(handleWhen(isUnavailable), {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  const { tell, settled } = reporter(report, log);
  let reason = 'unknown';
  circuit.onBreak(() => tell({ state: 'open', reason }));

  async function use<T>(work: () => Promise<T>): Promise<T> {
    try {
      const value = await circuit.execute(work);
      tell({ state: 'closed' });
      return value;
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        // The caller saw a closed breaker: an earlier report may have been lost.
        tell({ state: 'open', reason });
        throw new AppError('ModalUnavailable', `Modal is left alone for a while (${reason})`);
      }
      throw error;
    }
  }
  const remembering =
    <T>(work: () => Promise<T>) =>
    async (): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        const failure = toAppError(error);
        if (isUnavailable(failure)) reason = failure.message;
        throw failure;
      }
    };
  return {
    /** Runs one use of Modal. Throws `ModalUnavailable` at once while the breaker is open. */
    use: <T>(work: () => Promise<T>) => use(remembering(work)),
    /** Records a use that began well and then lost its connection. */
    noteFailure: (error: AppError): Promise<void> =>
      use(remembering(() => Promise.reject(error))).catch(() => undefined),
    /** Resolves when everything found so far has been reported. */
    settled,
  };
}

/** Reports one after the other; of those that wait, only the newest is worth telling. */
function reporter(
  report: BreakerDeps['report'],
  log: Log,
): { tell: (found: BreakerReport) => void; settled: () => Promise<void> } {
  let newest: BreakerReport | null = null;
  let telling: Promise<void> | null = null;
  async function tellAll(): Promise<void> {
    for (let found = newest; found; found = newest) {
      newest = null;
      try {
        if (await report(found))
          log[found.state === 'open' ? 'error' : 'info'](
            { breaker: found },
            `Modal's breaker is ${found.state}`,
          );
      } catch (error) {
        log.warn(
          { err: error, breaker: found.state },
          'the state of the breaker could not be reported',
        );
      }
    }
    telling = null;
  }
  return {
    tell(found) {
      newest = found;
      telling ??= tellAll();
    },
    settled: async () => {
      await telling;
    },
  };
}
