import {
  ApplicationFailure,
  ApplicationFailureCategory,
  CancelledFailure,
} from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import { ERROR_POLICY, type ErrorKind } from '../../contracts/base/errors.js';
import { attributesOf } from '../../contracts/durable/search-attributes.js';

/** How the work of a job or action ended, as operators search for it (I4). */
type RunEnd = 'completed' | 'failed' | 'cancelled' | 'refused' | 'existing' | 'queued';

/** What the work turned out to be, for operators (I4). */
export function markKind(kind: string): void {
  upsertSearchAttributes(attributesOf({ kind }));
}

/** How the work ended, for operators (I4); of a job also what it has cost, where that is known. */
export function markEnd(
  ended: RunEnd,
  failure: ErrorKind | null = null,
  costUsd: number | null = null,
): void {
  upsertSearchAttributes(attributesOf({ outcome: ended, failureKind: failure, costUsd }));
}

/**
 * The failure of the workflow of failed work (I4); what needs no operator is benign. Throw it only
 * after all handlers have finished: those that still wait would break.
 */
export function failedRun(
  { kind, detail }: { kind: ErrorKind; detail: string },
  ...details: unknown[]
): ApplicationFailure {
  return ApplicationFailure.create({
    type: kind,
    message: detail,
    nonRetryable: true,
    details,
    ...(ERROR_POLICY[kind].alert ? {} : { category: ApplicationFailureCategory.BENIGN }),
  });
}

/**
 * The end of the workflow of cancelled work (I4). Temporal shows it as cancelled because that was
 * asked for: by an operator, or by the step that cancelled the row.
 */
export const cancelledRun = (): CancelledFailure => new CancelledFailure('the work was cancelled');
