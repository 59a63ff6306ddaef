import { CONTAINER_TIME } from '../contracts/execution/backends.js';
import type { UsageSummaryRow } from '../store/tables/usage.js';
import { userOf } from './jobs/list.js';
import { operatorOf, shown, type Output } from './options.js';
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
/** Columns of text; the others are numbers, aligned right. */
const LEFT = 3;

/** A line of the table; the last three sums are US dollars. */
interface Line {
  readonly day: string;
  readonly backend: string;
  readonly user: string;
  runs: number;
  modalSeconds: number;
  settled: number;
  reserved: number;
  released: number;
}

export interface UsageOptions extends Output {
  readonly user?: string;
  readonly days: number;
}

/** `npx dreamcore usage`: who spent what, per day, backend and user, with today's limits. */
export async function reportUsage(options: UsageOptions): Promise<string> {
  const { store, config } = await openRunningStore(options.envFile);
  const [rows, spentUsd] = await Promise.all([
    store.usage.summary(options.user ?? null, options.days),
    store.usage.spentToday(),
  ]);
  const budget =
    config.BUDGET_DAILY_USD > 0
      ? `of ${money(config.BUDGET_DAILY_USD)} (BUDGET_DAILY_USD)`
      : 'without a budget (BUDGET_DAILY_USD)';
  const today =
    `Today ${money(spentUsd)} ${budget} are spent or set aside; ` +
    'days begin at midnight in Japan.';
  const usage = { spentTodayUsd: spentUsd, rows };
  return shown(usage, options, () => `${renderUsage(rows)}\n\n${today}`);
}

export interface SettleOptions extends Output {
  /** US dollars. */
  readonly usd: number;
  readonly reason: string;
  /** Who corrects it; OPERATOR_USER_ID when it is left out. */
  readonly as?: string;
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
  const lines = new Map<string, Line>();
  const total = emptyLine({ day: 'total' });
  for (const row of rows) {
    const { day, backend } = row;
    const key = `${day} ${backend} ${row.user_id ?? ''}`;
    const user = userOf(row);
    const line = lines.get(key) ?? emptyLine({ day, backend, user });
    lines.set(key, line);
    for (const sum of [line, total]) {
      if (row.kind === 'model') sum.runs += row.count;
      if (row.kind === CONTAINER_TIME) sum.modalSeconds += row.seconds;
      sum[row.state] += row.usd;
    }
  }
  return renderTable(HEADERS, [...lines.values(), total].map(cellsOf), LEFT);
}

function emptyLine(given: Partial<Line>): Line {
  const names = { day: '', backend: '', user: '' };
  return { ...names, runs: 0, modalSeconds: 0, settled: 0, reserved: 0, released: 0, ...given };
}

function cellsOf(line: Line): string[] {
  return [
    line.day,
    line.backend,
    line.user,
    String(line.runs),
    ...[line.settled, line.reserved, line.released].map(money),
    line.modalSeconds > 0 ? `${Math.round(line.modalSeconds)} s` : '',
  ];
}
