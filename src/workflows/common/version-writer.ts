import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { ErrorKind } from '../../contracts/base/errors.js';
import { ADMIT_FAILURE, type AdmitAnswer } from '../../contracts/durable/workflows.js';
import { startQueued } from '../admit-queued.js';
import { failedRun, markEnd, markKind } from './ends.js';
import { queueMessage } from './queueing.js';
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
  /** What goes on when the version is there. */
  readonly houseWork?: (outcome: O) => Promise<void>;
  readonly answer: (outcome: O) => AdmitAnswer;
}

/**
 * Makes a version of files that are here already, as the project's writer. Its own caller is
 * answered when the work is done; messages are queued (Q3), others wait for the end and come again
 * (A4, A5). The Volume is brought up afterwards.
 */
export async function writeVersion<O extends object>(
  input: { messageId: string; actionId: string; userId: string; projectId: string },
  { kind, details, write, failureOf, houseWork, answer }: VersionWriter<O>,
): Promise<O> {
  const { actionId, userId, projectId } = input;
  let outcome: O | 'denied' | null = null;
  /** A message waits for the end of this run (Q3). */
  let isAwaited = false;
  setHandler(cancelUpdate, cancelNothing);
  setHandler(
    admitUpdate,
    async (request) => {
      if (request.kind === 'generate' && request.queue && outcome === null) {
        isAwaited = true;
        const queued = await queueMessage({ projectId, content: null }, request);
        if (queued) return queued;
      }
      await condition(() => outcome !== null);
      if (request.kind !== kind || request.messageId !== input.messageId) throw jobClosing();
      if (outcome === 'denied' || outcome === null) throw admitRefused(ADMIT_FAILURE.denied);
      return answer(outcome);
    },
    { description: 'Answers its own caller at the end; messages are queued, others come again.' },
  );

  markKind(kind);
  setCurrentDetails(details);
  outcome = await write();
  const failure = outcome === 'denied' ? 'ACCESS_DENIED' : failureOf(outcome);
  if (failure === null) await replicateVersion({ jobId: actionId, userId, projectId });
  if (failure === null && outcome !== 'denied') await houseWork?.(outcome);
  setCurrentDetails('終了 (done)');
  markEnd(failure === null ? 'completed' : outcome === 'denied' ? 'refused' : 'failed', failure);
  await condition(allHandlersFinished);
  if (isAwaited) await startQueued({ userId });
  if (failure !== null || outcome === 'denied')
    throw failedRun({ kind: failure ?? 'ACCESS_DENIED', detail: 'no version was made' });
  return outcome;
}
