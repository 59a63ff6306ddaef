import { CancelledFailure, Context } from '@temporalio/activity';
import { handOverSignal, workerShutdown } from './hand-over.js';

/** Well below the heartbeat timeout; Core sends at most two heartbeats a second. */
const HEARTBEAT_MS = 500;

/** Heartbeat details: what the next worker needs to continue, and a sentence for operators. */
type HeartbeatDetails = Readonly<Record<string, unknown>>;

export interface LongActivityOptions {
  /**
   * On a shutdown of the worker the work `stops` and another worker starts it anew, or it `goesOn`
   * elsewhere and the next worker resumes it.
   */
  readonly onShutdown: 'stops' | 'goesOn';
  /** Heartbeat details until the work sets its own. */
  readonly details?: HeartbeatDetails;
  /** Runs after the work, whatever its outcome. */
  readonly cleanUp?: () => Promise<void>;
}

export interface LongActivity {
  /** Aborts when the activity is cancelled, or its worker is shut down. */
  readonly signal: AbortSignal;
  /** Deliveries of this activity to a worker, from 1. */
  readonly delivery: number;
  /** Longest time of this delivery, milliseconds. */
  readonly limitMs: number;
  /** The last heartbeat details of the previous delivery; undefined on the first. */
  readonly earlierDetails: unknown;
  /** True when the signal aborted because the worker shuts down. */
  isShuttingDown(): boolean;
  /** Heartbeats now, and from then on with these details. */
  beat(details: HeartbeatDetails): void;
  /** Adds what the work does to further heartbeats; null = unknown. */
  say(doing: string | null): void;
}

/**
 * Runs a long activity: heartbeats until the work ends, then fails as the workflow expects it, by a
 * cancellation, a worker shutdown, or the failure itself.
 */
export async function longActivity<T>(
  options: LongActivityOptions,
  work: (activity: LongActivity) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { info, cancellationSignal } = context;
  const handOver = handOverSignal();
  const signal = AbortSignal.any([cancellationSignal, handOver]);
  let { details } = options;
  let doing: string | null = null;
  const heartbeat = () => context.heartbeat(doing === null ? details : { ...details, doing });
  const timer = setInterval(heartbeat, HEARTBEAT_MS);
  const isShuttingDown = () =>
    handOver.aborted || (signal.aborted && context.cancellationDetails?.workerShutdown === true);
  try {
    heartbeat();
    return await work({
      signal,
      delivery: info.attempt,
      limitMs: info.startToCloseTimeoutMs,
      earlierDetails: info.heartbeatDetails as unknown,
      isShuttingDown,
      beat(next) {
        details = next;
        heartbeat();
      },
      say(next) {
        doing = next;
      },
    });
  } catch (error) {
    if (isShuttingDown()) throw workerShutdown({ goesOn: options.onShutdown === 'goesOn' }, error);
    if (signal.aborted)
      throw new CancelledFailure('the activity was cancelled', [], error as Error);
    throw error;
  } finally {
    clearInterval(timer);
    await options.cleanUp?.();
  }
}
