import type { Config } from '../../config.js';
import type { AccountDeletion } from '../../contracts/rows/account.js';
import type { ACCOUNT_ROUTES } from '../../contracts/http-routes/account.js';
import type { AccountDeletions } from '../account-deletions.js';
import { sendAccountZip, type AccountDeps } from '../account-zip.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';

const USAGE_DAYS = 30;

/** What a user does with his account as a whole. */
export function accountHandlers({
  deletions,
  ...deps
}: AccountDeps & {
  config: Pick<Config, 'USER_DAILY_USD'>;
  deletions: AccountDeletions;
}): Handlers<typeof ACCOUNT_ROUTES> {
  const progress = async (
    userId: string,
    state: AccountDeletion['state'],
  ): Promise<AccountDeletion> => ({
    state,
    projectsLeft:
      state === 'completed' ? 0 : (await deps.store.projects.page(userId, { limit: 1 })).counts.all,
  });
  return {
    async accountUsage({ user }) {
      const { usage } = deps.store;
      const [todayUsd, days] = await Promise.all([
        usage.spentToday(user.id),
        usage.paidBy(user.id, USAGE_DAYS),
      ]);
      return { todayUsd, limitUsd: deps.config.USER_DAILY_USD || null, days };
    },
    exportAccount: ({ user, res }) => sendAccountZip(deps, user, res),
    async deleteAccount({ user, res }) {
      await deletions.start(user.id);
      res.status(202);
      return progress(user.id, 'running');
    },
    async accountDeletion({ user }) {
      const state = await deletions.state(user.id);
      if (state === null) throw refusal(404, 'No deletion was asked for');
      return progress(user.id, state);
    },
  };
}
