import { z } from 'zod';
import { toSnakeCase } from '../../contracts/base/case.js';
import { askFirst, call, camel, run, type Client } from './client.js';

const Found = z.object({ functionCallId: z.string().nullable(), startedAt: z.string() });
const Orphan = z.object({ functionCallId: z.string(), callId: z.string(), function: z.string() });

/** A call that is about to be spawned. */
export interface MarkedCall {
  /** Our own id of the call; there is one row for each. */
  readonly callId: string;
  readonly userId: string;
  /** Null for what belongs to no job; such a call is an orphan only when it is too old. */
  readonly jobId: string | null;
  readonly attempt: number | null;
  readonly function: string;
}

export interface ModalCall extends MarkedCall {
  /** Modal's own id of the call. */
  readonly functionCallId: string;
}

const rowOf = ({ callId, userId, jobId, attempt, function: name }: MarkedCall) =>
  toSnakeCase({ callId, userId, jobId, attempt, function: name });
const BY_CALL = { onConflict: 'call_id' };

/**
 * Table `modal_calls`: calls of functions that may still run, so that each has an owner and none is
 * made twice. A row without `function_call_id` is a mark: a worker is beginning the call.
 */
export const modalCallsTable = (client: Client) => ({
  ...lifeOfCalls(client),
  ...oldCalls(client),
});

function lifeOfCalls(client: Client) {
  const table = () => client.from('modal_calls');
  return {
    /** Anonymizes the calls of a user; they are reaped as before. */
    forgetUser: (userId: string): Promise<void> =>
      run('forget whose calls these were', table().update({ user_id: null }).eq('user_id', userId)),

    /** Right before the spawn of a call that another worker may have to go on with. */
    mark: (marked: MarkedCall): Promise<void> => {
      const row = { ...rowOf(marked), function_call_id: null, ended_at: null };
      return run('mark a call', table().upsert(row, BY_CALL));
    },

    /** Removes the mark of a call that was not begun; a call that was stays. */
    unmark: (callId: string): Promise<void> =>
      run(
        'remove the mark of a call',
        table().delete().eq('call_id', callId).is('function_call_id', null),
      ),

    /** Right after the spawn; a repeat changes nothing. */
    started: ({ functionCallId, ...marked }: ModalCall): Promise<void> => {
      const row = { ...rowOf(marked), function_call_id: functionCallId };
      return run('note a call', table().upsert(row, BY_CALL));
    },

    /** A call by our own id; null = it was never begun. */
    async find(callId: string) {
      const query = table().select('function_call_id, started_at').eq('call_id', callId);
      const row = await askFirst('find a call', query, camel(Found));
      return row && { functionCallId: row.functionCallId, spawnedAtMs: Date.parse(row.startedAt) };
    },

    /** The call has a result, or was stopped. */
    ended: (functionCallId: string, wasReaped = false): Promise<void> =>
      run(
        'note the end of a call',
        table()
          .update({ ended_at: new Date().toISOString(), was_reaped: wasReaped })
          .eq('function_call_id', functionCallId)
          .is('ended_at', null),
      ),
  };
}

function oldCalls(client: Client) {
  return {
    /** Calls without an owner that waits for them, the oldest first. */
    orphans: (maxAgeMs: number, limit: number): Promise<z.infer<typeof Orphan>[]> =>
      call(client, 'orphaned_calls', { maxAgeMs, limit }, z.array(camel(Orphan))),

    /** Deletes calls that ended, and marks that were made, more than `olderThanMs` ago. */
    async forget(olderThanMs: number): Promise<void> {
      const before = new Date(Date.now() - olderThanMs).toISOString();
      const rows = () => client.from('modal_calls').delete();
      await run('forget old calls', rows().lt('ended_at', before));
      await run('forget old marks', rows().is('function_call_id', null).lt('started_at', before));
    },
  };
}
