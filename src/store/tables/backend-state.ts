import { z } from 'zod';
import { AppError } from '../../contracts/errors.js';
import type { Backend } from '../../contracts/workflows.js';
import { ask, run, type Client } from './client.js';

const Row = z
  .object({
    switch: z.enum(['modal', 'local']),
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
const Rows = z.array(Row);

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

/** Table `backend_state`, one row, for the service role (G1). */
export function backendStateTable(client: Client) {
  const table = () => client.from('backend_state');
  const change = async (what: string, query: Parameters<typeof ask>[1]): Promise<boolean> =>
    (await ask(what, query, Rows)).length > 0;
  /** Null = no worker ever had Modal. */
  const read = async (): Promise<BackendState | null> =>
    (await ask('read the backend', table().select('*'), Rows))[0] ?? null;
  return {
    read,

    /**
     * The row, made with the switch at `modal` when it is not there: by the first worker with Modal
     * (the start value).
     */
    async start(by: string): Promise<BackendState> {
      await run(
        'start the backend row',
        table().upsert(
          { switch: 'modal', updated_by: by },
          { onConflict: 'is_only_row', ignoreDuplicates: true },
        ),
      );
      const state = await read();
      if (!state) throw new AppError('OPERATION_FAILED', 'the backend row could not be made');
      return state;
    },

    /**
     * Moves the switch; without `sharePercent` the share stays as it was (100 at first). Running
     * jobs follow at their next step.
     */
    async setSwitch({
      to,
      sharePercent,
      by,
    }: {
      to: Backend;
      sharePercent?: number;
      by: string;
    }): Promise<BackendState> {
      const values = {
        is_only_row: true,
        switch: to,
        updated_by: by,
        updated_at: new Date().toISOString(),
        ...(sharePercent === undefined ? {} : { share_percent: sharePercent }),
      };
      return ask(
        'move the switch',
        table().upsert(values, { onConflict: 'is_only_row' }).select('*').single(),
        Row,
      );
    },

    /**
     * What a worker's breaker has found. May be repeated: a success reports `closed`, each failure
     * of an open one moves the next probe away. True = this report opened or closed it, so that
     * whoever made it tells the operator once.
     */
    async reportBreaker(report: BreakerReport): Promise<boolean> {
      const nowMs = Date.now();
      if (report.state === 'closed') {
        const closed = {
          breaker: 'closed',
          breaker_opened_at: null,
          breaker_reason: null,
          probe_at: null,
        };
        return change(
          'close the breaker',
          table().update(closed).eq('breaker', 'open').select('*'),
        );
      }
      const open = {
        breaker: 'open',
        breaker_reason: report.reason,
        probe_at: new Date(nowMs + PROBE_EVERY_MS).toISOString(),
      };
      const opened = { ...open, breaker_opened_at: new Date(nowMs).toISOString() };
      if (
        await change('open the breaker', table().update(opened).eq('breaker', 'closed').select('*'))
      )
        return true;
      await change('keep the breaker open', table().update(open).eq('breaker', 'open').select('*'));
      return false;
    },

    /**
     * True for one caller per round: this step may try whether Modal is back, though the breaker is
     * open.
     */
    async claimProbe(): Promise<boolean> {
      const nowMs = Date.now();
      const next = { probe_at: new Date(nowMs + PROBE_EVERY_MS).toISOString() };
      return change(
        'claim the probe',
        table()
          .update(next)
          .eq('breaker', 'open')
          .lte('probe_at', new Date(nowMs).toISOString())
          .select('*'),
      );
    },
  };
}
