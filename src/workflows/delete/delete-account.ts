import { executeChild, setCurrentDetails, sleep, uuid4, workflowInfo } from '@temporalio/workflow';
import type { RunRef } from '../../activities/ports/refs.js';
import type { DeleteAccountInput } from '../../contracts/rows/account.js';
import { homeFiles, shared } from '../common/activity-proxies.js';
import { asProjectWriter } from '../common/as-writer.js';
import { continueOnCurrentBuild } from '../common/continue-on-current.js';
import type { deleteProject } from './delete-project.js';
import { markEnd, markKind } from '../common/ends.js';
import { awaitLastWork, WORK_END_MS } from './last-work.js';
import { removeFromVolume } from './remove-from-volume.js';

/**
 * Removes an account with all it made (F2): work is stopped, each project goes as its own delete
 * does it, then the user's rows and his sign-in, then files, and files again after the last work.
 * A project that appears meanwhile goes in the next round, or with the rows.
 */
export async function deleteAccount(input: DeleteAccountInput): Promise<void> {
  const { userId } = input;
  markKind('deleteAccount');
  let stopped: RunRef[] = [];
  for (;;) {
    const { runs, projectIds, projectsLeft } = await shared.stopAccountWork(input);
    stopped = [...stopped, ...(await shared.awaitRunsEnded({ runs, waitMs: WORK_END_MS }))];
    if (projectIds.length === 0) break;
    setCurrentDetails(`削除中 (deleting; projects left: ${projectsLeft})`);
    const removed = await Promise.all(projectIds.map((each) => removeProject(userId, each)));
    // Another writer of the project has to end first.
    if (!removed.includes(true)) await sleep('1 second');
    if (workflowInfo().continueAsNewSuggested)
      await continueOnCurrentBuild<typeof deleteAccount>(input);
  }
  await shared.removeAccountRows(input);
  await removeFiles(userId);
  await removeAfterLast(userId, stopped);
  setCurrentDetails('終了 (done)');
  markEnd('completed');
}

/** As its owner's own delete does it; false when another writer holds the project now. */
function removeProject(userId: string, projectId: string): Promise<boolean> {
  const id = uuid4();
  const input = { actionId: id, messageId: id, userId, projectId };
  return asProjectWriter({ userId, projectId, action: 'delete', jobId: id }, (options) =>
    executeChild<typeof deleteProject>('deleteProject', { ...options, args: [input] }),
  );
}

/** What went on working may have written since. */
async function removeAfterLast(userId: string, runs: RunRef[]): Promise<void> {
  if (runs.length === 0) return;
  await awaitLastWork(runs);
  await removeFiles(userId);
}

/** Here, and on the Volume. */
async function removeFiles(userId: string): Promise<void> {
  await homeFiles.removeUserFiles({ userId });
  await removeFromVolume({ userId }, (files) => files.removeUserFiles({ userId }));
}
