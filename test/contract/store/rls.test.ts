import { createClient } from '@supabase/supabase-js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { signIn, type TestUser } from '../../support/users.js';
import { seedMatrix, CHANGE, KEY, newRow, type Place, type MatrixRows } from './rls-rows.js';

type SupabaseClient = ReturnType<typeof clientFor>;
type Operation = 'select' | 'insert' | 'update' | 'delete';
type Actor = 'owner' | 'guest' | 'other' | 'anon' | 'service';

const OPERATIONS: readonly Operation[] = ['select', 'insert', 'update', 'delete'];
const FORMS: readonly (readonly [Actor, Place])[] = [
  ['owner', 'private'],
  ['guest', 'private'],
  ['other', 'private'],
  ['anon', 'private'],
  ['owner', 'public'],
  ['guest', 'public'],
  ['other', 'public'],
  ['anon', 'public'],
  ['service', 'private'],
];

/**
 * database.md §2, per table: what the owner may, what strangers may do with what is public.
 * Everything else is refused.
 */
const ALLOWED: Readonly<
  Record<
    string,
    {
      owner: readonly Operation[];
      otherPublic?: readonly Operation[];
      anonPublic?: readonly Operation[];
    }
  >
> = {
  projects: { owner: ['select', 'insert', 'update', 'delete'], anonPublic: ['select'] },
  assets: {
    owner: ['select', 'insert', 'update', 'delete'],
    otherPublic: ['select'],
    anonPublic: ['select'],
  },
  project_assets: { owner: ['select', 'insert', 'update', 'delete'], anonPublic: ['select'] },
  chat_history: { owner: ['select', 'insert', 'delete'], anonPublic: ['select'] },
  jobs: { owner: ['select', 'insert'] },
  publish_drafts: { owner: ['select', 'insert', 'update', 'delete'], anonPublic: ['select'] },
  activity_log: { owner: ['select', 'insert'] },
  games: { owner: ['select', 'insert', 'update', 'delete'] },
  queued_messages: { owner: ['select'] },
  actions: { owner: ['select'] },
  revisions: { owner: ['select'] },
  usage_events: { owner: ['select'] },
  volume_sizes: { owner: ['select'] },
  game_likes: { owner: ['select'] },
  notifications: { owner: ['select'], otherPublic: ['select'] },
  notification_reads: { owner: ['select'] },
  push_subscriptions: { owner: ['select'] },
  takedowns: { owner: ['select'] },
  // The operator's.
  game_plays: { owner: [] },
  game_contents: { owner: [] },
  modal_calls: { owner: [] },
  alerts: { owner: [] },
  backend_state: { owner: [] },
  volume_heads: { owner: [] },
  watch_state: { owner: [] },
  object_home: { owner: [] },
  project_changes: { owner: [] },
  audit_log: { owner: [] },
  image_claims: { owner: [] },
  notice_mutes: { owner: [] },
  short_links: { owner: [] },
  project_thumbnails: { owner: [] },
  leases: { owner: [] },
};
const TABLES = Object.keys(ALLOWED);
/** D8: what a guest may not write, though the row is his: for that one signs in. */
const MEMBERS: readonly string[] = ['assets', 'publish_drafts', 'games'];

let database: TestDatabase;
let matrix: MatrixRows;
let clients: Record<Actor, SupabaseClient>;
let other: TestUser;

beforeAll(async () => {
  database = await startDatabase();
  matrix = await seedMatrix(database);
  other = await database.createUser('other');
  const { SUPABASE_ANON_KEY: anonKey, SUPABASE_SERVICE_ROLE_KEY: serviceKey } = database.config;
  clients = {
    owner: clientFor(anonKey, matrix.owner.accessToken),
    guest: clientFor(anonKey, await guestTokenOf(matrix.owner)),
    other: clientFor(anonKey, other.accessToken),
    anon: clientFor(anonKey),
    service: clientFor(serviceKey),
  };
});
afterAll(async () => {
  await database.stop();
});

/** A token of the owner as a guest would have it. */
async function guestTokenOf(owner: TestUser): Promise<string> {
  const setGuest = (is: boolean) =>
    database.sql('update auth.users set is_anonymous = $2 where id = $1', [owner.id, is]);
  await setGuest(true);
  const token = await signIn({ ...database.config }, owner);
  await setGuest(false);
  return token;
}

function clientFor(key: string, token?: string) {
  return createClient(database.config.SUPABASE_URL, key, {
    auth: { persistSession: false },
    global: { headers: token ? { Authorization: `Bearer ${token}` } : {} },
  });
}

