import { ERROR_POLICY } from '../../contracts/errors.js';
import type { Store } from '../../store/index.js';
import type { ActionActivities } from '../ports.js';

/** Opening and ending the rows of actions; every step may be repeated. */
export function actionActivities({
  store: { actions },
}: {
  store: Pick<Store, 'actions'>;
}): ActionActivities {
  return {
    async openAction({ actionId, userId, projectId, kind }) {
      const opened = await actions.open({ id: actionId, userId, projectId, kind });
      return opened.outcome === 'refused' ? 'denied' : 'opened';
    },
    completeAction: async ({ actionId, result }) =>
      (await actions.complete(actionId, result)) !== null,
    failAction: async ({ actionId, kind }) =>
      (await actions.fail(actionId, ERROR_POLICY[kind].sentence)) !== null,
    cancelAction: async ({ actionId }) => (await actions.cancel(actionId)) !== null,
  };
}
