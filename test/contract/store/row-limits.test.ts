import { createClient } from '@supabase/supabase-js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';
import { newRow, seedMatrix } from './rls-rows.js';

/** What a user may write with his own token is bounded by PostgreSQL itself (docs/security.md). */
let database: TestDatabase;
let user: TestUser;
let mine: ReturnType<typeof clientFor>;
let projectId: string;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  user = await database.createUser('writer');
  mine = clientFor(user.accessToken);
  projectId = (await database.store.projects.create(user.id)).id;
});

function clientFor(token: string) {
  const { SUPABASE_URL: url, SUPABASE_ANON_KEY: key } = database.config;
  const headers = { Authorization: `Bearer ${token}` };
  return createClient(url, key, { auth: { persistSession: false }, global: { headers } });
}

const lines = (count: number, message: string) =>
  Array.from({ length: count }, () => ({ project_id: projectId, role: 'user', message }));
const say = async (rows: object[]): Promise<string | undefined> =>
  (await mine.from('chat_history').insert(rows)).error?.code;
const countLines = async (): Promise<number> =>
  (await database.sql('select from public.chat_history where project_id = $1', [projectId])).length;
/** As if the user had written that much already. */
const spend = (column: string, count: number): Promise<unknown> =>
  database.sql(`update dreamcore.user_writes set ${column} = $2 where user_id = $1`, [
    user.id,
    count,
  ]);

describe('D6: one request', () => {
  it('writes 100 rows, and no row of 101', async () => {
    expect(await say(lines(101, 'x'))).toBe('PT413');
    expect(await countLines()).toBe(0);
    expect(await say(lines(100, 'x'))).toBeUndefined();
    expect(await countLines()).toBe(100);
  });

  it('writes 256 KiB, however few rows that are', async () => {
    const text = 'x'.repeat(20_000);
    expect(await say(lines(14, text))).toBe('PT413');
    expect(await say(lines(13, text))).toBeUndefined();
  });

  it('updates 100 rows', async () => {
    await database.sql(
      'insert into public.projects (user_id) select $1 from generate_series(1, 100)',
      [user.id],
    );
    const rename = mine.from('projects').update({ name: '名' }).eq('user_id', user.id);
    expect((await rename).error?.code).toBe('PT413');
    const others = mine.from('projects').update({ name: '名' }).eq('user_id', user.id);
    expect((await others.neq('id', projectId)).error).toBeNull();
  });

  it('pays for what an update changes, not for what the row held before', async () => {
    await database.sql('update public.projects set storage_path = $2 where id = $1', [
      projectId,
      'x'.repeat(1_000_000),
    ]);
    expect((await mine.from('projects').update({ name: '名' }).eq('id', projectId)).error).toBe(
      null,
    );
    const [charged] = await database.sql<{ minute_bytes: number }>(
      'select minute_bytes::int from dreamcore.user_writes where user_id = $1',
      [user.id],
    );
    expect(charged?.minute_bytes).toBeLessThan(3_000);
  });

  it('has a chat line of 20,000 characters; what the server writes is cut there', async () => {
    expect(await say(lines(1, 'あ'.repeat(20_001)))).toBe('22001');
    expect(await say(lines(1, 'あ'.repeat(20_000)))).toBeUndefined();
    const line = { id: randomUUID(), projectId, role: 'assistant' } as const;
    await database.store.chatHistory.append({ ...line, message: { text: 'あ'.repeat(20_001) } });
    const [stored] = await database.store.chatHistory.lines(projectId, [line.id]);
    expect(stored?.item.content).toHaveLength(20_000);
  });
});

