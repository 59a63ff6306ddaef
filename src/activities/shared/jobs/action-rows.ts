import type { Client } from '@temporalio/client';
import { endOfAction } from '../../../contracts/rows/rows.js';
import type { ErrorKind } from '../../../contracts/base/errors.js';
import { errorText } from '../../../contracts/messages/message.js';
import type { Store } from '../../../store/index.js';
import { cancelOwnWorkflow } from '../../frame/own-cancel.js';
import type { ActionActivities } from '../../ports/action-port.js';
import { raiseByPolicy, type Alerts } from '../../../store/alerts.js';

export interface ActionRowDeps {
  store: Pick<Store, 'actions'>;
  client: Pick<Client, 'workflow'>;
  alerts: Pick<Alerts, 'raise'>;
}

/** Opening and ending the rows of actions; every step may be repeated. */
export function actionActivities({
  store: { actions },
  client,
  alerts,
}: ActionRowDeps): Omit<ActionActivities, 'reserveStep'> {
  return {
    async openAction({ actionId, userId, projectId, kind }) {
      const opened = await actions.open({ id: actionId, userId, projectId, kind });
      return opened.outcome === 'refused' ? 'denied' : (endOfAction(opened.action) ?? 'opened');
    },
    completeAction: async ({ actionId, result }) =>
      (await actions.complete(actionId, result)) !== null,
    async failAction({ actionId, kind, detail }) {
      const told = { kind, detail: TOLD_DETAILS.has(kind) ? detail : '' };
      if ((await actions.fail(actionId, errorText(kind), told)) === null) return false;
      raiseByPolicy(alerts, 'action', kind, { details: { actionId } });
      return true;
    },
    async cancelAction({ actionId }) {
      if ((await actions.cancel(actionId)) === null) return false;
      await cancelOwnWorkflow(client);
      return true;
    },
    async readActionEnd({ actionId }) {
      const row = await actions.get(actionId);
      return row && endOfAction(row);
    },
  };
}

/** Failures whose own message reaches the caller; other details are for operators. */
const TOLD_DETAILS: ReadonlySet<ErrorKind> = new Set([
  'CutoutFailed',
  'CutoutUnavailable',
  'ModelAnswerInvalid',
]);
