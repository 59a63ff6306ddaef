import { CancelledFailure, Context } from '@temporalio/activity';
import { handOverSignal, workerShutdown } from './hand-over.js';

/** Well below the heartbeat time-out; Core sends at most two of them a second. */
const HEARTBEAT_MS = 500;

/** What a heartbeat tells: for the next worker what it needs to go on, for people a sentence. */
type HeartbeatDetails = Readonly<Record<string, unknown>>;

export interface LongActivityOptions {
  /**
   * What the work does when its worker may not wait for its end: it `stops`, and another worker
   * begins it anew; or it `goesOn` elsewhere, and the next worker takes it up.
   */
  readonly onShutdown: 'stops' | 'goesOn';
  /** Heartbeat details until the work sets its own. */
  readonly details?: HeartbeatDetails;
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
  beat(details: HeartbeatDetails): void;
  /** From now on heartbeats say besides what the work does; null = nothing that anybody knows. */
  say(doing: string | null): void;
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
  const { info, cancellationSignal } = context;
  const signal = AbortSignal.any([cancellationSignal, handOverSignal]);
  let { details } = options;
  let doing: string | null = null;
  const heartbeat = () => context.heartbeat(doing === null ? details : { ...details, doing });
  const timer = setInterval(heartbeat, HEARTBEAT_MS);
  const isShuttingDown = () =>
    handOverSignal.aborted ||
    (signal.aborted && context.cancellationDetails?.workerShutdown === true);
  try {
    heartbeat();
    return await work({
      signal,
      delivery: info.attempt,
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
