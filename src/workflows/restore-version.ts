import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import {
  ADMIT_FAILURE,
  type RestoreOutcome,
  type RestoreVersionInput,
} from '../contracts/workflows.js';
import type { ErrorKind } from '../contracts/errors.js';
import { shared } from './activity-proxies.js';
import { failedRun, markEnd, markKind } from './ends.js';
import {
  admitRefused,
  admitUpdate,
  cancelNothing,
  cancelUpdate,
  jobClosing,
} from './writer-messages.js';
import { startReplication } from './replication.js';

/**
 * Makes an old version the current one by committing its tree anew (E5). Its own caller is answered
 * when the work is done; others wait for the end and come again (A4, A5). The Volume is brought up
 * afterwards.
 */
export async function restoreVersion(
  input: RestoreVersionInput,
): Promise<RestoreOutcome | 'denied'> {
  let outcome: RestoreOutcome | 'denied' | null = null;
  setHandler(cancelUpdate, cancelNothing);
  setHandler(
    admitUpdate,
    async (request) => {
      await condition(() => outcome !== null);
      if (request.kind !== 'restore' || request.messageId !== input.messageId) throw jobClosing();
      if (outcome === 'denied' || outcome === null) throw admitRefused(ADMIT_FAILURE.denied);
      return { kind: 'restore', jobId: input.actionId, isExisting: false, outcome };
    },
    { description: 'Answers the restore when it is done; others come again.' },
  );

  const { actionId, userId, projectId, versionId } = input;
  markKind('restore');
  setCurrentDetails(`バージョン ${versionId.slice(0, 7)} に戻しています (restoring)`);
  const opened = await shared.openRestore({ actionId, userId, projectId });
  outcome =
    opened === 'denied'
      ? 'denied'
      : await shared.restoreRevision({ actionId, userId, projectId, versionId });
  if (outcome !== 'denied' && outcome.ok) {
    const { backend } = await shared.chooseBackend({ jobId: actionId, userId, projectId });
    if (backend === 'modal') await startReplication({ userId, projectId });
  }
  setCurrentDetails('終了 (done)');
  const failure = failureOf(outcome);
  markEnd(failure === null ? 'completed' : outcome === 'denied' ? 'refused' : 'failed', failure);
  await condition(allHandlersFinished);
  if (failure !== null) throw failedRun({ kind: failure, detail: 'nothing was restored' });
  return outcome;
}

function failureOf(outcome: RestoreOutcome | 'denied'): ErrorKind | null {
  if (outcome === 'denied') return 'ACCESS_DENIED';
  return outcome.ok ? null : outcome.error;
}
