import { z } from 'zod';
import type { ErrorKind } from '../../contracts/errors.js';
import { ACTIVE_STATES, ActionState, type ActionRow } from '../../contracts/rows.js';
import { ask, askFirst, run, type Client } from './client.js';

/** A row of `actions`. */
export const StoredAction: z.ZodType<ActionRow> = z.object({
  id: z.string(),
  user_id: z.string(),
  project_id: z.string().nullable(),
  kind: z.string(),
  state: ActionState,
  progress: z.number().int(),
  result: z.unknown(),
  error: z.string().nullable(),
  failure: z.unknown(),
  attempt: z.number().int(),
  last_event_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

const Opened = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['opened', 'existing']), action: StoredAction }),
  z.object({ outcome: z.literal('refused'), code: z.literal('ACCESS_DENIED') }),
]);

export interface OpenAction {
  readonly id: string;
  readonly userId: string;
  /** Null for an action that belongs to no project. */
  readonly projectId: string | null;
  readonly kind: string;
}

export type Actions = ReturnType<typeof actionsTable>;

/** Table `actions`: background work that is not a generation (B1), for the service role. */
export function actionsTable(client: Client) {
  return { ...lifeOfActions(client), ...actionsThatGo(client) };
}

function lifeOfActions(client: Client) {
  return {
    /**
     * Inserts the row as `processing`, or answers with the one that is there, also when its project
     * is gone by now.
     */
    open: ({ id, userId, projectId, kind }: OpenAction) =>
      ask(
        'open the action',
        client.rpc('open_action', {
          p_id: id,
          p_user_id: userId,
          p_project_id: projectId,
          p_kind: kind,
        }),
        Opened,
      ),

    /** Null = it had ended otherwise, or is gone; a repeat answers the row. */
    complete: (actionId: string, result: unknown): Promise<ActionRow | null> =>
      ask(
        'complete the action',
        client.rpc('complete_action', { p_id: actionId, p_result: result }),
        StoredAction.nullable(),
      ),

    /** Null = it had ended otherwise, or is gone; a repeat answers the row. */
    fail: (
      actionId: string,
      error: string,
      failure: { kind: ErrorKind; detail: string } | null = null,
    ): Promise<ActionRow | null> =>
      ask(
        'fail the action',
        client.rpc('fail_action', { p_id: actionId, p_error: error, p_failure: failure }),
        StoredAction.nullable(),
      ),

    get: (actionId: string): Promise<ActionRow | null> =>
      askFirst(
        'read the action',
        client.from('actions').select('*').eq('id', actionId),
        StoredAction,
      ),

    /** Null = it had ended otherwise, or is gone; a repeat answers the row. */
    cancel: (actionId: string): Promise<ActionRow | null> =>
      ask(
        'cancel the action',
        client.rpc('cancel_action', { p_id: actionId }),
        StoredAction.nullable(),
      ),

    /** Percent, never backwards. False = the action has ended: whoever works on it may stop. */
    noteProgress: (actionId: string, progress: number): Promise<boolean> =>
      ask(
        "note an action's progress",
        client.rpc('note_action_progress', { p_id: actionId, p_progress: Math.round(progress) }),
        z.boolean(),
      ),
  };
}

/** What goes away takes its open work along (F2). */
function actionsThatGo(client: Client) {
  return {
    /** Ends whatever else is open on a project, before it goes away (F2). */
    cancelOthers: (projectId: string, actionId: string): Promise<void> =>
      run(
        'cancel the actions',
        client
          .from('actions')
          .update({ state: 'cancelled' })
          .eq('project_id', projectId)
          .neq('id', actionId)
          .in('state', ACTIVE_STATES),
      ),

    /** The same for all that is open for a user, deletes apart (F2). */
    cancelOfUser: (userId: string): Promise<void> =>
      run(
        'cancel the actions of the user',
        client
          .from('actions')
          .update({ state: 'cancelled' })
          .eq('user_id', userId)
          .neq('kind', 'delete')
          .in('state', ACTIVE_STATES),
      ),
  };
}
