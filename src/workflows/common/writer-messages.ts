import { ApplicationFailure, defineUpdate } from '@temporalio/workflow';
import type { CancelAnswer } from '../../contracts/rows/actions.js';
import {
  ADMIT_FAILURE,
  ADMIT_UPDATE,
  CANCEL_UPDATE,
  type AdmitAnswer,
  type AdmitRequest,
  type CancelRequest,
} from '../../contracts/durable/workflows.js';

/** The one door to a project's writer (A1). */
export const admitUpdate = defineUpdate<AdmitAnswer, [AdmitRequest]>(ADMIT_UPDATE);
/** Stops the job of that id, and no other (F1). */
export const cancelUpdate = defineUpdate<CancelAnswer, [CancelRequest]>(CANCEL_UPDATE);

/** This writer is ending: the caller retries in a moment (A5). */
export function jobClosing(): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    'The writer of this project is ending',
    ADMIT_FAILURE.closing,
  );
}

export function admitRefused(code: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable('The job was refused', code);
}

/** For writers that are no job: nothing of theirs can be cancelled. */
export const cancelNothing = async (): Promise<CancelAnswer> => ({ outcome: 'otherJob' });
