import { createClient } from '@supabase/supabase-js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';
import { patient } from '../../support/patience.js';
import { COLUMNS, INDEXES } from './v2-schema.js';

/**
 * What scripts and pages written for V2 take for granted of its database (database.md), through the
 * same gateway and client. Rights: `rls.test.ts`; V2's check scripts: `journey/scripts.test.ts`;
 * moving V2's own database: `migrations.test.ts`; sign-in and administration:
 * `supabase/auth.test.ts`.
 */
let database: TestDatabase;
let owner: TestUser;
let user: ReturnType<typeof clientFor>;
let service: ReturnType<typeof clientFor>;

beforeAll(async () => {
  database = await startDatabase();
  owner = await database.createUser('owner');
  user = clientFor(database.config.SUPABASE_ANON_KEY, owner.accessToken);
  service = clientFor(database.config.SUPABASE_SERVICE_ROLE_KEY);
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

const newProject = async (fields: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const { data } = await user
    .from('projects')
    .insert({ user_id: owner.id, ...fields })
    .select('id')
    .single<{ id: string }>();
  return data?.id ?? '';
};
const newAsset = async (fields: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const { data, error } = await service
    .from('assets')
    .insert({ owner_id: owner.id, filename: 'a.png', storage_path: '/a.png', ...fields })
    .select('id')
    .single<{ id: string }>();
  if (error) throw new Error(error.message);
  return data.id;
};
const codeOf = async (
  query: PromiseLike<{ error: { code?: string } | null }>,
): Promise<string | undefined> => (await query).error?.code;

describe('§1: the schema', () => {
  interface Column {
    readonly name: string;
    readonly type: string;
    readonly is_required: boolean;
    readonly has_value: boolean;
    readonly fallback: string | null;
  }

  it.each(Object.entries(COLUMNS))(
    "%s has V2's columns; whatever else it has, an insert of V2's need not know",
    async (table, columns) => {
      const there = await database.sql<Column>(
        `
      select column_name as name, udt_name as type, is_nullable = 'NO' as is_required, \
column_default is not null or is_nullable = 'YES' as has_value,
        case is_generated when 'ALWAYS' then 'generated' else regexp_replace(column_default, \
'^(.*?)::.*$', '\\1') end as fallback
      from information_schema.columns where table_schema = 'public' and table_name = $1`,
        [table],
      );
      const lines = there.map(({ name, type, is_required, fallback }) =>
        [
          name,
          type,
          ...(is_required ? ['!'] : []),
          ...(fallback === null
            ? []
            : ['=', /^'\d+'$/.test(fallback) ? fallback.slice(1, -1) : fallback]),
        ].join(' '),
      );
      expect(
        lines
          .filter((line) =>
            columns.some((column) => column.split(' ', 1)[0] === line.split(' ', 1)[0]),
          )
          .toSorted(),
      ).toEqual(columns.toSorted());
      const names = columns.map((column) => column.split(' ', 1)[0]);
      expect(there.filter(({ name, has_value }) => !names.includes(name) && !has_value)).toEqual(
        [],
      );
    },
  );

  it('§1.10: has the indexes', async () => {
    const rows = await database.sql<{ name: string }>(
      `select indexname as name from pg_indexes where schemaname = 'public'`,
    );
    expect(INDEXES.filter((index) => !rows.some(({ name }) => name === index))).toEqual([]);
  });

  it.each([
    ['projects', { game_type: '4d' }],
    ['project_assets', { usage_type: 'video' }],
    ['chat_history', { role: 'robot' }],
    ['jobs', { status: 'done' }],
    ['publish_drafts', { visibility: 'friends' }],
    ['publish_drafts', { remix: 'perhaps' }],
    ['games', { visibility: 'friends' }],
    ['assets', { is_global: true }],
  ])('%s refuses %o', async (table, wrong) => {
    const [project_id, asset_id] = [await newProject(), await newAsset()];
    const valid: Record<string, Record<string, unknown>> = {
      projects: { user_id: owner.id },
      project_assets: { project_id, asset_id },
      chat_history: { project_id, role: 'user', message: 'x' },
      publish_drafts: { project_id },
      jobs: { user_id: owner.id, project_id, status: 'failed' },
      games: { user_id: owner.id, title: '題', game_url: '/g' },
      assets: { owner_id: owner.id, filename: 'x', storage_path: '/x' },
    };
    expect(await codeOf(service.from(table).insert({ ...valid[table], ...wrong }))).toBe('23514');
    expect(await codeOf(service.from(table).insert(valid[table] ?? {}))).toBeUndefined();
  });

  it(
    "§1.3: an alias is its owner's once, also when its asset is deleted; a global one is so " +
      'for all categories',
    async () => {
      await newAsset({ alias: 'cat.png', is_deleted: true });
      await expect(newAsset({ alias: 'cat.png' })).rejects.toThrow(/assets_owner_alias_unique/);
      await newAsset({ owner_id: null, is_global: true, category: 'bgm', alias: 'song.mp3' });
      await expect(
        newAsset({ owner_id: null, is_global: true, category: 'se', alias: 'song.mp3' }),
      ).rejects.toThrow(/idx_assets_global_alias_unique/);
    },
  );

  it(
    '§1.2: a deleted project takes links, chat, jobs and draft along; its assets, games and ' +
      'remixes stay',
    async () => {
      const id = await newProject();
      const [asset, remix] = [
        await newAsset({ created_in_project_id: id }),
        await newProject({ remixed_from: id }),
      ];
      const game = await service
        .from('games')
        .insert({ user_id: owner.id, project_id: id, title: '題', game_url: '/g' })
        .select('id')
        .single<{ id: string }>();
      await service.from('project_assets').insert({ project_id: id, asset_id: asset });
      await service.from('chat_history').insert({ project_id: id, role: 'user', message: 'x' });
      await service.from('jobs').insert({ project_id: id, user_id: owner.id, status: 'completed' });
      await service.from('publish_drafts').insert({ project_id: id });
      await user.from('projects').delete().eq('id', id);
      for (const table of ['project_assets', 'chat_history', 'jobs', 'publish_drafts'])
        expect((await service.from(table).select('*').eq('project_id', id)).data).toEqual([]);
      expect(
        (await service.from('assets').select('created_in_project_id').eq('id', asset).single())
          .data,
      ).toEqual({ created_in_project_id: null });
      expect(
        (
          await service
            .from('games')
            .select('project_id')
            .eq('id', game.data?.id ?? '')
            .single()
        ).data,
      ).toEqual({ project_id: null });
      expect(
        (await service.from('projects').select('remixed_from').eq('id', remix).single()).data,
      ).toEqual({ remixed_from: null });
    },
  );

  it.each([
    [{ full_name: '花子', name: 'hana', avatar_url: '/a', picture: '/p' }, '花子', '/a'],
    [{ name: 'hana', picture: '/p' }, 'hana', '/p'],
    [{}, undefined, null],
  ])('§1.11: a sign-up with %o makes the row of the user', async (user_metadata, name, image) => {
    const email = `new-${randomUUID().slice(0, 8)}@example.test`;
    const { data } = await service.auth.admin.createUser({
      email,
      email_confirm: true,
      user_metadata,
    });
    expect(
      (
        await service
          .from('users')
          .select('email,display_name,avatar_url')
          .eq('id', data.user?.id ?? '')
          .single()
      ).data,
    ).toEqual({ email, display_name: name ?? email.split('@')[0], avatar_url: image });
  });

  it.each(['users', 'projects', 'assets', 'jobs', 'publish_drafts'])(
    '§1.11: a change of %s sets updated_at, whatever the change says',
    async (table) => {
      const project_id = await newProject();
      const ids: Record<string, string> = {
        users: owner.id,
        projects: project_id,
        publish_drafts: project_id,
      };
      if (table === 'publish_drafts') await service.from(table).insert({ project_id });
      if (table === 'assets') ids[table] = await newAsset();
      if (table === 'jobs')
        ids[table] =
          (
            await service
              .from(table)
              .insert({ user_id: owner.id, project_id, status: 'completed' })
              .select('id')
              .single<{ id: string }>()
          ).data?.id ?? '';
      const { data } = await service
        .from(table)
        .update({ updated_at: '2001-01-01T00:00:00Z' })
        .eq(table === 'publish_drafts' ? 'project_id' : 'id', ids[table] ?? '')
        .select('updated_at')
        .single<{ updated_at: string }>();
      expect(Date.now() - Date.parse(data?.updated_at ?? '')).toBeLessThan(patient(600_000));
    },
  );
});

describe('§4: the queries', () => {
  it(
    'assets with their projects, projects with their assets; a deleted one comes back as ' +
      'null for its owner',
    async () => {
      const project_id = await newProject({ name: '猫' });
      const [kept, gone] = [await newAsset(), await newAsset()];
      await user.from('project_assets').insert([
        { project_id, asset_id: kept },
        { project_id, asset_id: gone },
      ]);
      await service.from('assets').update({ is_deleted: true }).eq('id', gone);
      expect(
        (
          await user
            .from('project_assets')
            .select('asset_id,projects(id,name)')
            .in('asset_id', [kept])
        ).data,
      ).toEqual([{ asset_id: kept, projects: { id: project_id, name: '猫' } }]);
      const embedded = `usage_type,assets(filename,original_name,storage_path,mime_type,is_public,\
is_deleted,available_from,available_until)`;
      const { data } = await user
        .from('project_assets')
        .select(embedded)
        .eq('project_id', project_id);
      expect(
        data?.map(({ assets }) => assets).toSorted((left) => (left === null ? 1 : -1)),
      ).toEqual([expect.objectContaining({ filename: 'a.png', is_deleted: false }), null]);
    },
  );

  it('linking twice is linking once; the number of links is counted exactly', async () => {
    const [project_id, asset_id] = [await newProject(), await newAsset()];
    for (const usage_type of ['image', 'audio']) {
      expect(
        await codeOf(
          user
            .from('project_assets')
            .upsert({ project_id, asset_id, usage_type }, { onConflict: 'project_id,asset_id' }),
        ),
      ).toBeUndefined();
    }
    expect(
      (
        await service
          .from('project_assets')
          .select('*', { count: 'exact', head: true })
          .eq('asset_id', asset_id)
      ).count,
    ).toBe(1);
    expect(
      (await service.from('project_assets').select('usage_type').eq('asset_id', asset_id)).data,
    ).toEqual([{ usage_type: 'audio' }]);
  });

  it.each(['disallow', 'disallowed', 'allowed'])(
    '§1.7: a draft is saved over the one before, forbidden remixes spelt %s',
    async (remix) => {
      const project_id = await newProject();
      for (const title of ['一', '二']) {
        expect(
          await codeOf(
            user.from('publish_drafts').upsert(
              {
                project_id,
                title,
                tags: '["a"]',
                visibility: 'public',
                remix,
                thumbnail_url: null,
              },
              { onConflict: 'project_id' },
            ),
          ),
        ).toBeUndefined();
      }
      expect(
        (
          await user
            .from('publish_drafts')
            .select('title,tags,remix')
            .eq('project_id', project_id)
            .single()
        ).data,
      ).toEqual({ title: '二', tags: '["a"]', remix });
    },
  );

  it('a soft delete answers the id once, then nothing', async () => {
    const id = await newAsset();
    const remove = async () =>
      (
        await service
          .from('assets')
          .update({ is_deleted: true })
          .eq('id', id)
          .eq('is_deleted', false)
          .select('id')
      ).data;
    expect([await remove(), await remove()]).toEqual([[{ id }], []]);
  });

  it(
    "§7: a project of V2's scripts needs a name or not even that, an asset neither alias nor " +
      'hash',
    async () => {
      expect(
        (
          await user
            .from('projects')
            .select('name')
            .eq('id', await newProject())
            .single()
        ).data,
      ).toEqual({ name: 'New Game' });
      const { data } = await user
        .from('assets')
        .select('alias,hash,hash_short,is_public')
        .eq('id', await newAsset())
        .single<{ hash: string }>();
      expect(data).toMatchObject({
        alias: expect.stringMatching(/^asset_\w+\.png$/) as string,
        hash_short: data?.hash.slice(0, 8),
        is_public: false,
      });
    },
  );
});
