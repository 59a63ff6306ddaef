import type { Store } from '../../store/index.js';
import type { RunSummary, WorkRow } from '../../contracts/operators.js';
import { readRuns } from '../../runs/find.js';
import type { WorkFilter } from '../../store/tables/operators.js';
import { openRunningStore } from '../running-store.js';
import { duration, moment, money, renderTable } from '../table.js';
import { ServerAway, withServer } from '../with-server.js';
import { filterOf, type JobsOptions } from './filter.js';

/** A row, and what Temporal says of its run; null = it remembers none, or was not asked. */
export interface ListedWork extends WorkRow {
  readonly run: RunSummary | null;
}

const PAGE = 100;
const HEADERS = ['made', 'id', 'kind', 'outcome', 'backend', 'user', 'took', 'cost'];
const NUMBERS_FROM = 6;
const MAX_USER_CHARS = 28;

/** `npx dreamcore jobs`: jobs and actions, the newest first, as text or JSON. */
export async function listJobs(options: JobsOptions): Promise<{ text: string; warning?: string }> {
  const { store } = await openRunningStore(options.envFile);
  const filter = filterOf(options, await userIdOf(store, options.user));
  try {
    return await withServer(options.envFile, async (client) => {
      const found = await collect(store, filter, options, (ids) => readRuns(client, ids));
      return { text: render(found, options) };
    });
  } catch (error) {
    if (!(error instanceof ServerAway)) throw error;
    const found = await collect(store, filter, { ...options, kind: undefined }, null);
    return {
      text: render(found, options),
      warning: `${error.message} What only it knows is left out: kinds of messages, failures.`,
    };
  }
}

/** An address of a user stands for the id. Throws when nobody has it. */
async function userIdOf(store: Store, user: string | undefined): Promise<string | undefined> {
  if (user === undefined) return undefined;
  const found = await store.users.idOf(user);
  if (found === null) throw new Error(`No user has the address ${user}.`);
  return found;
}

/** As many as are wanted; what a message turned out to be is known to Temporal alone. */
async function collect(
  store: Store,
  filter: WorkFilter,
  { kind, limit }: { kind?: string | undefined; limit: number },
  runsOf: ((ids: string[]) => Promise<Map<string, RunSummary>>) | null,
): Promise<ListedWork[]> {
  const found: ListedWork[] = [];
  for (let skip = 0; found.length < limit; skip += PAGE) {
    const rows = await store.operators.work(filter, { skip, limit: PAGE });
    const runs = (await runsOf?.(rows.map(({ id }) => id))) ?? new Map<string, RunSummary>();
    const listed = rows.map((row) => ({ ...row, run: runs.get(row.id) ?? null }));
    found.push(...listed.filter((work) => kind === undefined || kindOf(work) === kind));
    if (rows.length < PAGE) break;
  }
  return found.slice(0, limit);
}

export function kindOf({ kind, run }: Pick<ListedWork, 'kind' | 'run'>): string {
  return run?.kind ?? kind;
}

/** How it stands, with the reason where something went wrong. */
export function outcomeOf({ state, failure, run, progress }: ListedWork): string {
  if (state === 'processing') return `processing ${progress} %`;
  if (state !== 'failed') return state;
  return `failed: ${run?.failureKind ?? failure ?? 'reason unknown'}`;
}

function render(found: readonly ListedWork[], { json }: { json?: boolean }): string {
  if (json) return JSON.stringify(found, null, 2);
  if (found.length === 0) return 'Nothing was found.';
  return renderTable(HEADERS, found.map(cellsOf), NUMBERS_FROM);
}

function cellsOf(work: ListedWork): string[] {
  return [
    moment(work.created_at),
    work.id,
    kindOf(work),
    outcomeOf(work),
    work.attempt > 1 ? `${work.backend} (attempt ${work.attempt})` : work.backend,
    (work.email ?? work.user_id ?? '(deleted)').slice(0, MAX_USER_CHARS),
    duration(work.seconds),
    money(work.usd),
  ];
}
