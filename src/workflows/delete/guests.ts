import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  executeChild,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { accountWorkflowId } from '../../contracts/base/ids.js';
import { attributesOf } from '../../contracts/durable/search-attributes.js';
import { JOB_EXECUTION_TIMEOUT } from '../../contracts/durable/workflows.js';
import type {
  AdoptGuestInput,
  AdoptProjectInput,
  DeleteAccountInput,
} from '../../contracts/rows/account.js';
import { startQueued } from '../admit-queued.js';
import { inBucket, maintenance, shared } from '../common/activity-proxies.js';
import { asProjectWriter } from '../common/as-writer.js';
import { continueOnCurrentBuild } from '../common/continue-on-current.js';
import { markEnd, markKind } from '../common/ends.js';
import { admitUpdate, cancelNothing, cancelUpdate, jobClosing } from '../common/writer-messages.js';
import type { deleteAccount } from './delete-account.js';

/**
 * Gives what a guest has made to the account that he signed in to, then removes the guest (D8). A
 * project that is worked on is waited for.
 */
export async function adoptGuest(input: AdoptGuestInput): Promise<void> {
  const { guestId, userId } = input;
  markKind('adoptGuest');
  for (;;) {
    const projectIds = await shared.projectsOfGuest({ guestId });
    if (projectIds.length === 0) break;
    setCurrentDetails('引き継ぎ中 (handing projects over)');
    const adopted = await Promise.all(
      projectIds.map((projectId) => adopt({ projectId, guestId, userId })),
    );
    if (!adopted.includes(true)) await sleep('2 seconds');
    if (workflowInfo().continueAsNewSuggested)
      await continueOnCurrentBuild<typeof adoptGuest>(input);
  }
  await removed(guestId);
  setCurrentDetails('終了 (done)');
  markEnd('completed');
}

/** A removal of the guest that has begun elsewhere will do. */
async function removed(guestId: string): Promise<void> {
  try {
    await executeChild<typeof deleteAccount>('deleteAccount', removalOf(guestId));
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** One of a build before answers nothing. */
type Adopts = (input: AdoptProjectInput) => Promise<boolean | null>;

/** False when another writer holds the project now, or it is not the guest's. */
async function adopt(input: AdoptProjectInput): Promise<boolean> {
  let isAdopted = false;
  await asProjectWriter({ ...input, action: 'adopt' }, async (options) => {
    const result = await executeChild<Adopts>('adoptProject', { ...options, args: [input] });
    isAdopted = result ?? true;
  });
  return isAdopted;
}

/** The writer of a project while its owner changes: what comes meanwhile comes again (A5). */
export async function adoptProject(input: AdoptProjectInput): Promise<boolean> {
  let isDone = false;
  setHandler(cancelUpdate, cancelNothing);
  setHandler(
    admitUpdate,
    async () => {
      await condition(() => isDone);
      throw jobClosing();
    },
    { description: 'Lets everything wait for the new owner.' },
  );
  markKind('adopt');
  const isAdopted = await inBucket.adoptProject(input);
  isDone = true;
  markEnd(isAdopted ? 'completed' : 'refused');
  await condition(allHandlersFinished);
  if (isAdopted) await startQueued({ userId: input.userId });
  return isAdopted;
}

/** Removes guests who did not come back. One whose removal goes on already will do. */
export async function removeGuests(): Promise<{ removed: number }> {
  const guestIds = await maintenance.forgottenGuests();
  let removed = 0;
  for (const guestId of guestIds) {
    try {
      await startChild<typeof deleteAccount>('deleteAccount', removalOf(guestId));
      removed += 1;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
  return { removed };
}

const removalOf = (guestId: string) => ({
  workflowId: accountWorkflowId(guestId),
  parentClosePolicy: ParentClosePolicy.ABANDON,
  workflowExecutionTimeout: JOB_EXECUTION_TIMEOUT,
  args: [{ userId: guestId, isGuestOnly: true }] as [DeleteAccountInput],
  typedSearchAttributes: attributesOf({ userId: guestId, action: 'deleteAccount' }),
});
