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
import { shared } from './activity-proxies.js';
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
  await condition(allHandlersFinished);
  return outcome;
}
