import { Router } from 'express';
import { cancelAction } from '../../runs/cancel-action.js';
import type { Store } from '../../store/index.js';
import type { ActionWorkflows } from '../action-workflows.js';
import type { Guards } from '../guards/route-guards.js';

export interface ActionDeps {
  guards: Guards;
  store: Pick<Store, 'actions'>;
  actions: ActionWorkflows;
}

/**
 * Background work of a user beside generations, seen and stopped by its owner (additive; as rest.md
 * §4 for jobs).
 */
export function backgroundActionRoutes({ guards, store, actions }: ActionDeps): Router {
  const router = Router();
  router.get(
    '/api/actions/:actionId',
    guards.actionOwner((_req, res, { action }) => {
      const { id, kind, state, progress, error } = action;
      res.json({
        id,
        kind,
        projectId: action.project_id,
        state,
        progress,
        error,
        createdAt: action.created_at,
        updatedAt: action.updated_at,
      });
    }),
  );
  router.post(
    '/api/actions/:actionId/cancel',
    guards.actionOwner(async (_req, res, { action: { id } }) => {
      const outcome = await cancelAction(
        (actionId, isOpen) => actions.cancelAction(actionId, isOpen),
        store.actions,
        id,
      );
      res.json({ success: true, outcome });
    }),
  );
  return router;
}