function expected(table: string, actor: Actor, place: Place): readonly Operation[] {
  const allowed = ALLOWED[table];
  if (actor === 'service') return OPERATIONS;
  if (actor === 'owner') return allowed?.owner ?? [];
  if (actor === 'guest') {
    const isMembers = MEMBERS.includes(table) || (table === 'projects' && place === 'public');
    return (allowed?.owner ?? []).filter(
      (each) => !isMembers || (each !== 'insert' && each !== 'update'),
    );
  }
  if (place === 'private') return [];
  return (actor === 'other' ? allowed?.otherPublic : allowed?.anonPublic) ?? [];
}

/**
 * What this actor really can do with the owner's row, judged by the effect that the superuser sees.
 */
async function granted(table: string, actor: Actor, place: Place): Promise<Operation[]> {
  const key = KEY[table] ?? 'id';
  const client = clients[actor];
  const done: Operation[] = [];
  const isThere = async (id: unknown): Promise<boolean> =>
    (await database.sql(`select from public.${table} where ${key} = $1`, [id])).length > 0;
  const seed = async (): Promise<Record<string, unknown>> => {
    const row = await newRow(table, matrix, place, database);
    const { error } = await clients.service.from(table).insert(row);
    if (error) throw new Error(`seeding ${table}: ${error.message}`);
    return row;
  };

  const seen = await client
    .from(table)
    .select('*')
    .eq(key, (await seed())[key]);
  if ((seen.data ?? []).length > 0) done.push('select');

  const inserted = await newRow(table, matrix, place, database);
  await client.from(table).insert(inserted);
  if (await isThere(inserted[key])) done.push('insert');

  const target = await seed();
  await client
    .from(table)
    .update(CHANGE[table] ?? {})
    .eq(key, target[key]);
  const [column, value] = Object.entries(CHANGE[table] ?? {})[0] ?? [];
  if (
    (
      await database.sql(`select from public.${table} where ${key} = $1 and ${column} = $2`, [
        target[key],
        value,
      ])
    ).length > 0
  )
    done.push('update');

  await client.from(table).delete().eq(key, target[key]);
  if (!(await isThere(target[key]))) done.push('delete');
  return done;
}

it('the matrix has a row for every table and view: none comes without a decision', async () => {
  const relations = await database.sql<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and ` +
      `relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
  );
  // These two have their own cases below: a user's row hangs on his account.
  expect(relations.map(({ name }) => name)).toEqual([...TABLES, 'users', 'profiles'].sort());
});

describe.each(TABLES)('%s', (table) => {
  it.each(FORMS)(
    'D8: %s may do with a %s row exactly what the contract says',
    async (actor, place) => {
      expect(await granted(table, actor, place)).toEqual(expected(table, actor, place));
    },
  );

  it('without row-level security the same check would see the leak', async () => {
    await database.sql(`alter table public.${table} disable row level security`);
    try {
      for (const actor of ['other', 'anon'] as const) {
        const leaked = await granted(table, actor, 'private');
        expect(leaked).toContain('select');
        expect(leaked).not.toEqual(expected(table, actor, 'private'));
      }
    } finally {
      await database.sql(`alter table public.${table} enable row level security`);
    }
  });
});

describe('users', () => {
  it('is read and changed by oneself alone, made and removed by the service', async () => {
    for (const table of ['users', 'profiles']) {
      expect((await clients.owner.from(table).select('id')).data).toEqual([
        { id: matrix.owner.id },
      ]);
      expect((await clients.anon.from(table).select('id')).data).toEqual([]);
      expect(
        (
          await clients.owner
            .from(table)
            .update({ display_name: table })
            .eq('id', matrix.owner.id)
            .select('display_name')
        ).data,
      ).toEqual([{ display_name: table }]);
      expect(
        (
          await clients.other
            .from(table)
            .update({ display_name: '盗' })
            .eq('id', matrix.owner.id)
            .select('id')
        ).data,
      ).toEqual([]);
      expect(
        (await clients.other.from(table).select('id').eq('id', matrix.owner.id).single()).error
          ?.code,
      ).toBe('PGRST116');
      expect(
        (
          await clients.owner
            .from(table)
            .insert({ id: randomUUID(), email: `${table}@example.test` })
        ).error?.code,
      ).toBe('42501');
    }
    await clients.owner.from('users').delete().eq('id', matrix.owner.id);
    expect(
      await database.sql('select from public.users where id = $1', [matrix.owner.id]),
    ).toHaveLength(1);
    const guest = await database.createUser('guest');
    expect((await clients.service.from('profiles').delete().eq('id', guest.id)).error).toBeNull();
    expect(
      (await clients.service.from('profiles').insert({ id: guest.id, email: guest.email })).error,
    ).toBeNull();
    expect(
      (await clients.service.from('users').upsert({ id: guest.id, email: guest.email })).error,
    ).toBeNull();
  });

  it('without row-level security others would see and change it', async () => {
    await database.sql('alter table public.users disable row level security');
    try {
      for (const table of ['users', 'profiles']) {
        expect(
          (await clients.anon.from(table).select('id').eq('id', matrix.owner.id)).data,
        ).toHaveLength(1);
        expect(
          (
            await clients.other
              .from(table)
              .update({ display_name: table })
              .eq('id', matrix.owner.id)
              .select('id')
          ).data,
        ).toHaveLength(1);
      }
    } finally {
      await database.sql('alter table public.users enable row level security');
    }
  });
});

