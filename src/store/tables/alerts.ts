import { z } from 'zod';
import { AlertRow } from '../../contracts/operators.js';
import { ask, run, type Client } from './client.js';

const Raised = z.object({
  id: z.string(),
  times: z.number().int(),
  raised_at: z.string(),
  is_notified: z.boolean(),
});

export interface AlertText {
  readonly kind: string;
  /** What it is about; one alert stands per kind and key. */
  readonly key: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** It is over when it was not raised again for so long; an hour unless given. */
  readonly standsMs?: number;
}

const HOUR_MS = 60 * 60_000;

export type AlertRows = ReturnType<typeof alertsTable>;

/** Table `alerts`: what is wrong, from the first time it was seen until it was right again. */
export function alertsTable(client: Client) {
  return {
    /** Writes it down, or counts it once more while it stands. */
    async raise({
      kind,
      key,
      message,
      details,
      standsMs = HOUR_MS,
    }: AlertText): Promise<{ id: string; times: number; raisedAt: string; isNotified: boolean }> {
      const row = await ask(
        'raise an alert',
        client.rpc('raise_alert', {
          p_kind: kind,
          p_key: key,
          p_message: message,
          p_details: details,
          p_stands_ms: standsMs,
        }),
        Raised,
      );
      return { id: row.id, times: row.times, raisedAt: row.raised_at, isNotified: row.is_notified };
    },

    notified: (id: string): Promise<void> =>
      run(
        'note a notification',
        client.from('alerts').update({ notified_at: new Date().toISOString() }).eq('id', id),
      ),

    /** It is right again; true when such an alert stood. */
    async clear(kind: string, key: string): Promise<boolean> {
      const query = client
        .from('alerts')
        .update({ cleared_at: new Date().toISOString() })
        .eq('kind', kind)
        .eq('key', key)
        .is('cleared_at', null)
        .select('id');
      return (await ask('clear an alert', query, z.array(z.object({ id: z.string() })))).length > 0;
    },

    /** What is wrong now first, then what was, the newest first. */
    latest: (limit: number): Promise<AlertRow[]> =>
      ask(
        'list the latest alerts',
        client
          .from('alerts')
          .select('id,kind,key,message,times,raised_at,seen_at,cleared_at')
          .order('cleared_at', { ascending: false, nullsFirst: true })
          .order('raised_at', { ascending: false })
          .limit(limit),
        z.array(AlertRow),
      ),

    /** What is wrong now, of one kind. */
    async standing(kind: string): Promise<string[]> {
      const query = client.from('alerts').select('key').eq('kind', kind).is('cleared_at', null);
      return (await ask('list the alerts', query, z.array(z.object({ key: z.string() })))).map(
        (row) => row.key,
      );
    },
  };
}
