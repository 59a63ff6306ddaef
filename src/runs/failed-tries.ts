import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ADMIT_FAILURE } from '../contracts/durable/workflows.js';

/** Why the writer of a project refused. */
export type Refusal = 'USER_LIMIT_EXCEEDED' | 'SYSTEM_LIMIT_EXCEEDED' | 'ACCESS_DENIED';

/** A failed try: retry, time limit, refusal, or an unexpected error. */
type FailedTry = { kind: 'again' | 'timedOut' | 'broken' } | { kind: 'refused'; code: Refusal };

/** The run ended between taking the update and finishing it. */
const ENDED_MEANWHILE = 'AcceptedUpdateCompletedWorkflow';
const DEADLINE_EXCEEDED = 4;
/** Not found, failed precondition, aborted, unavailable: the run ends, or the server comes back. */
const COME_AGAIN_CODES = [5, 9, 10, 14];

/** Reads a failed `admit` or `cancelJob` (A6). */
export function classifyTry(error: unknown): FailedTry {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'timedOut' };
  if (error instanceof WorkflowUpdateFailedError) {
    const failure = causesOf(error.cause).find((cause) => cause instanceof ApplicationFailure);
    return classifyFailureType(failure?.type);
  }
  if (error instanceof WorkflowNotFoundError) return { kind: 'again' };
  const code: number | undefined = causesOf(error).find(isGrpcServiceError)?.code;
  if (code === DEADLINE_EXCEEDED) return { kind: 'timedOut' };
  return { kind: code !== undefined && COME_AGAIN_CODES.includes(code) ? 'again' : 'broken' };
}

export function isRefusal(code: string | null | undefined): code is Refusal {
  const { userLimit, systemLimit, denied } = ADMIT_FAILURE;
  return code === userLimit || code === systemLimit || code === denied;
}

function classifyFailureType(type: string | null | undefined): FailedTry {
  if (isRefusal(type)) return { kind: 'refused', code: type };
  const isToComeAgain = type === ADMIT_FAILURE.closing || type === ENDED_MEANWHILE;
  return { kind: isToComeAgain ? 'again' : 'broken' };
}

/** An error and the errors that caused it; the failure of an activity lies one deeper. */
function causesOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}
