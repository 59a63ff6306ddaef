import { CONTAINER_TIME } from '../contracts/backends.js';
import type { UsageSummaryRow } from '../store/tables/usage.js';
import { operatorOf } from './options.js';
import { openRunningStore } from './running-store.js';
import { money, renderTable } from './table.js';

const HEADERS = [
  'day',
  'backend',
  'user',
  'runs',
  'paid by user',
  'set aside',
  'free for user',
  'Modal time',
] as const;
/** Columns of words; the others are numbers and stand right. */
const LEFT = 3;

interface Line {
  day: string;
  backend: string;
  user: string;
  runs: number;
  settledUsd: number;
  reservedUsd: number;
  releasedUsd: number;
  modalSeconds: number;
}

export interface UsageOptions {
  readonly user?: string;
  readonly days: number;
  readonly json?: boolean;
  readonly envFile?: string;
}

/** `npx dreamcore usage`: who spent what, per day, backend and user, with today's limits. */
export async function reportUsage(options: UsageOptions): Promise<string> {
  const { store, config } = await openRunningStore(options.envFile);
  const [rows, spentUsd] = await Promise.all([
    store.usage.summary(options.user ?? null, options.days),
    store.usage.spentToday(),
  ]);
  if (options.json) return JSON.stringify({ spentTodayUsd: spentUsd, rows }, null, 2);
  const budget =
    config.BUDGET_DAILY_USD > 0
      ? `of ${money(config.BUDGET_DAILY_USD)} (BUDGET_DAILY_USD)`
      : 'without a budget (BUDGET_DAILY_USD)';
  return (
    `${renderUsage(rows)}\n\nToday ${money(spentUsd)} ${budget} are spent or set aside; days ` +
    'begin at midnight in Japan.'
  );
}

export interface SettleOptions {
  /** US dollars. */
  readonly usd: number;
  readonly reason: string;
  /** Who corrects it; OPERATOR_USER_ID when it is left out. */
  readonly as?: string;
  readonly envFile?: string;
}

/**
 * `npx dreamcore usage settle <call>`: sets what an attempt, step or text that has ended counts
 * with, and writes that to the audit log. Throws a sentence when nothing was changed.
 */
export async function settleUsage(callId: string, options: SettleOptions): Promise<string> {
  const { usd, reason } = options;
  const { store, config } = await openRunningStore(options.envFile);
  const operatorId = operatorOf(config, options.as);
  const corrected = await store.usage.correct(callId, usd, { operatorId, reason });
  switch (corrected.outcome) {
    case 'settled':
      return `${callId} counts with ${money(usd)} in place of ${money(corrected.from_usd)}.`;
    case 'missing':
      throw new Error(`Nothing was counted for ${callId}: dreamcore show <job> has its calls.`);
    case 'open':
      throw new Error(`${callId} has not ended: it settles by itself.`);
    case 'stranger':
      throw new Error(`No account has the id ${operatorId}.`);
  }
}

/** The table: one line per day, backend and user, and the sum. */
export function renderUsage(rows: readonly UsageSummaryRow[]): string {
  if (rows.length === 0) return 'Nothing was spent in these days.';
  const lines = [...groupLines(rows)];
  const total = lines.reduce(
    (sum, line) => ({
      ...sum,
      runs: sum.runs + line.runs,
      settledUsd: sum.settledUsd + line.settledUsd,
      reservedUsd: sum.reservedUsd + line.reservedUsd,
      releasedUsd: sum.releasedUsd + line.releasedUsd,
      modalSeconds: sum.modalSeconds + line.modalSeconds,
    }),
    { ...EMPTY, day: 'total' },
  );
  return renderTable(HEADERS, [...lines, total].map(cellsOf), LEFT);
}

const EMPTY: Line = {
  day: '',
  backend: '',
  user: '',
  runs: 0,
  settledUsd: 0,
  reservedUsd: 0,
  releasedUsd: 0,
  modalSeconds: 0,
};

function groupLines(rows: readonly UsageSummaryRow[]): Iterable<Line> {
  const lines = new Map<string, Line>();
  for (const row of rows) {
    const { day, backend } = row;
    const key = `${day} ${backend} ${row.user_id ?? ''}`;
    const line = lines.get(key) ?? {
      ...EMPTY,
      day,
      backend,
      user: row.email ?? row.user_id ?? '(deleted)',
    };
    lines.set(key, {
      ...line,
      runs: line.runs + (row.kind === 'model' ? row.count : 0),
      modalSeconds: line.modalSeconds + (row.kind === CONTAINER_TIME ? row.seconds : 0),
      settledUsd: line.settledUsd + (row.state === 'settled' ? row.usd : 0),
      reservedUsd: line.reservedUsd + (row.state === 'reserved' ? row.usd : 0),
      releasedUsd: line.releasedUsd + (row.state === 'released' ? row.usd : 0),
    });
  }
  return lines.values();
}

function cellsOf(line: Line): string[] {
  return [
    line.day,
    line.backend,
    line.user,
    String(line.runs),
    money(line.settledUsd),
    money(line.reservedUsd),
    money(line.releasedUsd),
    line.modalSeconds > 0 ? `${Math.round(line.modalSeconds)} s` : '',
  ];
}
