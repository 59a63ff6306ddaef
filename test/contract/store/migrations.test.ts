import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { migrate } from '../../../src/store/migrate.js';
import { log, runSql, startServer, type TestServer } from '../../support/database.js';

const MIGRATIONS = path.join(PROJECT_ROOT, 'supabase', 'migrations');

/** Everything in schema public that a statement could have changed, one line each. */
const SCHEMA = `
  select format('column %s.%s %s %s default %s', c.table_name, c.column_name, c.data_type, c.is_nullable, coalesce(c.column_default, c.generation_expression)) as line
    from information_schema.columns c where c.table_schema = 'public'
  union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace
  union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
  union all select format('policy %s %s %s %s %s %s', tablename, policyname, roles, cmd, qual, with_check) from pg_policies where schemaname = 'public'
  union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all select 'function ' || pg_get_functiondef(oid) || ' ' || coalesce(proacl::text, 'default') from pg_proc where pronamespace = 'public'::regnamespace
  union all select format('relation %s %s rls %s %s', relname, relkind, relrowsecurity, relacl) from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S')
  order by 1`;

let server: TestServer;

const schemaOf = async (url: string): Promise<string[]> => (await runSql<{ line: string }>(url, SCHEMA)).map(({ line }) => line);
const chain = async (): Promise<string[]> => (await readdir(MIGRATIONS)).sort();
/** As a server of ours left it that knew the first files only. */
async function applyFirst(url: string, count: number): Promise<void> {
  await runSql(url, 'create schema dreamcore; create table dreamcore.migrations (name text primary key, hash text not null, applied_at timestamptz not null default now())');
  for (const name of (await chain()).slice(0, count)) {
    const sql = await readFile(path.join(MIGRATIONS, name), 'utf8');
    await runSql(url, sql);
    await runSql(url, 'insert into dreamcore.migrations (name, hash) values ($1, $2)', [name, createHash('sha256').update(sql).digest('hex')]);
  }
}
const v2Schema = (): Promise<string> => readFile(new URL('./v2-database.sql', import.meta.url), 'utf8');

/** What the product comes with, and the oldest one that it may meet, where Debian's is installed. */
const OLDEST = '/usr/lib/postgresql/15/bin';
const SERVERS = [
  { version: 17, pgBinDir: undefined },
  ...(existsSync(path.join(OLDEST, 'postgres')) ? [{ version: 15, pgBinDir: OLDEST }] : []),
];

