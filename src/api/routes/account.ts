import { Router } from 'express';
import { DeleteAccountBody, type AccountDeletion } from '../../contracts/account.js';
import type { AccountDeletions } from '../account-deletions.js';
import { sendAccountZip, type AccountDeps } from '../account-zip.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';

/** What a user does with his account as a whole. */
export function accountRoutes({
  guards,
  deletions,
  ...deps
}: AccountDeps & { guards: Guards; deletions: AccountDeletions }): Router {
  const router = Router();
  router.get(
    '/api/account/export',
    guards.user((_req, res, { user }) => sendAccountZip(deps, user, res)),
  );

  const told = async (
    userId: string,
    state: AccountDeletion['state'],
  ): Promise<AccountDeletion> => ({
    state,
    projectsLeft:
      state === 'completed' ? 0 : (await deps.store.projects.page(userId, { limit: 1 })).counts.all,
  });
  router.post(
    '/api/account/delete',
    guards.user(async (req, res, { user }) => {
      if (!DeleteAccountBody.safeParse(takeBody(req) ?? {}).success)
        return refuse(res, 400, 'confirm must be DELETE');
      await deletions.start(user.id);
      res.status(202).json(await told(user.id, 'running'));
    }),
  );
  router.get(
    '/api/account/deletion',
    guards.user(async (_req, res, { user }) => {
      const state = await deletions.state(user.id);
      if (state === null) return refuse(res, 404, 'No deletion was asked for');
      res.json(await told(user.id, state));
    }),
  );
  return router;
}
