import { z } from 'zod';
import { AppError } from '../../contracts/errors.js';
import { Backend, FIRST_BACKEND } from '../../contracts/backends.js';
import { ask, askAny, askFirst, run, type Client } from './client.js';

const Row = z
  .object({
    switch: Backend,
    share_percent: z.number().int(),
    updated_at: z.string(),
    updated_by: z.string(),
    breaker: z.enum(['closed', 'open']),
    breaker_opened_at: z.string().nullable(),
    breaker_reason: z.string().nullable(),
    probe_at: z.string().nullable(),
  })
  .transform((row) => ({
    switch: row.switch,
    sharePercent: row.share_percent,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
    breaker: row.breaker,
    breakerOpenedAt: row.breaker_opened_at,
    breakerReason: row.breaker_reason,
    probeAt: row.probe_at,
  }));

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

export type BackendStates = ReturnType<typeof backendStateTable>;

export interface SwitchMove {
  readonly to: Backend;
  /** Share of users that the switch counts for, percent; left out = as it was (100 at first). */
  readonly sharePercent?: number;
  /** Who moves it. */
  readonly by: string;
}

/** Table `backend_state`, one row, for the service role (G1). */
export function backendStateTable(client: Client) {
  return {
    /** Null = no worker ever had Modal. */
    read: () => readState(client),

    /**
     * The row; when it is absent, the first worker with Modal makes it with the switch at
     * `FIRST_BACKEND`.
     */
    async start(by: string): Promise<BackendState> {
      await run(
        'start the backend row',
        table(client).upsert(
          { switch: FIRST_BACKEND, updated_by: by },
          { onConflict: 'is_only_row', ignoreDuplicates: true },
        ),
      );
      const state = await readState(client);
      if (!state) throw new AppError('OPERATION_FAILED', 'the backend row could not be made');
      return state;
    },

    /** Moves the switch. Running jobs follow at their next step. */
    async setSwitch({ to, sharePercent, by }: SwitchMove): Promise<BackendState> {
      const values = {
        is_only_row: true,
        switch: to,
        updated_by: by,
        updated_at: new Date().toISOString(),
        ...(sharePercent === undefined ? {} : { share_percent: sharePercent }),
      };
      return ask(
        'move the switch',
        table(client).upsert(values, { onConflict: 'is_only_row' }).select('*').single(),
        Row,
      );
    },

    /**
     * What a worker's breaker has found. May be repeated: a success reports `closed`, each failure
     * of an open one moves the next probe away. True = this report opened or closed it, so that
     * the worker that made it tells the operator once.
     */
    reportBreaker: (report: BreakerReport): Promise<boolean> =>
      report.state === 'closed' ? closeBreaker(client) : openBreaker(client, report.reason),

    /**
     * True for one caller per round: this step may try whether Modal is back, though the breaker is
     * open.
     */
    claimProbe: (): Promise<boolean> =>
      askAny(
        'claim the probe',
        table(client)
          .update({ probe_at: nextProbeAt() })
          .eq('breaker', 'open')
          .lte('probe_at', new Date().toISOString())
          .select('*'),
      ),
  };
}

function table(client: Client) {
  return client.from('backend_state');
}

function readState(client: Client): Promise<BackendState | null> {
  return askFirst('read the backend', table(client).select('*'), Row);
}

function nextProbeAt(): string {
  return new Date(Date.now() + PROBE_EVERY_MS).toISOString();
}

function closeBreaker(client: Client): Promise<boolean> {
  const closed = {
    breaker: 'closed',
    breaker_opened_at: null,
    breaker_reason: null,
    probe_at: null,
  };
  return askAny(
    'close the breaker',
    table(client).update(closed).eq('breaker', 'open').select('*'),
  );
}

async function openBreaker(client: Client, reason: string): Promise<boolean> {
  const open = { breaker: 'open', breaker_reason: reason, probe_at: nextProbeAt() };
  const opened = { ...open, breaker_opened_at: new Date().toISOString() };
  const isNew = await askAny(
    'open the breaker',
    table(client).update(opened).eq('breaker', 'closed').select('*'),
  );
  if (isNew) return true;
  await run('keep the breaker open', table(client).update(open).eq('breaker', 'open'));
  return false;
}
