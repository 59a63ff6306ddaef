import type { AppError } from '../../contracts/base/errors.js';
import type { Doing } from '../../contracts/messages/doing.js';
import type { RunnerEvent } from '../../contracts/durable/stream.js';
import type { WithUnsent } from '../../contracts/execution/runner.js';

/**
 * Sends a run's events to the API. The run's result is the truth; events are for display (C2).
 */
export interface EventTransport {
  /**
   * Numbers the event and queues it. Waits while the queue is full; returns at once when the run
   * was cancelled.
   */
  emit(event: RunnerEvent): Promise<void>;
  /** What the model does from now on, for display; null = nothing. */
  tell(doing: Doing | null): void;
  /**
   * Sends what is left and waits at most `drainMs` for the acknowledgement; 0 drops it. Never
   * throws.
   */
  close(drainMs: number): Promise<void>;
  /**
   * What is not acknowledged after `close`, as far as one post has room for it; undefined when
   * there is none.
   */
  unsent(): WithUnsent['unsent'];
  /** Number of the newest event. */
  lastSeq(): number;
}

/** What the steps of a run need of it. */
export type RunEvents = Pick<EventTransport, 'emit' | 'tell'>;

/** The other side no longer wants this run: it is to stop with the given failure. */
export type OnStop = (reason: AppError) => void;

/** For runs without a callback address: events are numbered and nothing is sent. */
export function silentTransport(): EventTransport {
  let seq = 0;
  return {
    async emit() {
      seq += 1;
    },
    tell() {
      /* there is no receiver */
    },
    async close() {
      /* nothing is queued */
    },
    unsent: () => undefined,
    lastSeq: () => seq,
  };
}
