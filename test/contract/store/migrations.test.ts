import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS_DIR } from '../../../src/config.js';
import { findOldestPostgres, OLDEST_MAJOR } from '../../../dev/tools/oldest-postgres.js';
import { migrate } from '../../../src/store/migrate.js';
import { log, runSql, startServer, type TestServer } from '../../support/database.js';
import { applyOne, schemaOf } from '../../support/schema-of.js';
import { sample } from '../../scope.js';

const CHAIN = readdirSync(MIGRATIONS_DIR).sort();

let server: TestServer;

/** Files after which somebody may go on with those that follow. */
const STEPS = sample(
  'the first, one in the middle and the last stand for the others',
  CHAIN.slice(0, -1),
  [CHAIN[0], CHAIN[4], CHAIN.at(-2)].map(String),
);

const v2Schema = (): Promise<string> =>
  readFile(new URL('./v2-database.sql', import.meta.url), 'utf8');

async function oldestPostgres(): Promise<string> {
  const found = findOldestPostgres();
  if (found === null) throw new Error(`PostgreSQL ${OLDEST_MAJOR} is missing: npm run tools`);
  return found;
}

/** What the product comes with, and the oldest one that it may meet. */
const SERVERS = [
  { version: 17, isOldest: false },
  { version: OLDEST_MAJOR, isOldest: true },
];