describe('rows stay with their owner', () => {
  it('nobody gives a row away or writes into what is not his', async () => {
    const refused = async (
      query: PromiseLike<{ error: { code?: string } | null }>,
    ): Promise<void> => expect((await query).error?.code).toBe('42501');
    const { privateProject, owner } = matrix;
    await refused(
      clients.owner.from('projects').update({ user_id: other.id }).eq('id', privateProject),
    );
    await refused(clients.owner.from('users').update({ id: other.id }).eq('id', owner.id));
    await refused(
      clients.other.from('jobs').insert({ user_id: other.id, project_id: privateProject }),
    );
    await refused(clients.other.from('projects').insert({ user_id: owner.id }));
    const { data: foreign } = await clients.other
      .from('assets')
      .insert({ owner_id: other.id, filename: 'x.png', storage_path: '/x', is_public: true })
      .select('id')
      .single();
    await refused(
      clients.owner.from('assets').update({ owner_id: other.id }).eq('owner_id', owner.id),
    );
    await refused(
      clients.owner
        .from('project_assets')
        .insert({ project_id: privateProject, asset_id: (foreign as { id: string }).id }),
    );
  });
});

describe('assets', () => {
  const insertGlobal = async (from: string | null, until: string | null): Promise<string> => {
    const id = randomUUID();
    await database.sql(
      `insert into public.assets (id, is_global, filename, storage_path, available_from,
        available_until)
      values ($1, true, 'g.png', '/g.png', now() + $2::interval, now() + $3::interval)`,
      [id, from, until],
    );
    return id;
  };

  it('global ones are seen by users within their window, by anybody outside it too', async () => {
    const ids = [
      await insertGlobal(null, null),
      await insertGlobal('-1 hour', '1 hour'),
      await insertGlobal('1 hour', null),
      await insertGlobal(null, '-1 hour'),
    ];
    const seenBy = async (client: SupabaseClient): Promise<boolean[]> => {
      const { data } = await client.from('assets').select('id').in('id', ids);
      return ids.map((id) => (data ?? []).some((row) => row.id === id));
    };
    expect(await seenBy(clients.other)).toEqual([true, true, false, false]);
    expect(await seenBy(clients.anon)).toEqual([true, true, true, true]);
  });

  it('a deleted one is gone for everybody; only its owner may delete it, by function', async () => {
    const { data } = await clients.owner
      .from('assets')
      .insert({ owner_id: matrix.owner.id, filename: 'd.png', storage_path: '/d', is_public: true })
      .select('id,alias,hash,is_deleted')
      .single();
    const asset = data as { id: string; alias: string; hash: string };
    expect(asset.alias).toMatch(/^asset_[0-9a-f]{32}\.png$/);
    expect(asset.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(
      (await clients.owner.from('assets').update({ is_deleted: true }).eq('id', asset.id)).error
        ?.code,
    ).toBe('42501');
    expect((await clients.other.rpc('soft_delete_asset', { p_id: asset.id })).data).toBe(false);
    expect((await clients.anon.rpc('soft_delete_asset', { p_id: asset.id })).error?.code).toBe(
      '42501',
    );
    expect((await clients.owner.rpc('soft_delete_asset', { p_id: asset.id })).data).toBe(true);
    for (const client of [clients.owner, clients.other, clients.anon]) {
      expect((await client.from('assets').select('id').eq('id', asset.id)).data).toEqual([]);
    }
  });
});

describe('the catalogue', () => {
  it('names the policies as the contract does, and no others', async () => {
    const rows = await database.sql<{ name: string }>(
      // Restrictive ones take away: test/contract/http/sign-out.test.ts, and guests above.
      `select policyname as name from pg_policies
       where schemaname = 'public' and permissive = 'PERMISSIVE' order by 1`,
    );
    const own = (table: string, ...operations: string[]) =>
      operations.map((operation) => `${table}_${operation}_own`);
    expect(rows.map(({ name }) => name)).toEqual(
      [
        ...own('users', 'read', 'update'),
        ...own('projects', 'read', 'insert', 'update', 'delete'),
        'projects_select_anon',
        'assets_select_authenticated',
        'assets_select_anon',
        ...own('assets', 'insert', 'update', 'delete'),
        ...own('project_assets', 'read', 'insert', 'update', 'delete'),
        'project_assets_select_anon',
        ...own('chat_history', 'read', 'insert', 'delete'),
        'chat_history_select_anon',
        ...own('jobs', 'read', 'insert'),
        ...own('publish_drafts', 'read', 'insert', 'update', 'delete'),
        'publish_drafts_select_anon',
        ...own('activity_log', 'read', 'insert'),
        ...own('games', 'read', 'insert', 'update', 'delete'),
        ...own('actions', 'read'),
        ...own('revisions', 'read'),
        ...own('usage_events', 'read'),
        ...own('volume_sizes', 'read'),
        ...own('game_likes', 'read'),
        ...own('notifications', 'read'),
        ...own('notification_reads', 'read'),
        ...own('push_subscriptions', 'read'),
        ...own('takedowns', 'read'),
        ...own('queued_messages', 'read'),
      ].sort(),
    );
  });

  it('protects every table, and reads the caller once per statement', async () => {
    expect(
      await database.sql(
        `select relname from pg_class where relnamespace = 'public'::regnamespace and ` +
          `relkind = 'r' and not relrowsecurity`,
      ),
    ).toEqual([]);
    const rows = await database.sql<{ text: string }>(
      `select coalesce(qual, '') || coalesce(with_check, '') as text from pg_policies ` +
        `where schemaname = 'public'`,
    );
    const texts = rows.map(({ text }) => text).filter((text) => text.includes('auth.uid()'));
    expect(texts.length).toBeGreaterThan(20);
    for (const text of texts)
      expect(text.replaceAll('( SELECT auth.uid() AS uid)', '')).not.toContain('auth.uid()');
  });

  it('leaves anonymous callers no function, users four, which check their rights', async () => {
    const callable = await database.sql<{ role: string; name: string }>(`
      select r.role, p.proname as name from pg_proc p
      cross join (values ('anon'), ('authenticated'), ('service_role')) r(role)
      where p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype
        and has_function_privilege(r.role, p.oid, 'execute') order by 1, 2`);
    expect(callable.filter(({ role }) => role !== 'service_role')).toEqual([
      { role: 'authenticated', name: 'list_assets' },
      { role: 'authenticated', name: 'list_projects' },
      { role: 'authenticated', name: 'page_projects' },
      { role: 'authenticated', name: 'soft_delete_asset' },
    ]);
    expect(callable.filter(({ role }) => role === 'service_role').map(({ name }) => name)).toEqual([
      'adopt_project',
      'begin_attempt',
      'buy_beside_runs',
      'cancel_action',
      'cancel_job',
      'changed_projects',
      'chat_page',
      'claim_image',
      'claim_object_home',
      'claim_pushes',
      'complete_action',
      'complete_job',
      'complete_job_minimally',
      'correct_usage',
      'count_play',
      'count_unmoved',
      'create_asset',
      'create_remix',
      'end_attempts',
      'ended_sessions',
      'fail_action',
      'fail_job',
      'forgotten_guests',
      'game_card',
      'game_faces',
      'games_without_content',
      'give_up_assets',
      'guests_beyond',
      'job_outcomes',
      'job_state',
      'keep_push_subscription',
      'largest_kept',
      'last_watch_run',
      'like_game',
      'list_assets',
      'list_notifications',
      'list_projects',
      'list_public_games',
      'list_publications',
      'list_versions',
      'list_work',
      'losses_beyond',
      'lost_today',
      'mark_version',
      'message_state',
      'modal_health',
      'move_publication',
      'mute_notices',
      'name_object',
      'note_action_progress',
      'note_attempt_cost',
      'note_game_content',
      'note_progress',
      'note_thumbnail',
      'note_try',
      'note_watch_run',
      'notify_of_game',
      'open_action',
      'open_job',
      'open_work',
      'orphaned_calls',
      'page_projects',
      'paid_usage',
      'project_state',
      'publish_game',
      'publish_revision',
      'published_game',
      'queue_heads',
      'queue_message',
      'queue_position',
      'queued_message',
      'raise_alert',
      'read_notifications',
      'record_call',
      'refused_by_limit',
      'release_attempt',
      'release_reservations',
      'removable_objects',
      'remove_old_plays',
      'replication_targets',
      'reruns_with',
      'reserve_attempt',
      'reserve_beside_runs',
      'reserve_step',
      'schema_state',
      'search_public_games',
      'settle_attempt',
      'spent_beside_runs',
      'spent_by_day',
      'spent_by_guests_today',
      'spent_on_job',
      'spent_today',
      'start_attempt',
      'start_processing',
      'take_lease',
      'take_slot',
      'take_watch',
      'told_broken',
      'unmoved_versions',
      'unnamed_assets',
      'unqueue_message',
      'usage_day_start',
      'usage_of',
      'usage_summary',
      'users_with_volume_leftovers',
    ]);
  });
});
