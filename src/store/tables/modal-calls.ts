import { z } from 'zod';
import { ask, run, type Client } from './client.js';

const Orphan = z.object({
  function_call_id: z.string(),
  call_id: z.string(),
  function: z.string(),
});

export interface ModalCall {
  /** Modal's own id of the call. */
  readonly functionCallId: string;
  readonly callId: string;
  readonly userId: string;
  /** Null for what belongs to no job; such a call is an orphan only when it is too old. */
  readonly jobId: string | null;
  readonly attempt: number | null;
  readonly function: string;
}

export type ModalCalls = ReturnType<typeof modalCallsTable>;

/** Table `modal_calls`: calls of functions that may still run, so that none runs for nobody. */
export function modalCallsTable(client: Client) {
  return {
    /** Right after the spawn; a repeat changes nothing. */
    started: ({
      functionCallId,
      callId,
      userId,
      jobId,
      attempt,
      function: name,
    }: ModalCall): Promise<void> =>
      run(
        'note a call',
        client.from('modal_calls').upsert(
          {
            function_call_id: functionCallId,
            call_id: callId,
            user_id: userId,
            job_id: jobId,
            attempt,
            function: name,
          },
          { onConflict: 'function_call_id', ignoreDuplicates: true },
        ),
      ),

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

    /** Forgets calls that ended more than `olderThanMs` ago. */
    forget: (olderThanMs: number): Promise<void> =>
      run(
        'forget old calls',
        client
          .from('modal_calls')
          .delete()
          .lt('ended_at', new Date(Date.now() - olderThanMs).toISOString()),
      ),
  };
}