describe.each(SERVERS)('on PostgreSQL $version', ({ version, pgBinDir }) => {
  beforeAll(async () => { server = await startServer(pgBinDir); });
  afterAll(async () => { await server.stop(); });

  it('the version is what the title says', async () => {
    const [row] = await runSql<{ major: number }>(await server.createDatabase(), `select current_setting('server_version_num')::int / 10000 as major`);
    expect(row?.major).toBe(version);
  });

  describe('the chain of migrations', () => {
    it('builds the schema from nothing, and finds nothing to do the second time', async () => {
      const url = await server.createDatabase();
      expect(await migrate(url, log)).toEqual(await chain());
      const built = await schemaOf(url);
      expect(built.filter((line) => line.startsWith('policy ')).length).toBeGreaterThan(30);
      expect(await migrate(url, log)).toEqual([]);
    });

    it('ends with the same schema from every earlier step', async () => {
      const names = await chain();
      const whole = await server.createDatabase();
      await migrate(whole, log);
      const built = await schemaOf(whole);
      for (let step = 1; step < names.length; step += 1) {
        const url = await server.createDatabase();
        await applyFirst(url, step);
        expect(await migrate(url, log)).toEqual(names.slice(step));
        expect(await schemaOf(url)).toEqual(built);
      }
    });

    it('may be repeated file by file without changing anything', async () => {
      const url = await server.createDatabase();
      await migrate(url, log);
      const built = await schemaOf(url);
      for (const name of await chain()) await runSql(url, await readFile(path.join(MIGRATIONS, name), 'utf8'));
      expect(await schemaOf(url)).toEqual(built);
    });

    it('takes effect once when two start at the same moment', async () => {
      const url = await server.createDatabase();
      const ran = await Promise.all([migrate(url, log), migrate(url, log)]);
      expect(ran.flat()).toEqual(await chain());
    });

    it('runs again from a file that was changed since it was applied', async () => {
      const url = await server.createDatabase();
      await migrate(url, log);
      await runSql(url, `update dreamcore.migrations set hash = 'another' where name like '0003%'`);
      expect(await migrate(url, log)).toEqual((await chain()).slice(2));
    });

    it('keeps the files before one that fails, nothing of that one, and goes on from there', async () => {
      const url = await server.createDatabase();
      await runSql(url, 'create table public.revisions (obstacle text)');
      await expect(migrate(url, log)).rejects.toThrow(/Migration 0004_spine\.sql failed/);
      expect(await runSql(url, 'select name from dreamcore.migrations order by name')).toHaveLength(3);
      expect(await runSql(url, `select from information_schema.columns where table_name = 'jobs' and column_name = 'attempt'`)).toHaveLength(0);
      await runSql(url, 'drop table public.revisions');
      expect(await migrate(url, log)).toEqual((await chain()).slice(3));
    });

    it('leaves a table called profiles alone', async () => {
      const url = await server.createDatabase();
      await runSql(url, 'create table public.profiles (legacy text)');
      await migrate(url, log);
      expect(await runSql(url, `select column_name from information_schema.columns where table_name = 'profiles'`)).toEqual([{ column_name: 'legacy' }]);
    });
  });

  describe('a living database of V2', () => {
    let url: string;
    let old: string[];
    let before: Record<string, number>;
    const TABLES = ['users', 'projects', 'assets', 'project_assets', 'chat_history', 'jobs', 'publish_drafts', 'activity_log', 'games'];
    const countRows = async (): Promise<Record<string, number>> => Object.fromEntries(await Promise.all(TABLES.map(async (table) =>
      [table, (await runSql<{ n: number }>(url, `select count(*)::int as n from public.${table}`))[0]?.n ?? -1] as const)));

    beforeAll(async () => {
      url = await server.createDatabase();
      await runSql(url, await v2Schema());
      old = await schemaOf(url);
      before = await countRows();
      await migrate(url, log);
    });

    it('ends with the very schema of a new one: no older policy, index or function is left', async () => {
      const fresh = await server.createDatabase();
      await migrate(fresh, log);
      expect(old.filter((line) => /Users can view own profile|jobs_update_own|idx_assets_is_public.*\(is_public\)$/.test(line))).toHaveLength(3);
      expect(await schemaOf(url)).toEqual(await schemaOf(fresh));
    });

    it('keeps every row', async () => {
      expect(await countRows()).toEqual(before);
      expect(await runSql(url, `select name, game_type, pending_question from public.projects where name = 'Puzzle'`))
        .toEqual([{ name: 'Puzzle', game_type: '2d', pending_question: null }]);
      expect(await runSql(url, 'select alias, hash_short from public.assets')).toEqual([{ alias: 'cat.png', hash_short: 'abababab' }]);
    });

    it('A7: keeps only the newest active job of each project and user, and says so in the others', async () => {
      const rows = await runSql<{ no: string; status: string; error: string | null }>(url, `select right(id::text, 2) as no, status, error from public.jobs order by 1`);
      expect(rows.map(({ no, status }) => `${no} ${status}`)).toEqual(['11 failed', '12 failed', '13 processing', '14 completed', '15 processing']);
      expect(rows[0]?.error).toBe('作業が途中で中断しました。もう一度お試しください。');
      expect(rows[2]?.error).toBeNull();
    });

    it('accepts both spellings of a forbidden remix, and no third one', async () => {
      await runSql(url, `update public.publish_drafts set remix = 'disallowed'`);
      await runSql(url, `update public.publish_drafts set remix = 'disallow'`);
      await expect(runSql(url, `update public.publish_drafts set remix = 'perhaps'`)).rejects.toThrow(/publish_drafts_remix_check/);
    });

    it('gives new accounts their row with name and picture', async () => {
      await runSql(url, `insert into auth.users (email, raw_user_meta_data) values
        ('new@example.test', '{"name":"次郎","picture":"https://example.test/p.png"}'), ('plain@example.test', '{}')`);
      expect(await runSql(url, `select email, display_name, avatar_url from public.users where email in ('new@example.test', 'plain@example.test') order by 1`)).toEqual([
        { email: 'new@example.test', display_name: '次郎', avatar_url: 'https://example.test/p.png' },
        { email: 'plain@example.test', display_name: 'plain', avatar_url: null },
      ]);
    });
  });
});
