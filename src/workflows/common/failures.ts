import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { isErrorKind, type ErrorKind } from '../../contracts/base/errors.js';
import {
  WORKER_DIED,
  WORKER_SHUTDOWN,
  type WorkerShutdownDetails,
} from '../../contracts/durable/workflows.js';

export interface Failure {
  kind: ErrorKind;
  detail: string;
  retryAfterMs: number | null;
}

/** What a shutdown of its worker did to an activity; null when that is not why it ended (I5). */
export function shutdownOf(error: unknown): WorkerShutdownDetails | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== WORKER_SHUTDOWN) return null;
  const [details] = (cause.details ?? []) as WorkerShutdownDetails[];
  return details ?? { goesOn: false };
}

/** For a step that the job can do without: its failure is `otherwise`, unless it was cancelled. */
export function unlessCancelled<T>(
  otherwise: (why: Pick<Failure, 'kind' | 'detail'>) => T,
): (error: unknown) => T {
  return (error) => {
    if (isCancellation(error)) throw error;
    const { kind, detail } = classifyFailure(error);
    return otherwise({ kind, detail });
  };
}

/**
 * What went wrong, in the words of the policy table; a dead worker is a crash, an exceeded limit a
 * time-out.
 */
export function classifyFailure(error: unknown): Failure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    const kind =
      cause.timeoutType === 'START_TO_CLOSE' || cause.timeoutType === 'SCHEDULE_TO_CLOSE'
        ? 'RunTimedOut'
        : 'RunCrashed';
    return {
      kind,
      detail: `activity ${cause.timeoutType ?? 'unknown'} time-out`,
      retryAfterMs: null,
    };
  }
  if (cause instanceof ApplicationFailure && cause.type === WORKER_DIED)
    return { kind: 'RunCrashed', detail: cause.message, retryAfterMs: null };
  if (cause instanceof ApplicationFailure && isErrorKind(cause.type)) {
    const [details] = (cause.details ?? []) as { retryAfterMs?: number }[];
    return { kind: cause.type, detail: cause.message, retryAfterMs: details?.retryAfterMs ?? null };
  }
  if (isCancellation(error))
    return { kind: 'RunCancelled', detail: 'cancelled', retryAfterMs: null };
  return {
    kind: 'OPERATION_FAILED',
    detail: cause instanceof Error ? cause.message : String(cause),
    retryAfterMs: null,
  };
}
