import { Router, type Request, type Response } from 'express';
import { isUuid } from '../../contracts/ids.js';
import type { ActionRow, ActionState } from '../../contracts/rows.js';
import { orNothing, type Store } from '../../store/index.js';
import type { Actions } from '../actions/perform.js';
import type { Identity } from '../auth.js';
import { refuse, type Guards } from '../guards.js';
import { logOf } from '../request-log.js';

const OPEN: readonly ActionState[] = ['pending', 'processing'];

export interface ActionDeps {
  guards: Guards;
  store: Pick<Store, 'actions'>;
  actions: Actions;
}

/**
 * Background work of a user beside generations, seen and stopped by its owner (additive; as rest.md
 * §4 for jobs).
 */
export function actionRoutes({ guards, store, actions }: ActionDeps): Router {
  const router = Router();
  const owned = (handler: (res: Response, action: ActionRow) => Promise<void> | void) =>
    guards.user(async (req, res, { user }) => {
      const action = await ownAction(store, req, res, user);
      if (action) await handler(res, action);
    });
  router.get(
    '/api/actions/:actionId',
    owned((res, { id, kind, project_id, state, progress, error, created_at, updated_at }) => {
      res.json({
        id,
        kind,
        projectId: project_id,
        state,
        progress,
        error,
        createdAt: created_at,
        updatedAt: updated_at,
      });
    }),
  );
  router.post(
    '/api/actions/:actionId/cancel',
    owned(async (res, { id }) => {
      const isOpen = async (): Promise<boolean> =>
        OPEN.includes((await store.actions.get(id))?.state ?? 'failed');
      res.json({ success: true, outcome: await actions.cancelAction(id, isOpen) });
    }),
  );
  return router;
}

/** The caller's action; null = the request was refused and answered. */
async function ownAction(
  store: Pick<Store, 'actions'>,
  req: Request,
  res: Response,
  user: Identity,
): Promise<ActionRow | null> {
  const { actionId } = req.params;
  const action = isUuid(actionId)
    ? await orNothing(logOf(res), store.actions.get(actionId), null)
    : null;
  if (!isUuid(actionId)) refuse(res, 400, 'Invalid action ID');
  else if (!action) refuse(res, 404, 'Action not found');
  else if (action.user_id !== user.id) refuse(res, 403, 'Access denied');
  else return action;
  return null;
}
