import { cancelAction } from '../../runs/cancel-action.js';
import type { IMAGE_ROUTES } from '../../contracts/http-routes/images-and-actions.js';
import type { Store } from '../../store/index.js';
import type { ActionWorkflows } from '../action-workflows.js';
import type { Handlers } from '../http/mount.js';

/**
 * Background work of a user beside generations, read and cancelled by its owner (additive; as
 * rest.md §4 for jobs).
 */
export function actionHandlers({
  store,
  actions,
}: {
  store: Pick<Store, 'actions'>;
  actions: Pick<ActionWorkflows, 'cancelAction'>;
}): Pick<Handlers<typeof IMAGE_ROUTES>, 'actionState' | 'cancelAction'> {
  return {
    actionState: ({ action: { id, kind, state, progress, error, ...row } }) => ({
      id,
      kind,
      projectId: row.project_id,
      state,
      progress,
      error,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }),
    cancelAction: async ({ action }) => ({
      success: true,
      outcome: await cancelAction(actions.cancelAction, store.actions, action.id),
    }),
  };
}
