import { z } from 'zod';
import { AlertRow } from '../../contracts/rows/operators.js';
import { askAll, askAny, askColumn, call, camel, run, type Client } from './client.js';

const Raised = z.object({
  id: z.string(),
  times: z.number().int(),
  raisedAt: z.string(),
  isNotified: z.boolean(),
});

export interface AlertText {
  readonly kind: string;
  /** Its subject; one alert stands per kind and key. */
  readonly key: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** It is over when it was not raised again for this long; an hour unless given. */
  readonly standsMs?: number | undefined;
}

const HOUR_MS = 60 * 60_000;
const now = (): string => new Date().toISOString();

/** Table `alerts`: problems, from the first report until they are resolved. */
export function alertsTable(client: Client) {
  const table = () => client.from('alerts');
  return {
    /** Inserts it, or increments `times` while it stands. */
    raise: ({ standsMs = HOUR_MS, kind, key, message, details }: AlertText) =>
      call(client, 'raise_alert', { kind, key, message, details, standsMs }, camel(Raised)),

    notified: (id: string): Promise<void> =>
      run('note a notification', table().update({ notified_at: now() }).eq('id', id)),

    /** Ends the alert; true when it stood. */
    clear(kind: string, key: string): Promise<boolean> {
      const standing = table().update({ cleared_at: now() }).is('cleared_at', null);
      return askAny('clear an alert', standing.eq('kind', kind).eq('key', key).select('id'));
    },

    /** Standing alerts first, then ended ones, the newest first. */
    latest: (limit: number): Promise<AlertRow[]> => {
      const columns = 'id,kind,key,message,times,raised_at,seen_at,cleared_at';
      const standingFirst = table()
        .select(columns)
        .order('cleared_at', { ascending: false, nullsFirst: true })
        .order('raised_at', { ascending: false });
      return askAll('list the latest alerts', standingFirst.limit(limit), AlertRow);
    },

    /** Keys of the standing alerts of one kind. */
    standing(kind: string): Promise<string[]> {
      const query = table().select('key').eq('kind', kind).is('cleared_at', null);
      return askColumn('list the alerts', query, 'key');
    },
  };
}
