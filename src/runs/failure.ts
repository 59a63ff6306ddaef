import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

interface RunFailure {
  /** The kind that its code gave, or the name of what ended it from outside. */
  readonly type: string;
  readonly message: string;
  readonly isOfItsCode: boolean;
}

/** What a run failed of, and not that it failed; null where the error is not the end of a run. */
export function failureOfRun(error: unknown): RunFailure | null {
  if (!(error instanceof WorkflowFailedError)) return null;
  const { cause = error } = error;
  const isOfItsCode = cause instanceof ApplicationFailure;
  const type = (isOfItsCode && cause.type) || cause.name;
  return { type, message: cause.message, isOfItsCode };
}
