import { Router } from 'express';
import { sendAccountZip, type AccountDeps } from '../account-zip.js';
import type { Guards } from '../route-guards.js';

/** What a user does with his account as a whole. */
export function accountRoutes({ guards, ...deps }: AccountDeps & { guards: Guards }): Router {
  const router = Router();
  router.get(
    '/api/account/export',
    guards.user((_req, res, { user }) => sendAccountZip(deps, user, res)),
  );
  return router;
}
