import type { Client } from '@temporalio/client';
import { AppError } from '../../../contracts/base/errors.js';
import { accountWorkflowId } from '../../../contracts/base/ids.js';
import type { DeleteAccountInput } from '../../../contracts/rows/account.js';
import type { Store } from '../../../store/index.js';
import type { AccountActivities } from '../../ports/account-port.js';
import type { RunRef } from '../../ports/refs.js';
import { cancelRun, runningOf } from '../projects/projects.js';

/** Projects deleted at a time. */
const AT_ONCE = 4;

export interface AccountDeletionDeps {
  store: Pick<Store, 'actions' | 'likes' | 'modalCalls' | 'projects' | 'users'>;
  client: Pick<Client, 'workflow'>;
}

/** Removing an account: what is beside its projects, which have a delete of their own (F2). */
export function accountActivities({ store, client }: AccountDeletionDeps): AccountActivities {
  return {
    async stopAccountWork(input) {
      await assertRemovable(store.users, input);
      const { userId } = input;
      await store.actions.cancelOfUser(userId);
      const runs = await runsOfUser(client, userId);
      await Promise.all(runs.map((run) => cancelRun(client, run)));
      const { projects, counts } = await store.projects.page(userId, { limit: AT_ONCE });
      return { runs, projectIds: projects.map(({ id }) => id), projectsLeft: counts.all };
    },

    async removeAccountRows(input) {
      await assertRemovable(store.users, input);
      const { userId } = input;
      for (const gameId of await store.likes.ofUser(userId))
        await store.likes.set(gameId, userId, false);
      await store.users.remove(userId);
      await store.modalCalls.forgetUser(userId);
    },
  };
}

/** Throws where a guest was to be removed who has an account by now. */
export async function assertRemovable(
  users: Pick<Store['users'], 'isGuest'>,
  { userId, isGuestOnly }: DeleteAccountInput,
): Promise<void> {
  if (isGuestOnly && (await users.isGuest(userId)) === false)
    throw new AppError('ACCESS_DENIED', 'the guest has an account by now');
}

/** What works for the user, beside deletes. */
function runsOfUser(client: AccountDeletionDeps['client'], userId: string): Promise<RunRef[]> {
  const own = accountWorkflowId(userId);
  return runningOf(
    client,
    `UserId = '${userId}'`,
    ({ workflowId, type }) => workflowId !== own && type !== 'deleteProject',
  );
}
