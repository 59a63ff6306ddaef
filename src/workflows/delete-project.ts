import {
  allHandlersFinished,
  condition,
  log,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { ADMIT_FAILURE, type DeleteProjectInput } from '../contracts/workflows.js';
import { localFiles, modalFiles, shared } from './activity-proxies.js';
import { admitRefused, admitUpdate, cancelNothing, cancelUpdate } from './writer-messages.js';

/**
 * Removes a project: rows first, so that nothing can reach it any more, then its files (F2).
 * Whoever deletes is answered when they are gone here; the Volume follows, and what a Modal that is
 * down leaves there is found by replication.
 */
export async function deleteProject(input: DeleteProjectInput): Promise<'deleted' | 'denied'> {
  let outcome: 'deleted' | 'denied' | null = null;
  setHandler(cancelUpdate, cancelNothing);
  setHandler(
    admitUpdate,
    async (request) => {
      // Whatever else arrives meets a project that is going away (A4).
      if (request.kind !== 'delete' || request.messageId !== input.messageId)
        throw admitRefused(ADMIT_FAILURE.denied);
      await condition(() => outcome !== null);
      if (outcome === 'denied') throw admitRefused(ADMIT_FAILURE.denied);
      return { kind: 'delete', jobId: input.actionId, isExisting: false };
    },
    { description: 'Answers the delete when the project is gone; refuses everything else.' },
  );

  const { actionId, userId, projectId } = input;
  setCurrentDetails('削除中 (deleting)');
  const removed = await shared.removeProjectRows({ actionId, userId, projectId });
  if (removed) await localFiles.removeProjectFiles({ userId, projectId });
  outcome = removed ? 'deleted' : 'denied';
  const leftover = removed && !(await removeFromVolume({ actionId, userId, projectId }));
  setCurrentDetails(leftover ? '終了 (done; files are left on the Volume)' : '終了 (done)');
  await condition(allHandlersFinished);
  return outcome;
}

/** True when the Volume holds nothing of the project (any more). */
async function removeFromVolume({
  actionId,
  userId,
  projectId,
}: Pick<DeleteProjectInput, 'actionId' | 'userId' | 'projectId'>): Promise<boolean> {
  const { hasVolumes } = await shared.chooseBackend({ jobId: actionId, userId, projectId });
  if (!hasVolumes) return true;
  try {
    await modalFiles.removeProjectFiles({ userId, projectId });
    return true;
  } catch (error) {
    log.warn('a deleted project is left on its Volume', { projectId, error });
    return false;
  }
}
