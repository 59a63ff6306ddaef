import { z } from 'zod';
import type { ErrorKind } from '../../contracts/base/errors.js';
import { ACTIVE_STATES, ActionRow } from '../../contracts/rows/rows.js';
import { askFirst, call, run, type Client } from './client.js';

const Opened = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['opened', 'existing']), action: ActionRow }),
  z.object({ outcome: z.literal('refused'), code: z.literal('ACCESS_DENIED') }),
]);

export interface OpenAction {
  readonly id: string;
  readonly userId: string;
  /** Null for an action that belongs to no project. */
  readonly projectId: string | null;
  readonly kind: string;
}

interface Failure {
  readonly kind: ErrorKind;
  readonly detail: string;
}

/** Table `actions`: background work that is not a generation (B1), for the service role. */
export function actionsTable(client: Client) {
  const end = (name: string, params: object): Promise<ActionRow | null> =>
    call(client, name, params, ActionRow.nullable());
  const cancelled = () =>
    client.from('actions').update({ state: 'cancelled' }).in('state', ACTIVE_STATES);
  return {
    /** Inserts the row as `processing`, or returns the existing one, also of a removed project. */
    open: ({ id, userId, projectId, kind }: OpenAction) =>
      call(client, 'open_action', { id, userId, projectId, kind }, Opened),

    /** Null = it had ended otherwise, or is gone; a repeat returns the row. */
    complete: (id: string, result: unknown) => end('complete_action', { id, result }),

    /** Null = it had ended otherwise, or is gone; a repeat returns the row. */
    fail: (id: string, error: string, failure: Failure | null = null) =>
      end('fail_action', { id, error, failure }),

    /** Null = it had ended otherwise, or is gone; a repeat returns the row. */
    cancel: (id: string) => end('cancel_action', { id }),

    get: (actionId: string): Promise<ActionRow | null> =>
      askFirst('read the action', client.from('actions').select('*').eq('id', actionId), ActionRow),

    /** Percent, never backwards. False = the action has ended: its worker may stop. */
    noteProgress: (id: string, percent: number): Promise<boolean> => {
      const params = { id, progress: Math.round(percent) };
      return call(client, 'note_action_progress', params, z.boolean());
    },

    /** Cancels the other open actions of a project before its removal (F2). */
    cancelOthers: (projectId: string, actionId: string): Promise<void> =>
      run('cancel the actions', cancelled().eq('project_id', projectId).neq('id', actionId)),

    /** Cancels the open actions of a user, except deletes (F2). */
    cancelOfUser: (userId: string): Promise<void> =>
      run(
        'cancel the actions of the user',
        cancelled().eq('user_id', userId).neq('kind', 'delete'),
      ),
  };
}
