import type { Config } from '../../config.js';
import type { AccountDeletion } from '../../contracts/rows/account.js';
import type { ACCOUNT_ROUTES } from '../../contracts/http-routes/account.js';
import { decodeJwt } from 'jose';
import type { Auth, Identity } from '../guards/auth.js';
import type { AccountDeletions, GuestAdoptions } from '../account-workflows.js';
import { sendAccountZip, type AccountDeps } from '../account-zip.js';
import type { Handlers } from '../http/mount.js';
import { AUTH_AWAY, unavailable } from '../../contracts/base/errors.js';
import { isUuid } from '../../contracts/base/ids.js';
import { refusal } from '../http/refusal.js';

const USAGE_DAYS = 30;
const NO_GUEST = 'guestToken is not that of a guest';

/** What a user does with his account as a whole. */
export function accountHandlers({
  deletions,
  adoptions,
  ...deps
}: AccountDeps & {
  auth: Auth;
  config: Pick<Config, 'USER_DAILY_USD'>;
  deletions: AccountDeletions;
  adoptions: GuestAdoptions;
}): Handlers<typeof ACCOUNT_ROUTES> {
  const progress = async (
    userId: string,
    state: AccountDeletion['state'],
  ): Promise<AccountDeletion> => ({
    state,
    projectsLeft:
      state === 'completed' ? 0 : (await deps.store.projects.page(userId, { limit: 1 })).counts.all,
  });
  // A token is older than the account that a guest has become.
  const isGuest = async (identity: Identity): Promise<boolean> =>
    identity.isGuest && (await deps.store.users.isGuest(identity.id)) === true;
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
    async adoptGuest({ user, body, req, res }) {
      const input = { guestId: guestIn(body.guestToken), userId: user.id };
      // A guest who became this account has kept what he made.
      if (input.guestId === user.id) throw refusal(400, NO_GUEST);
      const begun = await adoptions.state(input);
      if (begun === 'completed') return { state: begun };
      res.status(202);
      if (begun === 'running') return { state: begun };
      const verified = await deps.auth.verifyToken(body.guestToken, req.ip);
      if (!verified.ok && verified.reason === AUTH_AWAY)
        throw unavailable('no token can be verified now');
      if (verified.ok && (await isGuest(verified.identity))) {
        await adoptions.start(input);
        return { state: 'running' };
      }
      // Its last step ends the guest's sessions: who began it may look all the same.
      if (begun === null) throw refusal(400, NO_GUEST);
      return { state: begun };
    },
    async accountDeletion({ user }) {
      const state = await deletions.state(user.id);
      if (state === null) throw refusal(404, 'No deletion was asked for');
      return progress(user.id, state);
    },
  };
}

/** Whose token it would be; what it proves is another matter. */
function guestIn(token: string): string {
  try {
    const { sub } = decodeJwt(token);
    if (isUuid(sub)) return sub;
  } catch {
    // No token at all.
  }
  throw refusal(400, NO_GUEST);
}
