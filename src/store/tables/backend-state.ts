import { z } from 'zod';
import { AppError } from '../../contracts/base/errors.js';
import { FIRST_BACKEND, type Backend } from '../../contracts/execution/backends.js';
import { BackendHealth } from '../../contracts/rows/operators.js';
import { ask, askAny, askFirst, camel, run, type Client } from './client.js';

const Row = camel(BackendHealth.extend({ probeAt: z.string().nullable() }));

/**
 * The switch that operators move, the share of users that it counts for (percent), and the breaker
 * that workers report.
 */
export type BackendState = z.infer<typeof Row>;

/**
 * A closed breaker lets every step through; an open one only a probe (see `claimProbe`). Half-open
 * is each worker's own affair.
 */
export type BreakerReport =
  { readonly state: 'closed' } | { readonly state: 'open'; readonly reason: string };

/** Between two steps that try whether an open breaker may close again, milliseconds. */
const PROBE_EVERY_MS = 30_000;

export interface SwitchMove {
  readonly to: Backend;
  /** Share of users that the switch counts for, percent; left out = as it was (100 at first). */
  readonly sharePercent?: number;
  /** Who moves it. */
  readonly by: string;
}

/** Table `backend_state`, one row, for the service role (G1). */
export function backendStateTable(client: Client) {
  const table = () => client.from('backend_state');
  const update = (values: object, breaker: 'open' | 'closed') =>
    table().update(values).eq('breaker', breaker);
  const read = () => askFirst('read the backend', table().select('*'), Row);
  const reportOpen = async (reason: string): Promise<boolean> => {
    const open = { breaker: 'open', breaker_reason: reason, probe_at: inTime(PROBE_EVERY_MS) };
    const opened = update({ ...open, breaker_opened_at: inTime() }, 'closed').select('*');
    if (await askAny('open the breaker', opened)) return true;
    await run('keep the breaker open', update(open, 'open'));
    return false;
  };
  return {
    /** Null = no worker ever had Modal. */
    read,

    /** The row; the first worker with Modal creates it with the switch at `FIRST_BACKEND`. */
    async start(by: string): Promise<BackendState> {
      const row = { switch: FIRST_BACKEND, updated_by: by };
      const ifAbsent = { onConflict: 'is_only_row', ignoreDuplicates: true };
      await run('start the backend row', table().upsert(row, ifAbsent));
      const state = await read();
      if (!state) throw new AppError('OPERATION_FAILED', 'the backend row could not be made');
      return state;
    },

    /** Moves the switch. Running jobs follow at their next step. */
    async setSwitch({ to, sharePercent, by }: SwitchMove): Promise<BackendState> {
      const values = { is_only_row: true, switch: to, updated_by: by, updated_at: inTime() };
      const row = { ...values, share_percent: sharePercent };
      const query = table().upsert(row, { onConflict: 'is_only_row' }).select('*').single();
      return ask('move the switch', query, Row);
    },

    /**
     * The state of a worker's breaker. May be repeated: a success reports `closed`, each failure
     * of an open one moves the next probe away. True = this report opened or closed it, so that
     * its worker alerts the operator once.
     */
    reportBreaker: (report: BreakerReport): Promise<boolean> =>
      report.state === 'open'
        ? reportOpen(report.reason)
        : askAny('close the breaker', update(CLOSED, 'open').select('*')),

    /** True for one caller per round: this step may try Modal, though the breaker is open. */
    claimProbe: (): Promise<boolean> =>
      askAny(
        'claim the probe',
        update({ probe_at: inTime(PROBE_EVERY_MS) }, 'open')
          .lte('probe_at', inTime())
          .select('*'),
      ),
  };
}

const CLOSED = { breaker: 'closed', breaker_opened_at: null, breaker_reason: null, probe_at: null };

/** The time `ms` from now. */
const inTime = (ms = 0): string => new Date(Date.now() + ms).toISOString();
