import { z } from 'zod';
import { AppError, type ErrorKind } from '../../contracts/base/errors.js';
import { USAGE_KINDS, UsageDay, type PaidKind } from '../../contracts/rows/usage.js';
import { Backend } from '../../contracts/execution/backends.js';
import { allPages, askAll, call, type Client, Nothing } from './client.js';

const Reserved = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('started'),
    attempt: z.number().int(),
    slot_age_ms: z.number().nullable(),
    budget_usd: z.number(),
  }),
  z.object({
    outcome: z.literal('refused'),
    limit: z.enum(['user', 'budget', 'purse', 'time', 'storage', 'losses', 'guests']),
    spent_usd: z.number(),
  }),
]);

export type RefusingLimit = z.infer<(typeof Reserved.options)[1]>['limit'];

const ReservedStep = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['reserved', 'waits']) }),
  Reserved.options[1],
]);

const Bought = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['reserved', 'refused']) }),
  z.object({ outcome: z.enum(['lost', 'guests']), usd: z.number() }),
]);

const Corrected = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('settled'), from_usd: z.number() }),
  z.object({ outcome: z.enum(['missing', 'open', 'stranger']) }),
]);

const SummaryRow = z.object({
  day: z.string(),
  backend: Backend,
  user_id: z.string().nullable(),
  email: z.string().nullable(),
  kind: z.enum(USAGE_KINDS),
  state: z.enum(['reserved', 'settled', 'released']),
  count: z.number().int(),
  seconds: z.number(),
  usd: z.number(),
});
/**
 * What one user spent on one day of the players' calendar, on one backend, for one kind of thing;
 * usd are US dollars.
 */
export type UsageSummaryRow = z.infer<typeof SummaryRow>;

const Window = z.object({ count: z.number().int(), p95: z.number().nullable() });
/**
 * Health of Modal. `ended`: error kind of each recent attempt, null for one that ended well or was
 * cancelled. `recent`, `earlier` (one entry per day): successful generations and the 95th
 * percentile of their duration, seconds.
 */
const Health = z.object({
  ended: z.array(z.string().nullable()),
  recent: Window,
  earlier: z.array(Window),
});
interface Limited {
  readonly backend: Backend;
  /** The most that the attempt or step may cost, US dollars. */
  readonly estimateUsd: number;
  /** Limits of a day, US dollars; 0 = none. */
  readonly userLimitUsd: number;
  readonly budgetUsd: number;
}
export interface Reservation extends Limited {
  readonly jobId: string;
  /** What all attempts of the job may cost together (J5). */
  readonly purseUsd: number;
  /** What all guests may spend on a day, US dollars; absent = any. */
  readonly guestLimitUsd?: number;
  /** Of a repair, which the house pays: the least that it needs, and the latest age of the slot. */
  readonly repair?: { readonly round: number; readonly minUsd: number; readonly latestMs: number };
  /** What today may be spent for the user that he does not pay (M1), US dollars; absent = any. */
  readonly lossLimitUsd?: number;
  /** What his files may take by the last measurement; absent = any. */
  readonly maxBytes?: number;
}
export interface StepReservation extends Limited {
  readonly actionId: string;
  /** Names the step among those of its action. */
  readonly step: string;
  readonly kind: PaidKind;
}

export interface BesideRunsReservation {
  readonly jobId: string;
  readonly kind: Extract<PaidKind, 'text' | 'image'>;
  /** Names it among those of its job. */
  readonly step: string;
  /** Its price, US dollars. */
  readonly usd: number;
  readonly payer: 'user' | 'house';
  readonly userLimitUsd: number;
  readonly budgetUsd: number;
  /** What all guests may spend on a day, US dollars; absent = any. */
  readonly guestLimitUsd?: number;
  /** What the job may have spent with it; absent = any. */
  readonly jobLimitUsd?: number;
  /** What today may be spent for the user that he does not pay (M1), US dollars; absent = any. */
  readonly lossLimitUsd?: number;
}

const Spent = z.object({ usd: z.number() });

