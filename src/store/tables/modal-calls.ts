import { z } from 'zod';
import { ask, run, type Client } from './client.js';

const Found = z.object({
  function_call_id: z.string().nullable(),
  started_at: z.string(),
});
const Orphan = z.object({
  function_call_id: z.string(),
  call_id: z.string(),
  function: z.string(),
});

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

export type ModalCalls = ReturnType<typeof modalCallsTable>;

const rowOf = ({ callId, userId, jobId, attempt, function: name }: MarkedCall) => ({
  call_id: callId,
  user_id: userId,
  job_id: jobId,
  attempt,
  function: name,
});

/**
 * Table `modal_calls`: calls of functions that may still run, so that none runs for nobody and none
 * is made twice. A row without `function_call_id` is a mark: a worker is beginning the call.
 */
export function modalCallsTable(client: Client) {
  return { ...lifeOfCalls(client), ...oldCalls(client) };
}

function lifeOfCalls(client: Client) {
  return {
    /** Calls are reaped whoever they were for. */
    forgetUser: (userId: string): Promise<void> =>
      run(
        'forget whose calls these were',
        client.from('modal_calls').update({ user_id: null }).eq('user_id', userId),
      ),

    /** Right before the spawn of a call that another worker may have to go on with. */
    mark: (call: MarkedCall): Promise<void> =>
      run(
        'mark a call',
        client
          .from('modal_calls')
          .upsert(
            { ...rowOf(call), function_call_id: null, ended_at: null },
            { onConflict: 'call_id' },
          ),
      ),

    /** Removes the mark of a call that was not begun; a call that was stays. */
    unmark: (callId: string): Promise<void> =>
      run(
        'remove the mark of a call',
        client.from('modal_calls').delete().eq('call_id', callId).is('function_call_id', null),
      ),

    /** Right after the spawn; a repeat changes nothing. */
    started: ({ functionCallId, ...call }: ModalCall): Promise<void> =>
      run(
        'note a call',
        client
          .from('modal_calls')
          .upsert({ ...rowOf(call), function_call_id: functionCallId }, { onConflict: 'call_id' }),
      ),

    /** A call by our own id; null = it was never begun. */
    async find(
      callId: string,
    ): Promise<{ functionCallId: string | null; spawnedAtMs: number } | null> {
      const row = await ask(
        'find a call',
        client
          .from('modal_calls')
          .select('function_call_id, started_at')
          .eq('call_id', callId)
          .maybeSingle(),
        Found.nullable(),
      );
      return (
        row && { functionCallId: row.function_call_id, spawnedAtMs: Date.parse(row.started_at) }
      );
    },

    /** The call has a result, or was stopped. */
    ended: (functionCallId: string, wasReaped = false): Promise<void> =>
      run(
        'note the end of a call',
        client
          .from('modal_calls')
          .update({ ended_at: new Date().toISOString(), was_reaped: wasReaped })
          .eq('function_call_id', functionCallId)
          .is('ended_at', null),
      ),
  };
}

function oldCalls(client: Client) {
  return {
    /** Calls that nobody waits for any more, the oldest first. */
    async orphans(
      maxAgeMs: number,
      limit: number,
    ): Promise<{ functionCallId: string; callId: string; function: string }[]> {
      const rows = await ask(
        'find orphaned calls',
        client.rpc('orphaned_calls', { p_max_age_ms: maxAgeMs, p_limit: limit }),
        z.array(Orphan),
      );
      return rows.map((row) => ({
        functionCallId: row.function_call_id,
        callId: row.call_id,
        function: row.function,
      }));
    },

    /** Forgets calls that ended, and marks that were made, more than `olderThanMs` ago. */
    async forget(olderThanMs: number): Promise<void> {
      const before = new Date(Date.now() - olderThanMs).toISOString();
      await run('forget old calls', client.from('modal_calls').delete().lt('ended_at', before));
      await run(
        'forget old marks',
        client.from('modal_calls').delete().is('function_call_id', null).lt('started_at', before),
      );
    },
  };
}
