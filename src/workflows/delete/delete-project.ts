import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { ADMIT_FAILURE, type DeleteProjectInput } from '../../contracts/durable/workflows.js';
import type { RunRef } from '../../activities/ports/refs.js';
import { homeFiles, shared } from '../common/activity-proxies.js';
import { failedRun, markEnd, markKind } from '../common/ends.js';
import { awaitLastWork, WORK_END_MS } from './last-work.js';
import { removeFromVolume } from './remove-from-volume.js';
import {
  admitRefused,
  admitUpdate,
  cancelNothing,
  cancelUpdate,
} from '../common/writer-messages.js';

type DeletedProject = Pick<DeleteProjectInput, 'actionId' | 'userId' | 'projectId'>;

/**
 * Removes a project: its work is stopped, then rows first, so that nothing can reach it any more,
 * then its files (F2). The caller is answered when they are gone here; the Volume follows, and
 * what a Modal that is down leaves there is found by replication.
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
  const ref = { actionId, userId, projectId };
  markKind('delete');
  setCurrentDetails('削除中 (deleting)');
  const left = await stopWork(ref);
  const removed = left !== null && (await shared.removeProjectRows(ref));
  if (removed) await homeFiles.removeProjectFiles({ userId, projectId });
  outcome = removed ? 'deleted' : 'denied';
  const leftover = removed && !(await removeProjectFromVolume(ref));
  if (removed && left.length > 0) await removeAfterLast(ref, left);
  setCurrentDetails(leftover ? '終了 (done; files are left on the Volume)' : '終了 (done)');
  markEnd(removed ? 'completed' : 'refused', removed ? null : 'ACCESS_DENIED');
  await condition(allHandlersFinished);
  if (outcome === 'denied')
    throw failedRun({ kind: 'ACCESS_DENIED', detail: "the project is not the caller's" });
  return outcome;
}

/** Stops what works on the project, and waits a while for it; null = it is not the user's. */
async function stopWork(ref: DeletedProject): Promise<RunRef[] | null> {
  const runs = await shared.cancelProjectWork(ref);
  if (runs === null || runs.length === 0) return runs;
  return shared.awaitRunsEnded({ runs, waitMs: WORK_END_MS });
}

/** What went on working may have written since: files go once more after the last of it. */
async function removeAfterLast(ref: DeletedProject, runs: RunRef[]): Promise<void> {
  await awaitLastWork(runs);
  const { userId, projectId } = ref;
  await homeFiles.removeProjectFiles({ userId, projectId });
  await removeProjectFromVolume(ref);
}

/** True when the Volume holds nothing of the project (any more). */
function removeProjectFromVolume({ actionId, ...project }: DeletedProject): Promise<boolean> {
  return removeFromVolume({ jobId: actionId, ...project }, (files) =>
    files.removeProjectFiles(project),
  );
}
