import { createClient } from '@supabase/supabase-js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { seedMatrix, KEY, newRow, type MatrixRows } from './rls-rows.js';

type Row = Record<string, unknown>;
/** Whether a user's own write reaches the column. */
type Write = 'both' | 'insert' | 'update' | 'never';

/**
 * Every column of every table. What is not its user's is the server's: a write to it changes
 * nothing. A table of which nothing is the user's needs no columns here.
 */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, Write>>>> = {
  users: columns({ update: 'display_name avatar_url', never: 'id email created_at updated_at' }),
  projects: columns({
    both: 'name game_type storage_path is_public',
    insert: 'id',
    never: 'user_id created_at updated_at pending_question remixed_from',
  }),
  assets: columns({
    both: `original_name is_public tags description available_from available_until alias
      original_asset_id created_in_project_id is_remix_allowed category`,
    insert: 'id filename storage_path mime_type hash',
    never: `owner_id size is_deleted is_global is_stored hash_short created_at updated_at`,
  }),
  project_assets: columns({
    both: 'project_id asset_id usage_type',
    insert: 'id',
    never: 'added_at',
  }),
  chat_history: columns({ insert: 'id project_id role message', never: 'created_at code params' }),
  jobs: columns({
    insert: 'id project_id status',
    never: `user_id progress progress_message result error created_at updated_at attempt slot_at
      queue_no last_event_at usage steps trying doing is_rerun language progress_code
      progress_params error_code error_params is_unqueued`,
  }),
  publish_drafts: columns({
    both: `project_id title description how_to_play tags visibility remix thumbnail_url`,
    never: 'updated_at',
  }),
  activity_log: columns({
    insert: 'id action target_type target_id details',
    never: 'user_id created_at',
  }),
  games: columns({
    both: 'title description how_to_play tags remix thumbnail_url visibility',
    insert: 'id project_id game_url',
    never: `user_id revision content_hash published_at play_count like_count created_at
      updated_at`,
  }),
};
const SERVERS = [
  'actions',
  'alerts',
  'audit_log',
  'backend_state',
  'game_contents',
  'game_likes',
  'game_plays',
  'image_claims',
  'leases',
  'modal_calls',
  'notice_mutes',
  'notification_reads',
  'notifications',
  'object_home',
  'project_changes',
  'project_thumbnails',
  'push_subscriptions',
  'queued_messages',
  'revisions',
  'short_links',
  'takedowns',
  'usage_events',
  'volume_heads',
  'volume_sizes',
  'watch_state',
];
/** Values that a check allows and that are not what stands there anyway. */
const PROBES: Readonly<Record<string, unknown>> = {
  'projects.game_type': '3d',
  'project_assets.usage_type': 'audio',
  'chat_history.role': 'assistant',
  'jobs.status': 'failed',
  'publish_drafts.visibility': 'unlisted',
  'publish_drafts.remix': 'allowed',
  'games.visibility': 'unlisted',
  'games.tags': ['probe'],
  'push_subscriptions.language': 'en',
};

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** Table that it refers to. */
  readonly target: string | null;
}

function columns(lines: Partial<Record<Write, string>>): Record<string, Write> {
  return Object.fromEntries(
    Object.entries(lines).flatMap(([write, names]) =>
      names.split(/\s+/).map((name) => [name, write as Write]),
    ),
  );
}

let database: TestDatabase;
let matrix: MatrixRows;
let all: readonly Column[];
let owner: ReturnType<typeof clientFor>;
let service: ReturnType<typeof clientFor>;
let stranger: string;

beforeAll(async () => {
  database = await startDatabase();
  matrix = await seedMatrix(database);
  stranger = (await database.createUser('stranger')).id;
  owner = clientFor(database.config.SUPABASE_ANON_KEY, matrix.owner.accessToken);
  service = clientFor(database.config.SUPABASE_SERVICE_ROLE_KEY);
  all = await database.sql<Column & Row>(`
    select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type,
      (select f.confrelid::regclass::text from pg_constraint f
       where f.conrelid = c.oid and f.contype = 'f' and f.conkey = array[a.attnum]
       limit 1) as target
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
      and not a.attisdropped`);
});
afterAll(async () => {
  await database.stop();
});

function clientFor(key: string, token?: string) {
  return createClient(database.config.SUPABASE_URL, key, {
    auth: { persistSession: false },
    global: { headers: token ? { Authorization: `Bearer ${token}` } : {} },
  });
}

async function probeFor({ table, name, type, target }: Column): Promise<unknown> {
  const chosen = PROBES[`${table}.${name}`];
  if (chosen !== undefined) return chosen;
  // Its trigger has made a row of every project but this one.
  if (target?.endsWith('projects') && table === 'project_changes')
    return (await newRow(table, matrix, 'private', database))['project_id'];
  if (target?.endsWith('projects'))
    return (await database.store.projects.create(matrix.owner.id)).id;
  if (target?.endsWith('assets')) {
    const row = await newRow('assets', matrix, 'private', database);
    await service.from('assets').insert(row);
    return row['id'];
  }
  if (target?.endsWith('users')) return stranger;
  switch (type) {
    case 'uuid':
      return randomUUID();
    case 'boolean':
      return true;
    case 'jsonb':
      return { probe: true };
    case 'integer':
    case 'bigint':
    case 'double precision':
      return 77;
    case 'timestamp with time zone':
      return '2099-01-01T00:00:00+00:00';
    default:
      return `probe-${randomUUID().slice(0, 8)}`;
  }
}