export interface CallUsage {
  /** Id of the call, so that a resumed call cannot be recorded twice. */
  readonly callId: string;
  readonly userId: string;
  /**
   * The job or action; null for what the house does on its own account, which is free for the user.
   */
  readonly jobId: string | null;
  readonly function: string;
  /** Time that the container worked. */
  readonly seconds: number;
  readonly usd: number;
}

export type Usage = ReturnType<typeof usageTable>;

/** Too much was spent today for a user who does not pay it (M1). */
export function lossesExceeded(usd: number): AppError {
  const spent = `${usd.toFixed(2)} USD were spent today for a user who does not pay them`;
  return new AppError('LOSS_LIMIT_EXCEEDED', spent);
}

/** The purse of all guests leaves too little for this one. */
export function guestsExceeded(usd: number): AppError {
  const spent = `${usd.toFixed(2)} USD were spent or set aside for guests today`;
  return new AppError('GUEST_LIMIT_EXCEEDED', spent);
}

/**
 * Table `usage_events`: reserve, settle, release. The database settles when the row of the job or
 * action ends, in every case.
 */
export const usageTable = (client: Client) => ({
  ...reserving(client),
  ...spending(client),
  ...costs(client),
  ...reports(client),
});

function reserving(client: Client) {
  return {
    /**
     * Counts one more runner start and reserves what it may cost, in one step (C1); null when the
     * row has ended. Limits of files and losses refuse any attempt; a limit of the day a job's
     * first attempt and repairs; an empty purse, or too little time for a repair, any other (J5).
     */
    async reserve({ jobId, backend, estimateUsd, userLimitUsd, budgetUsd, ...job }: Reservation) {
      const params = {
        id: jobId,
        backend,
        estimateUsd,
        userLimitUsd,
        budgetUsd,
        purseUsd: job.purseUsd,
        round: job.repair?.round ?? 0,
        leastUsd: job.repair?.minUsd ?? 0,
        latestMs: job.repair?.latestMs,
        lossLimitUsd: job.lossLimitUsd ?? 0,
        maxBytes: job.maxBytes ?? 0,
        guestLimitUsd: job.guestLimitUsd ?? 0,
      };
      const answer = await call(client, 'begin_attempt', params, Reserved.nullable());
      if (answer === null) return null;
      if (answer.outcome === 'refused')
        return { outcome: 'refused' as const, limit: answer.limit, spentUsd: answer.spent_usd };
      return {
        outcome: 'started' as const,
        attempt: answer.attempt,
        slotAgeMs: answer.slot_age_ms ?? 0,
        budgetUsd: answer.budget_usd,
      };
    },

    /**
     * The same for a paid step of an action (H3); null when the row has ended. Only an action's
     * first step can be refused; a repeat changes nothing.
     */
    async reserveStep({ actionId: id, step, kind, ...limited }: StepReservation) {
      const { backend, estimateUsd, userLimitUsd, budgetUsd } = limited;
      const params = { id, step, kind, backend, estimateUsd, userLimitUsd, budgetUsd };
      const answer = await call(client, 'reserve_step', params, ReservedStep.nullable());
      if (answer?.outcome !== 'refused') return answer;
      return { outcome: 'refused' as const, limit: answer.limit, spentUsd: answer.spent_usd };
    },
  };
}

