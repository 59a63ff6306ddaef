import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { ErrorKind } from '../../contracts/base/errors.js';
import { ADMIT_FAILURE, type AdmitAnswer } from '../../contracts/durable/workflows.js';
import { failedRun, markEnd, markKind } from './ends.js';
import {
  admitRefused,
  admitUpdate,
  cancelNothing,
  cancelUpdate,
  jobClosing,
} from './writer-messages.js';
import { replicateVersion } from '../replication.js';

interface VersionWriter<O> {
  readonly kind: 'restore' | 'tune';
  /** What it does, for the operator. */
  readonly details: string;
  /** Makes the version and ends the action's row. */
  readonly write: () => Promise<O | 'denied'>;
  readonly failureOf: (outcome: O) => ErrorKind | null;
  readonly answer: (outcome: O) => AdmitAnswer;
}

/**
 * Makes a version of files that are here already, as the project's writer. Its own caller is
 * answered when the work is done; others wait for the end and come again (A4, A5). The Volume is
 * brought up afterwards.
 */
export async function writeVersion<O extends object>(
  input: { messageId: string; actionId: string; userId: string; projectId: string },
  { kind, details, write, failureOf, answer }: VersionWriter<O>,
): Promise<O> {
  let outcome: O | 'denied' | null = null;
  setHandler(cancelUpdate, cancelNothing);
  setHandler(
    admitUpdate,
    async (request) => {
      await condition(() => outcome !== null);
      if (request.kind !== kind || request.messageId !== input.messageId) throw jobClosing();
      if (outcome === 'denied' || outcome === null) throw admitRefused(ADMIT_FAILURE.denied);
      return answer(outcome);
    },
    { description: 'Answers its own caller when the version is made; others come again.' },
  );

  const { actionId, userId, projectId } = input;
  markKind(kind);
  setCurrentDetails(details);
  outcome = await write();
  const failure = outcome === 'denied' ? 'ACCESS_DENIED' : failureOf(outcome);
  if (failure === null) await replicateVersion({ jobId: actionId, userId, projectId });
  setCurrentDetails('終了 (done)');
  markEnd(failure === null ? 'completed' : outcome === 'denied' ? 'refused' : 'failed', failure);
  await condition(allHandlersFinished);
  if (failure !== null || outcome === 'denied')
    throw failedRun({ kind: failure ?? 'ACCESS_DENIED', detail: 'no version was made' });
  return outcome;
}
