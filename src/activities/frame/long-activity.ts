import { CancelledFailure, Context } from '@temporalio/activity';
import { AppError } from '../../contracts/errors.js';
import { workerShutdown } from './typed-failures.js';

/** Well below the heartbeat time-out; Core sends at most two of them a second. */
const HEARTBEAT_MS = 500;

export interface LongActivityOptions {
  /**
   * What a shutdown of the worker does to the work: `stops` ends it, so that the attempt counts as
   * crashed and is made anew; `goesOn` leaves it running elsewhere, for the next worker to take up.
   */
  readonly onShutdown: 'stops' | 'goesOn';
  /** Heartbeat details until the work sets its own. */
  readonly details?: unknown;
  /** Cleans up, however the work ended. */
  readonly cleanUp?: () => Promise<void>;
}

/** What the frame gives to the work. */
export interface LongActivity {
  /** Aborts when the activity is cancelled, or its worker is shut down. */
  readonly signal: AbortSignal;
  /** Deliveries of this activity to a worker, from 1. */
  readonly delivery: number;
  /** What the worker before has left; undefined on the first delivery. */
  readonly earlierDetails: unknown;
  /** True when the signal has aborted because the worker is shut down. */
  isShuttingDown(): boolean;
  /** Heartbeats now, and from now on with these details. */
  beat(details: unknown): void;
}

/**
 * The frame of every activity that takes more than a moment. It heartbeats until the work ends, and
 * turns what ended it into what the workflow is told: a cancellation, a shutdown of the worker, or
 * the failure itself.
 */
export async function longActivity<T>(
  options: LongActivityOptions,
  work: (activity: LongActivity) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { info, cancellationSignal: signal } = context;
  let details = options.details;
  const timer = setInterval(() => context.heartbeat(details), HEARTBEAT_MS);
  const isShuttingDown = () =>
    signal.aborted && context.cancellationDetails?.workerShutdown === true;
  try {
    context.heartbeat(details);
    return await work({
      signal,
      delivery: info.attempt,
      earlierDetails: info.heartbeatDetails as unknown,
      isShuttingDown,
      beat(next) {
        details = next;
        context.heartbeat(details);
      },
    });
  } catch (error) {
    if (isShuttingDown())
      throw options.onShutdown === 'goesOn' ? workerShutdown(error) : stopped(error);
    if (signal.aborted)
      throw new CancelledFailure('the activity was cancelled', [], error as Error);
    throw error;
  } finally {
    clearInterval(timer);
    await options.cleanUp?.();
  }
}

/** Keeps the details of the failure: they may hold what the attempt has cost. */
function stopped(error: unknown): AppError {
  return new AppError(
    'RunCrashed',
    'the worker was shut down',
    error instanceof AppError ? error.details : {},
  );
}