function spending(client: Client) {
  return {
    /**
     * Sets the price of what a job buys beside its attempts aside (J5); false when the row has
     * ended or a limit leaves too little. A repeat changes nothing. Throws `LOSS_LIMIT_EXCEEDED`
     * or `GUEST_LIMIT_EXCEEDED`.
     */
    async reserveBesideRuns({ jobId, kind, step, usd, payer, ...limits }: BesideRunsReservation) {
      const { userLimitUsd, budgetUsd, jobLimitUsd = 0, lossLimitUsd = 0 } = limits;
      const { guestLimitUsd = 0 } = limits;
      const paid = { id: jobId, kind, step, usd, payer };
      const daily = { userLimitUsd, budgetUsd, jobLimitUsd, lossLimitUsd, guestLimitUsd };
      const params = { ...paid, ...daily };
      const answer = await call(client, 'buy_beside_runs', params, Bought);
      if (answer.outcome === 'lost') throw lossesExceeded(answer.usd);
      if (answer.outcome === 'guests') throw guestsExceeded(answer.usd);
      return answer.outcome === 'reserved';
    },

    /** An attempt has ended well and its job goes on: it counts with its cost, once (J5). */
    settle: (jobId: string, attempt: number, costUsd: number | null): Promise<boolean> =>
      call(client, 'settle_attempt', { id: jobId, attempt, usd: costUsd }, z.boolean()),

    /**
     * An attempt or step ended without a version or result: `failure` null = it was stopped, `usd`
     * null = unknown, the reservation goes on counting.
     */
    release: (callId: string, failure: ErrorKind | null, usd: number | null): Promise<boolean> =>
      call(client, 'release_attempt', { callId, failure, usd }, z.boolean()),

    /**
     * Stores the cost of a call of a function, once per call; a longer time that is reported later
     * replaces the first.
     */
    recordCall: (used: CallUsage): Promise<void> => call(client, 'record_call', used, Nothing),
  };
}

function costs(client: Client) {
  return {
    /** Stores what a running attempt has cost so far (M2); a lower sum changes nothing. */
    noteCost: (callId: string, usd: number): Promise<void> =>
      call(client, 'note_attempt_cost', { callId, usd }, Nothing),

    /**
     * Sets what an attempt, step or text that has ended counts with, US dollars, and writes that to
     * the audit log. Nothing is changed unless the outcome is `settled`; `open`: it has not ended,
     * `stranger`: no account has the operator's id.
     */
    correct: (callId: string, usd: number, by: { operatorId: string; reason: string }) => {
      const { operatorId, reason } = by;
      return call(client, 'correct_usage', { callId, usd, operatorId, reason }, Corrected);
    },
  };
}

function reports(client: Client) {
  return {
    /**
     * US dollars that were spent today for the owner of this job or action and are not paid by him,
     * when they are above `limitUsd` (0 = none) and its work has not begun; else null (M1).
     */
    lossesBeyond: async (id: string, limitUsd: number): Promise<number | null> =>
      limitUsd === 0
        ? null
        : call(client, 'losses_beyond', { id, limitUsd }, z.number().nullable()),

    /** US dollars that were spent today for a user and are not paid by him. */
    lostToday: (userId: string): Promise<number> =>
      call(client, 'lost_today', { userId }, z.number()),

    /** The costs of calls of a function since then, US dollars, of one user or all. */
    async callsSince(fn: string, since: Date, userId: string | null = null): Promise<number[]> {
      const rows = await allPages((first, last) => {
        const calls = client.from('usage_events').select('usd').eq('function', fn);
        const recent = calls.gte('created_at', since.toISOString()).order('created_at');
        const query = userId === null ? recent : recent.eq('user_id', userId);
        return askAll('calls of a function', query.range(first, last), Spent);
      });
      return rows.map(({ usd }) => usd);
    },

    /** US dollars that count against today's budget, or against the limit of one user. */
    spentToday: (userId: string | null = null): Promise<number> =>
      call(client, 'spent_today', { userId }, z.number()),

    /** Spending of the last `days` days, today included, the newest first. */
    summary: (userId: string | null, days: number): Promise<UsageSummaryRow[]> =>
      call(client, 'usage_summary', { userId, days }, z.array(SummaryRow)),

    /** What a user paid for, by day, the newest first. */
    paidBy: (userId: string, days: number): Promise<UsageDay[]> =>
      call(client, 'paid_usage', { userId, days }, z.array(UsageDay)),

    modalHealth: (windows: { errorMinutes: number; recentHours: number; days: number }) => {
      const { errorMinutes: minutes, recentHours, days } = windows;
      return call(client, 'modal_health', { minutes, recentHours, days }, Health);
    },
  };
}
