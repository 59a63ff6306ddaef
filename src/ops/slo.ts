import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { STUCK_AFTER_MS, type JobOutcomes } from '../contracts/rows/operators.js';
import { shown, type Output } from './options.js';
import { openRunningStore } from './running-store.js';
import { duration, renderTable } from './table.js';
import { withServer } from './with-server.js';

const HEADERS = [
  ...['day', 'accepted', 'completed', 'failed', 'cancelled', 'open', 'stuck', 'kept', 'made'],
  ...['game p50', 'game p95', 'answer p95', 'wait p95'],
];

export interface SloOptions extends Output {
  readonly days: number;
}

interface Slo {
  readonly days: readonly (JobOutcomes & { kept: number | null; made: number | null })[];
  /** Kind of failure → how many jobs; null when Temporal was not there. */
  readonly failures: Readonly<Record<string, number>> | null;
}

/**
 * `npx dreamcore slo`: how well the promise was kept. _kept_: accepted jobs that have ended well or
 * clearly, of those that should have; _made_: completed ones, of those that were not cancelled.
 */
export async function reportSlo(options: SloOptions): Promise<string> {
  const { store, config } = await openRunningStore(options.envFile);
  const stuckSeconds = Math.round((config.JOB_TIMEOUT_MS + STUCK_AFTER_MS) / 1_000);
  const outcomes = await store.operators.outcomes(options.days, stuckSeconds);
  const slo: Slo = {
    days: outcomes.map((day) => ({ ...day, kept: keptOf(day), made: madeOf(day) })),
    failures: await withServer(
      options.envFile,
      (client) => countFailures(client, options.days),
      () => null,
    ),
  };
  return shown(slo, options, () => renderSlo(slo, options.days));
}

/** Share of those that should have ended: one that is still at work in time does not count. */
export function keptOf({ accepted, open, stuck, silent }: JobOutcomes): number | null {
  const due = accepted - open + stuck;
  return due === 0 ? null : (due - stuck - silent) / due;
}

function madeOf({ completed, failed }: JobOutcomes): number | null {
  return completed + failed === 0 ? null : completed / (completed + failed);
}

async function countFailures(client: Client, days: number): Promise<Record<string, number>> {
  const since = new Date(Date.now() - days * 86_400_000).toISOString();
  const { action, outcome, failureKind } = SEARCH_ATTRIBUTES;
  const failed = `${action.name} = 'generate' AND ${outcome.name} = 'failed'`;
  const query = `${failed} AND StartTime >= '${since}'`;
  const counts: Record<string, number> = {};
  for await (const run of client.workflow.list({ query })) {
    const kind = run.typedSearchAttributes.get(failureKind) ?? 'unknown';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** The table for a person. */
export function renderSlo({ days, failures }: Slo, asked: number): string {
  if (days.length === 0) return `No job was accepted in the last ${asked} day(s).`;
  const rows = days.map((day) => [
    day.day ?? 'all',
    ...[day.accepted, day.completed, day.failed, day.cancelled, day.open, day.stuck].map(String),
    ...[day.kept, day.made].map(percent),
    ...[day.game_p50, day.game_p95, day.answer_p95, day.wait_p95].map((seconds) =>
      seconds === null ? '-' : duration(seconds),
    ),
  ]);
  const kinds = Object.entries(failures ?? {}).sort(([, a], [, b]) => b - a);
  const failed =
    failures === null
      ? 'Temporal does not answer: why jobs failed is not known.'
      : kinds.length === 0
        ? 'No job failed.'
        : `Failed by kind: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')}.`;
  return `${renderTable(HEADERS, rows, 1)}\n\n${failed}`;
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(2)} %`;
}
