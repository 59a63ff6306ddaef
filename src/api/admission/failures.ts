import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ADMIT_FAILURE } from '../../contracts/workflows.js';

/** Why the writer of a project said no. */
export type Refusal = 'USER_LIMIT_EXCEEDED' | 'SYSTEM_LIMIT_EXCEEDED' | 'ACCESS_DENIED';

/**
 * What a failed try means: come again, the wait ran out, a clear no, or something nobody foresaw.
 */
export type FailedTry =
  { kind: 'again' | 'timedOut' | 'broken' } | { kind: 'refused'; code: Refusal };

/** The run ended between taking the update and finishing it. */
const ENDED_MEANWHILE = 'AcceptedUpdateCompletedWorkflow';
const DEADLINE_EXCEEDED = 4;
/**
 * Not found, failed precondition, aborted, unavailable: a run that ends or a server that comes
 * back.
 */
const COME_AGAIN_CODES = [5, 9, 10, 14];

/** Reads a failed `admit` or `cancelJob` (A6). */
export function classifyTry(error: unknown): FailedTry {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'timedOut' };
  if (error instanceof WorkflowUpdateFailedError)
    return classifyFailureType(applicationType(error));
  const code = grpcCode(error);
  if (code === DEADLINE_EXCEEDED) return { kind: 'timedOut' };
  return { kind: code !== null && COME_AGAIN_CODES.includes(code) ? 'again' : 'broken' };
}

function classifyFailureType(type: string | null): FailedTry {
  switch (type) {
    case ADMIT_FAILURE.closing:
    case ENDED_MEANWHILE:
      return { kind: 'again' };
    case ADMIT_FAILURE.userLimit:
    case ADMIT_FAILURE.systemLimit:
    case ADMIT_FAILURE.denied:
      return { kind: 'refused', code: type };
    default:
      return { kind: 'broken' };
  }
}

/**
 * The type of the application failure in an error's chain of causes; an activity's failure lies one
 * deeper.
 */
function applicationType(error: Error): string | null {
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause.type ?? null;
  }
  return null;
}

function grpcCode(error: unknown): number | null {
  if (error instanceof WorkflowNotFoundError) return 5;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause.code;
  }
  return null;
}
