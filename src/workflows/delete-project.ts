import { allHandlersFinished, condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { ADMIT_FAILURE, type DeleteProjectInput } from '../contracts/workflows.js';
import { localFiles, shared } from './activity-proxies.js';
import { admitRefused, admitUpdate, cancelNothing, cancelUpdate } from './messages.js';

/** Removes a project: rows first, so that nothing can reach it any more, then its files (F2). */
export async function deleteProject(input: DeleteProjectInput): Promise<'deleted' | 'denied'> {
  let outcome: 'deleted' | 'denied' | null = null;
  setHandler(cancelUpdate, cancelNothing);
  setHandler(admitUpdate, async (request) => {
    // Whatever else arrives meets a project that is going away (A4).
    if (request.kind !== 'delete' || request.messageId !== input.messageId) throw admitRefused(ADMIT_FAILURE.denied);
    await condition(() => outcome !== null);
    if (outcome === 'denied') throw admitRefused(ADMIT_FAILURE.denied);
    return { kind: 'delete', jobId: input.actionId, isExisting: false };
  }, { description: 'Answers the delete when the project is gone; refuses everything else.' });

  const { actionId, userId, projectId } = input;
  setCurrentDetails('削除中 (deleting)');
  const removed = await shared.removeProjectRows({ actionId, userId, projectId });
  if (removed) await localFiles.removeProjectFiles({ userId, projectId });
  outcome = removed ? 'deleted' : 'denied';
  setCurrentDetails('終了 (done)');
  await condition(allHandlersFinished);
  return outcome;
}