describe('one user', () => {
  it.each([
    ['minute_rows', 600],
    ['minute_bytes', 2_097_152],
    ['day_rows', 10_000],
    ['day_bytes', 20_971_520],
  ])('writes nothing more when %s is %d, and goes on afterwards', async (column, most) => {
    await say(lines(1, 'x'));
    await spend(column, most - 1);
    expect(await say(lines(1, 'x'))).toBeUndefined();
    expect(await say(lines(1, 'x'))).toBe('PT429');
    expect(
      (await mine.from('users').update({ display_name: 'x' }).eq('id', user.id)).error?.code,
    ).toBe('PT429');
    expect(await countLines()).toBe(2);
    const earlier = column.startsWith('day')
      ? 'day = day - 1'
      : "minute = minute - interval '1 minute'";
    await database.sql(`update dreamcore.user_writes set ${earlier} where user_id = $1`, [user.id]);
    expect(await say(lines(1, 'x'))).toBeUndefined();
  });

  it('is charged for each row once, an upsert’s too, by what it holds', async () => {
    await say(lines(3, 'x'.repeat(1_000)));
    const draft = { project_id: projectId, title: 'x'.repeat(150) };
    const upsert = () => mine.from('publish_drafts').upsert(draft, { onConflict: 'project_id' });
    expect((await upsert()).error).toBeNull();
    const [charged] = await database.sql(
      'select minute_rows, day_rows, day_bytes::int from dreamcore.user_writes where user_id = $1',
      [user.id],
    );
    expect(charged).toMatchObject({ minute_rows: 4, day_rows: 4 });
    expect(charged?.['day_bytes']).toBeGreaterThan(3_150);
    expect(charged?.['day_bytes']).toBeLessThan(4_000);
  });

  it('does not use up what another user, or the server, may write', async () => {
    await say(lines(1, 'x'));
    await spend('day_rows', 10_000);
    const other = await database.createUser('other');
    const { error } = await clientFor(other.accessToken)
      .from('projects')
      .insert({ user_id: other.id });
    expect(error).toBeNull();
    const line = { id: randomUUID(), projectId, role: 'system', message: { text: 'x' } } as const;
    await database.store.chatHistory.append(line);
    expect(await countLines()).toBe(2);
  });
});

describe('every table that users may write', () => {
  interface Writable {
    readonly name: string;
    readonly bounds: string;
  }
  /** By policies and grants, or by grants alone where a table has no row-level security. */
  const WRITABLE = `
    select c.relname as name, (
      select string_agg(p.proname, ' ' order by p.proname)
      from pg_trigger t join pg_proc p on p.oid = t.tgfoid
      where t.tgrelid = c.oid and t.tgenabled = 'O' and p.pronamespace = 'dreamcore'::regnamespace
        and p.proname like '%user%' and (t.tgtype & 20) = 20
    ) as bounds
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and exists (
        select from unnest(array['anon', 'authenticated']) role
        where has_any_column_privilege(role, c.oid, 'insert, update')
          and (not c.relrowsecurity or exists (
            select from pg_policy y where y.polrelid = c.oid and y.polcmd in ('a', 'w', '*')
              and y.polpermissive and (y.polroles = '{0}' or role::regrole = any(y.polroles))))
      )
    order by c.relname`;
  const BOUNDS = 'begin_user_write charge_user_write count_user_row';

  it('is bounded, as the catalogue tells', async () => {
    const tables = await database.sql<Writable>(WRITABLE);
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['chat_history', 'users']),
    );
    expect(tables.filter(({ bounds }) => bounds !== BOUNDS)).toEqual([]);
  });

  it('refuses a new row of a user who has written too much', async () => {
    const rows = await seedMatrix(database);
    [user, projectId] = [rows.owner, rows.privateProject];
    mine = clientFor(user.accessToken);
    await say(lines(1, 'x'));
    await spend('day_rows', 10_000);
    const tables = await database.sql<Writable>(WRITABLE);
    for (const { name } of tables.filter(({ name: table }) => table !== 'users')) {
      const { error } = await mine.from(name).insert(await newRow(name, rows, 'private', database));
      expect([name, error?.code]).toEqual([name, 'PT429']);
    }
  });
});
