import type { Store } from '../../store/index.js';
import type { RunSummary, WorkRow } from '../../contracts/rows/operators.js';
import { readRuns } from '../../runs/find.js';
import type { WorkFilter } from '../../store/tables/operators.js';
import { shown, type Answer } from '../options.js';
import { openRunningStore } from '../running-store.js';
import { duration, moment, money, renderTable } from '../table.js';
import { withServer } from '../with-server.js';
import { filterOf, type JobsOptions } from './filter.js';

/** A row with its run; null = Temporal has none, or was not read. */
export interface ListedWork extends WorkRow {
  readonly run: RunSummary | null;
}

const PAGE = 100;
const HEADERS = ['made', 'id', 'kind', 'outcome', 'backend', 'user', 'took', 'cost'];
const NUMBERS_FROM = 6;
const MAX_USER_CHARS = 28;

/** `npx dreamcore jobs`: jobs and actions, the newest first, as text or JSON. */
export async function listJobs(options: JobsOptions): Promise<Answer> {
  const { store } = await openRunningStore(options.envFile);
  const filter = filterOf(options, await userIdOf(store, options.user));
  const answer = (found: readonly ListedWork[]) => ({ text: shown(found, options, render) });
  return withServer<Answer>(
    options.envFile,
    async (client) => answer(await collect(store, filter, options, (ids) => readRuns(client, ids))),
    async (problem) => ({
      ...answer(await collect(store, filter, { ...options, kind: undefined }, null)),
      warning: `${problem} What only it knows is left out: kinds of messages, failures.`,
    }),
  );
}

/** The user's id, also by address. Throws when no user has it. */
async function userIdOf(store: Store, user: string | undefined): Promise<string | undefined> {
  if (user === undefined) return undefined;
  const found = await store.users.idOf(user);
  if (found === null) throw new Error(`No user has the address ${user}.`);
  return found;
}

/** Up to `limit` rows; only Temporal knows the kind of a message. */
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

/** Address of its user; a guest has none. */
export function userOf({ email, user_id: id }: Pick<WorkRow, 'email' | 'user_id'>): string {
  return email || (id === null ? '(deleted)' : 'guest');
}

function render(found: readonly ListedWork[]): string {
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
    userOf(work).slice(0, MAX_USER_CHARS),
    duration(work.seconds),
    money(work.usd),
  ];
}
