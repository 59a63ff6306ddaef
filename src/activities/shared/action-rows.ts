import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { ActionEnd } from '../../contracts/actions.js';
import { ERROR_POLICY, isErrorKind, type ErrorKind } from '../../contracts/errors.js';
import type { ActionRow } from '../../contracts/rows.js';
import type { Store } from '../../store/index.js';
import { cancelOwnWorkflow } from '../frame/own-cancel.js';
import type { ActionActivities } from '../ports.js';

export interface ActionRowDeps {
  store: Pick<Store, 'actions'>;
  client: Pick<Client, 'workflow'>;
}

/** Opening and ending the rows of actions; every step may be repeated. */
export function actionActivities({
  store: { actions },
  client,
}: ActionRowDeps): Omit<ActionActivities, 'reserveStep'> {
  return {
    async openAction({ actionId, userId, projectId, kind }) {
      const opened = await actions.open({ id: actionId, userId, projectId, kind });
      return opened.outcome === 'refused' ? 'denied' : (endOf(opened.action) ?? 'opened');
    },
    completeAction: async ({ actionId, result }) =>
      (await actions.complete(actionId, result)) !== null,
    failAction: async ({ actionId, kind, detail }) =>
      (await actions.fail(actionId, ERROR_POLICY[kind].sentence, {
        kind,
        detail: TOLD_DETAILS.has(kind) ? detail : '',
      })) !== null,
    async cancelAction({ actionId }) {
      if ((await actions.cancel(actionId)) === null) return false;
      await cancelOwnWorkflow(client);
      return true;
    },
  };
}

/** Failures that the caller is told in their own words; other details are the operator's. */
const TOLD_DETAILS: ReadonlySet<ErrorKind> = new Set([
  'CutoutFailed',
  'CutoutUnavailable',
  'ModelAnswerInvalid',
]);

const Failure = z.object({
  kind: z.custom<ErrorKind>(isErrorKind),
  detail: z.string(),
});

/** What the same call is answered (H1); null while the row is open. */
function endOf({ state, result, failure }: ActionRow): ActionEnd | null {
  switch (state) {
    case 'completed':
      return { ended: 'completed', result };
    case 'cancelled':
      return { ended: 'cancelled' };
    case 'failed':
      // Whoever closed it from outside knew no more than that nobody worked on it.
      return {
        ended: 'failed',
        ...(Failure.safeParse(failure).data ?? { kind: 'RunCrashed', detail: '' }),
      };
    default:
      return null;
  }
}