const keyOf = (table: string): string => KEY[table] ?? 'id';
async function stored(table: string, key: unknown): Promise<Row | null> {
  const { data } = await service.from(table).select('*').eq(keyOf(table), key).maybeSingle<Row>();
  return data;
}

/** Whether the owner's insert with this value ends up as this value. */
async function reachesOnInsert(column: Column, value?: unknown): Promise<boolean> {
  const { table, name } = column;
  const probe = value ?? (await probeFor(column));
  if (table === 'users') {
    const row = { id: randomUUID(), email: 'x@example.test', [name]: probe };
    const { error } = await owner.from('users').insert(row);
    return error === null;
  }
  const row: Row = { ...(await newRow(table, matrix, 'private', database)), [name]: probe };
  const { error } = await owner.from(table).insert(row);
  const after = await stored(table, row[keyOf(table)]);
  if (after === null) {
    // Refused as a whole: by a policy, a check or because the column is made by the database.
    expect(error, `${table}.${name}`).not.toBeNull();
    return false;
  }
  return JSON.stringify(after[name]) === JSON.stringify(probe);
}

/** Whether the owner's update changes the value; anything else that it changes is an error. */
async function reachesOnUpdate(column: Column, value?: unknown): Promise<boolean> {
  const { table, name } = column;
  let key: unknown = matrix.owner.id;
  if (table !== 'users') {
    const row = await newRow(table, matrix, 'private', database);
    const { error } = await service.from(table).insert(row);
    expect(error, table).toBeNull();
    key = row[keyOf(table)];
  }
  const before = await stored(table, key);
  const probe = value ?? (await probeFor(column));
  await owner
    .from(table)
    .update({ [name]: probe })
    .eq(keyOf(table), key);
  const after =
    (await stored(table, key)) ?? (name === keyOf(table) ? await stored(table, probe) : null);
  const others = (row: Row | null): Row => ({ ...row, [name]: null, updated_at: null });
  expect(others(after), `${table}.${name}`).toEqual(others(before));
  const reached =
    JSON.stringify(after?.[name]) === JSON.stringify(probe) &&
    JSON.stringify(before?.[name]) !== JSON.stringify(probe);
  if (!reached && name !== 'updated_at') expect(after?.[name]).toEqual(before?.[name]);
  return reached;
}

it('every column has a line, so that none comes without a decision', () => {
  const lines = (rows: readonly { table: string; name: string }[]): string[] =>
    rows.map(({ table, name }) => `${table}.${name}`).sort();
  expect(lines(all.filter(({ table }) => !SERVERS.includes(table)))).toEqual(
    lines(
      Object.entries(COLUMNS).flatMap(([table, names]) =>
        Object.keys(names).map((name) => ({ table, name })),
      ),
    ),
  );
});

it.each([...Object.keys(COLUMNS), ...SERVERS])(
  '%s: the owner writes what is his, and nothing else',
  async (table) => {
    const found: Record<string, Write> = {};
    for (const column of all.filter((each) => each.table === table)) {
      const insert = await reachesOnInsert(column);
      const update = await reachesOnUpdate(column);
      found[column.name] = insert ? (update ? 'both' : 'insert') : update ? 'update' : 'never';
    }
    const none = Object.fromEntries(Object.keys(found).map((name) => [name, 'never']));
    expect(found).toEqual(COLUMNS[table] ?? none);
  },
);

it('no text of a user’s own is without a length', async () => {
  const texts = all.filter(({ table, name, type }) => {
    const isText = type === 'text' || type === 'jsonb';
    return isText && (COLUMNS[table]?.[name] ?? 'never') !== 'never';
  });
  expect(texts.length).toBeGreaterThan(20);
  for (const column of texts) {
    const long = column.type === 'jsonb' ? ['x'.repeat(100_001)] : 'x'.repeat(100_001);
    const where = `${column.table}.${column.name}`;
    expect(await reachesOnInsert(column, long), where).toBe(false);
    expect(await reachesOnUpdate(column, long), where).toBe(false);
  }
});

it('without the guards the same walk would see the leak', async () => {
  await database.sql('alter table public.jobs disable trigger jobs_guard');
  await database.sql('alter table public.assets disable trigger assets_guard');
  try {
    const column = (table: string, name: string) =>
      all.find((each) => each.table === table && each.name === name) as Column;
    expect(await reachesOnInsert(column('jobs', 'attempt'))).toBe(true);
    expect(await reachesOnUpdate(column('assets', 'size'))).toBe(true);
  } finally {
    await database.sql('alter table public.jobs enable trigger jobs_guard');
    await database.sql('alter table public.assets enable trigger assets_guard');
  }
});