describe.each(SERVERS)('on PostgreSQL $version', ({ version, isOldest }) => {
  let empty: string;
  /** With the whole chain applied. */
  let whole: string;
  let built: string[];

  beforeAll(async () => {
    server = await startServer(isOldest ? await oldestPostgres() : undefined);
    empty = await server.createDatabase();
    whole = await server.createDatabase(empty);
    expect(await migrate(whole, log)).toEqual(CHAIN);
    built = await schemaOf(whole);
  });
  afterAll(async () => {
    await server.stop();
  });

  it('the version is what the title says', async () => {
    const [row] = await runSql<{ major: number }>(
      empty,
      `select current_setting('server_version_num')::int / 10000 as major`,
    );
    expect(row?.major).toBe(version);
  });

  describe('O1: the chain of migrations', () => {
    it('builds the schema from nothing, and finds nothing to do the second time', async () => {
      expect(built.filter((line) => line.startsWith('policy ')).length).toBeGreaterThan(30);
      expect(await migrate(whole, log)).toEqual([]);
      expect(await schemaOf(whole)).toEqual(built);
    });

    it('finds the rows of one that is removed, and open work, by an index', async () => {
      const missing = await runSql(
        whole,
        `select c.conrelid::regclass || ' (' || a.attname || ')' as key
         from pg_constraint c
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
         where c.contype = 'f' and c.connamespace = 'public'::regnamespace and not exists (
           select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
             and coalesce(pg_get_expr(i.indpred, i.indrelid), '') in
               ('', '(' || a.attname || ' IS NOT NULL)'))
         order by key`,
      );
      expect(missing).toEqual([]);
      const url = new URL(whole);
      url.searchParams.set('options', '-c enable_seqscan=off');
      const plan = await runSql(
        url.href,
        `explain select * from public.actions where state in ('pending', 'processing')
           and created_at < now() order by created_at limit 200`,
      );
      expect(JSON.stringify(plan)).toContain('idx_actions_open');
    });

    describe('from every earlier step', () => {
      let older: string;
      let applied = 0;
      beforeAll(async () => {
        older = await server.createDatabase(empty);
      });

      // In order: each goes one file further than the one before.
      it.each(STEPS)('ends with the same schema after %s', async (name) => {
        for (const each of CHAIN.slice(applied, CHAIN.indexOf(name) + 1))
          await applyOne(older, each);
        applied = CHAIN.indexOf(name) + 1;
        const url = await server.createDatabase(older);
        expect(await migrate(url, log)).toEqual(CHAIN.slice(CHAIN.indexOf(name) + 1));
        expect(await schemaOf(url)).toEqual(built);
      });
    });

    it('may be repeated file by file without changing anything', async () => {
      const url = await server.createDatabase(whole);
      for (const name of CHAIN)
        await runSql(url, await readFile(path.join(MIGRATIONS_DIR, name), 'utf8'));
      expect(await schemaOf(url)).toEqual(built);
    });

    it('takes effect once when two start at the same moment', async () => {
      const url = await server.createDatabase(empty);
      const ran = await Promise.all([migrate(url, log), migrate(url, log)]);
      expect(ran.flat()).toEqual(CHAIN);
    });

    it('keeps the files before one that fails, nothing of it, and goes on from there', async () => {
      const url = await server.createDatabase(empty);
      // Another type of answer cannot be replaced.
      const obstacle = 'function public.list_versions(uuid, bigint, integer, boolean)';
      await runSql(url, `create ${obstacle} returns text language sql as 'select null'`);
      await expect(migrate(url, log)).rejects.toThrow(
        /Migration 0006_versions_actions\.sql failed, and nothing of it was applied/,
      );
      expect(await runSql(url, 'select name from dreamcore.schema_files')).toHaveLength(5);
      expect(
        await runSql(
          url,
          `select from pg_proc where proname in ('publish_revision', 'open_action')`,
        ),
      ).toHaveLength(0);
      await runSql(url, `drop ${obstacle}`);
      expect(await migrate(url, log)).toEqual(CHAIN.slice(5));
    });

    it('leaves a table called profiles alone', async () => {
      const url = await server.createDatabase(empty);
      await runSql(url, 'create table public.profiles (legacy text)');
      await migrate(url, log);
      expect(
        await runSql(
          url,
          `select column_name from information_schema.columns where table_name = 'profiles'`,
        ),
      ).toEqual([{ column_name: 'legacy' }]);
    });
  });

  describe('a living database of V2', () => {
    let url: string;
    let old: string[];
    let before: Record<string, number>;
    const TABLES = [
      'users',
      'projects',
      'assets',
      'project_assets',
      'chat_history',
      'jobs',
      'publish_drafts',
      'activity_log',
      'games',
    ];
    const countRows = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        await Promise.all(
          TABLES.map(
            async (table) =>
              [
                table,
                (
                  await runSql<{ n: number }>(url, `select count(*)::int as n from public.${table}`)
                )[0]?.n ?? -1,
              ] as const,
          ),
        ),
      );

    beforeAll(async () => {
      url = await server.createDatabase(empty);
      await runSql(url, await v2Schema());
      old = await schemaOf(url);
      before = await countRows();
      await migrate(url, log);
    });

    it('ends with the very schema of a new one: no old policy, index or function', async () => {
      expect(
        old.filter((line) =>
          /Users can view own profile|jobs_update_own|idx_assets_is_public.*\(is_public\)$/.test(
            line,
          ),
        ),
      ).toHaveLength(3);
      expect(await schemaOf(url)).toEqual(built);
    });

    it('keeps every row', async () => {
      expect(await countRows()).toEqual(before);
      expect(
        await runSql(
          url,
          `select name, game_type, pending_question from public.projects where name = 'Puzzle'`,
        ),
      ).toEqual([{ name: 'Puzzle', game_type: '2d', pending_question: null }]);
      expect(await runSql(url, 'select alias, hash_short from public.assets')).toEqual([
        { alias: 'cat.png', hash_short: 'abababab' },
      ]);
    });

    it('A7: keeps only the newest active job of project and user; the others say so', async () => {
      const rows = await runSql<{ no: string; status: string; error: string | null }>(
        url,
        `select right(id::text, 2) as no, status, error from public.jobs order by 1`,
      );
      expect(rows.map(({ no, status }) => `${no} ${status}`)).toEqual([
        '11 failed',
        '12 failed',
        '13 processing',
        '14 completed',
        '15 processing',
      ]);
      expect(rows[0]?.error).toBe('作業が途中で中断しました。もう一度お試しください。');
      expect(rows[2]?.error).toBeNull();
    });

    it('accepts both spellings of a forbidden remix, and no third one', async () => {
      await runSql(url, `update public.publish_drafts set remix = 'disallowed'`);
      await runSql(url, `update public.publish_drafts set remix = 'disallow'`);
      await expect(
        runSql(url, `update public.publish_drafts set remix = 'perhaps'`),
      ).rejects.toThrow(/publish_drafts_remix_check/);
    });

    it('gives new accounts their row with name and image', async () => {
      await runSql(
        url,
        `insert into auth.users (email, raw_user_meta_data) values
        ('new@example.test', '{"name":"次郎","picture":"https://example.test/p.png"}'), ('plain@example.test', '{}')`,
      );
      expect(
        await runSql(
          url,
          'select email, display_name, avatar_url from public.users where email in ' +
            `('new@example.test', 'plain@example.test') order by 1`,
        ),
      ).toEqual([
        {
          email: 'new@example.test',
          display_name: '次郎',
          avatar_url: 'https://example.test/p.png',
        },
        { email: 'plain@example.test', display_name: 'plain', avatar_url: null },
      ]);
    });
  });
});
