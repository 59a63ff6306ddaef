import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { appendFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MIGRATIONS_DIR } from '../../../src/config.js';
import { SchemaRefusedError, versionOf } from '../../../src/store/schema-plan.js';
import { migrate, type MigrateOptions } from '../../../src/store/migrate.js';
import { log, runSql, startServer, type TestServer } from '../../support/database.js';
import { applyOne, schemaOf } from '../../support/schema-of.js';

/**
 * Databases that are not this code's, and chains that are not this database's: each is planted into
 * a copy, meets its one sentence, and is left as it was (O1, O2).
 */
const CHAIN = readdirSync(MIGRATIONS_DIR).sort();
const LAST = versionOf(CHAIN.at(-1) ?? '');
const NEXT = `${String(LAST + 1).padStart(4, '0')}_next.sql`;
const USER = '00000000-0000-4000-8000-000000000001';
const folder = mkdtempSync(path.join(os.tmpdir(), 'dreamcore-chains-'));

let server: TestServer;
let empty: string;
/** As a start of be9e45d8 leaves it, with a user's game. */
let older: string;
/** The same, brought up to date by this code. */
let current: string;

beforeAll(async () => {
  server = await startServer();
  empty = await server.createDatabase();
  older = await server.createDatabase(empty);
  for (const name of CHAIN.filter((file) => file < '0012')) await applyOne(older, name);
  await runSql(
    older,
    `insert into auth.users (id, email) values ('${USER}', 'maker@example.test');
     insert into public.projects (id, user_id, name) values ('${USER}', '${USER}', 'Puzzle')`,
  );
  current = await server.createDatabase(older);
  expect(await migrate(current, log)).toEqual(CHAIN.filter((file) => file >= '0012'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const OTHER = (reason: string): string =>
  `the database was made by other migrations than this code's (${reason}), and none leads from ` +
  'there: start the commit that made it, or remove an embedded one for good with ' +
  '`npm start -- --fresh`; nothing was changed';
const NEWER = (version: number): string =>
  `the database (schema ${version}) is newer than this code (schema 0 to ${LAST}): start the ` +
  'commit that ran last, or a newer one; nothing was changed';
const DOUBLED =
  'the database has more than one function of the name open_job: drop those that this code does ' +
  'not make, or restore a backup; nothing was changed';
const FOREIGN =
  'the database holds tables of another product (jobs, users): name another database in ' +
  'DATABASE_URL; nothing was changed';
const FAILED = (reason: string, name = NEXT): string =>
  `Migration ${name} failed, and nothing of it was applied: ${reason}`;
const OVERLOAD =
  'create function public.open_job(p_id uuid) returns jsonb language sql as ' +
  '$$ select null::jsonb $$';

interface Place {
  readonly url: string;
  readonly dir: string;
}
interface Planted {
  readonly what: string;
  readonly on?: () => string;
  readonly plant: (place: Place) => Promise<unknown>;
  readonly sentence: string;
  readonly options?: MigrateOptions;
}

const next = ({ dir }: Place, sql: string): Promise<void> => writeFile(path.join(dir, NEXT), sql);
const record = (url: string, statement: string): Promise<unknown> =>
  runSql(url, statement.replace('$', 'dreamcore.schema_files'));

const PLANTED: readonly Planted[] = [
  {
    what: 'a column added in place',
    async plant({ dir }) {
      const file = path.join(dir, '0001_schema.sql');
      const sql = await readFile(file, 'utf8');
      await writeFile(file, sql.replace('name text', 'colour text,\n  name text'));
    },
    sentence: OTHER('0001_schema.sql was applied with another text'),
  },
  {
    what: 'a comment added to the newest file',
    plant: ({ dir }) => appendFile(path.join(dir, CHAIN.at(-1) ?? ''), '-- more\n'),
    sentence: OTHER(`${CHAIN.at(-1)} was applied with another text`),
  },
  {
    what: 'a file removed',
    plant: ({ dir }) => rm(path.join(dir, '0005_jobs.sql')),
    sentence: OTHER('0005_jobs.sql was applied and is not among its files'),
  },
  {
    what: 'a file renamed',
    plant: ({ dir }) =>
      rename(path.join(dir, '0007_usage.sql'), path.join(dir, '0007_spending.sql')),
    sentence: OTHER('0007_usage.sql was applied and is not among its files'),
  },
  {
    what: 'a file put between applied ones',
    plant: ({ dir }) => writeFile(path.join(dir, '0010_z_between.sql'), 'select 1'),
    sentence: OTHER('0010_z_between.sql was not applied, a later file was'),
  },
  {
    what: 'a newer database',
    plant: ({ url }) => record(url, `insert into $ values ('0999_later.sql', 'x')`),
    sentence: NEWER(999),
  },
  {
    what: 'a newer database whose files are others, too',
    plant: ({ url }) =>
      record(
        url,
        `with other as (update $ set hash = 'x' where name like '0003%')
         insert into dreamcore.schema_files values ('0999_later.sql', 'x')`,
      ),
    sentence: NEWER(999),
  },
  {
    what: 'a newer database and an older build that lacks its last file',
    plant: ({ dir }) => rm(path.join(dir, CHAIN.at(-1) ?? '')),
    sentence: NEWER(LAST).replace(`0 to ${LAST}`, `0 to ${versionOf(CHAIN.at(-2) ?? '')}`),
  },
  {
    what: 'the record of one file lost',
    plant: ({ url }) => record(url, `delete from $ where name = '0003_triggers.sql'`),
    sentence: OTHER('0003_triggers.sql was not applied, a later file was'),
  },
  {
    what: 'the record of all files lost',
    plant: ({ url }) => runSql(url, 'drop schema dreamcore cascade'),
    sentence: OTHER('the record of its applied files is lost'),
  },
  {
    what: 'the database of an earlier scheme',
    on: () => older,
    plant: ({ url }) =>
      runSql(url, `update dreamcore.migrations set hash = 'x' where name = '0004_guards.sql'`),
    sentence: OTHER('0004_guards.sql was applied with another text'),
  },
  {
    what: 'the database of an earlier scheme whose files had other names',
    on: () => older,
    plant: ({ url }) =>
      runSql(url, `update dreamcore.migrations set name = '0002_rls.sql' where name like '0002%'`),
    sentence: OTHER('0002_rls.sql was applied and is not among its files'),
  },
  {
    what: 'two functions of one name',
    plant: ({ url }) => runSql(url, OVERLOAD),
    sentence: DOUBLED,
  },
  {
    what: 'two functions of one name, left by an older commit',
    on: () => older,
    plant: ({ url }) => runSql(url, OVERLOAD),
    sentence: DOUBLED,
  },
  {
    what: 'the database of another product',
    on: () => empty,
    plant: ({ url }) =>
      runSql(url, 'create table public.users (id int); create table public.jobs (id int)'),
    sentence: FOREIGN,
  },
  {
    what: 'a new file that adds an overload',
    plant: (place) => next(place, OVERLOAD),
    sentence: FAILED('it leaves more than one function of the name open_job'),
  },
  {
    what: 'a new file that changes parameters and drops nothing',
    plant: (place) =>
      next(
        place,
        'create or replace function public.queue_position(p_id uuid, p_more int default 0) ' +
          'returns int language sql as $$ select 1 $$',
      ),
    sentence: FAILED('it leaves more than one function of the name queue_position'),
  },
  {
    what: 'a new file whose last statement fails',
    plant: (place) =>
      next(
        place,
        `alter table public.projects add colour text; update public.projects set name = 'gone';
         select 1 / 0`,
      ),
    sentence: FAILED('division by zero'),
  },
  {
    what: 'an older database whose next file fails',
    on: () => older,
    plant: ({ dir }) =>
      writeFile(path.join(dir, '0012_schema_version.sql'), 'drop table public.absent'),
    sentence: FAILED('table "absent" does not exist', '0012_schema_version.sql'),
  },
];

/** Everything that a start could have changed. */
async function snapshot(url: string): Promise<unknown> {
  const records = await runSql<{ name: string }>(
    url,
    `select relname as name from pg_class where relkind = 'r'
       and relnamespace = to_regnamespace('dreamcore')`,
  );
  return {
    schema: await schemaOf(url),
    records: await Promise.all(
      records.map(({ name }) => runSql(url, `select * from dreamcore.${name} t order by t::text`)),
    ),
    projects: await runSql(url, 'select * from public.projects').catch(() => 'none'),
  };
}

async function copies(of: string): Promise<Place> {
  const dir = mkdtempSync(path.join(folder, 'chain-'));
  cpSync(MIGRATIONS_DIR, dir, { recursive: true });
  return { url: await server.createDatabase(of), dir };
}

it.each(PLANTED)(
  'O2: $what is refused, and nothing is changed',
  async ({ on, plant, sentence }) => {
    const place = await copies((on ?? (() => current))());
    await plant(place);
    const before = await snapshot(place.url);
    const started = migrate(place.url, log, { dir: place.dir });
    const error = await started.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: sentence });
    expect(error instanceof SchemaRefusedError).toBe(!sentence.startsWith('Migration'));
    expect(await snapshot(place.url)).toEqual(before);
  },
);

it('O1: a DATA_DIR of be9e45d8 is taken over with all its data', async () => {
  expect(await runSql(current, 'select name from public.projects')).toEqual([{ name: 'Puzzle' }]);
  const files = await runSql(current, 'select name from dreamcore.schema_files order by name');
  expect(files).toEqual(CHAIN.map((name) => ({ name })));
});

it('O1: one whose start was killed half-way is taken over as well', async () => {
  const { url, dir } = await copies(empty);
  for (const name of CHAIN.slice(0, 5)) await applyOne(url, name);
  expect(await migrate(url, log, { dir })).toEqual(CHAIN.slice(5));
  expect(await schemaOf(url)).toEqual(await schemaOf(current));
});

it('O2: code of be9e45d8 meets the sentence where it reads what was applied', async () => {
  const { url } = await copies(current);
  const before = await snapshot(url);
  // The statements of its start, word for word.
  await runSql(
    url,
    `create schema if not exists dreamcore;
     create table if not exists dreamcore.migrations (
       name text primary key,
       hash text not null,
       applied_at timestamptz not null default now()
     )`,
  );
  await expect(runSql(url, 'select name, hash from dreamcore.migrations')).rejects.toThrow(
    `the database (schema ${LAST}) is newer than this code (schema 11): start the commit that ` +
      'ran last, or a newer one; do not use --fresh, which would remove it; nothing was changed',
  );
  expect(await snapshot(url)).toEqual(before);
});

it('O1: an applied file never runs again, a new one once', async () => {
  const place = await copies(current);
  await next(place, `update public.projects set name = name || '!'`);
  expect(await migrate(place.url, log, { dir: place.dir })).toEqual([NEXT]);
  expect(await migrate(place.url, log, { dir: place.dir })).toEqual([]);
  expect(await runSql(place.url, 'select name from public.projects')).toEqual([
    { name: 'Puzzle!' },
  ]);
});

it('O1: what comes before the first file is called once, and can stop everything', async () => {
  const place = await copies(older);
  const before = await snapshot(place.url);
  const plans: unknown[] = [];
  const stopped = migrate(place.url, log, {
    dir: place.dir,
    beforeApply: async ({ from, to }) => {
      plans.push({ from, to });
      throw new Error('runs are still open');
    },
  });
  await expect(stopped).rejects.toThrow('runs are still open');
  expect(plans).toEqual([{ from: 11, to: LAST }]);
  expect(await snapshot(place.url)).toEqual(before);
  let calls = 0;
  const beforeApply = async (): Promise<void> => void (calls += 1);
  await migrate(place.url, log, { dir: place.dir, beforeApply });
  await migrate(place.url, log, { dir: place.dir, beforeApply });
  expect(calls).toBe(1);
});

it('O1: a table that stays locked is given up with a sentence, and changed later', async () => {
  const place = await copies(current);
  await next(place, 'alter table public.projects add column colour text');
  const before = await snapshot(place.url);
  const other = new pg.Client({ connectionString: place.url });
  await other.connect();
  const change = (): Promise<string[]> =>
    migrate(place.url, log, { dir: place.dir, lockTimeoutMs: 50 });
  try {
    await other.query('begin; lock table public.projects in access share mode');
    await expect(change()).rejects.toThrow(
      FAILED(
        'another session keeps what it changes locked (4 tries of 0.05 s); end that session or ' +
          'try again later',
      ),
    );
    expect(await snapshot(place.url)).toEqual(before);
  } finally {
    await other.end();
  }
  expect(await change()).toEqual([NEXT]);
});

it('O1: a start that meets another one that lasts says so', async () => {
  const place = await copies(older);
  const other = new pg.Client({ connectionString: place.url });
  await other.connect();
  try {
    await other.query('select pg_advisory_lock(4711002)');
    await expect(migrate(place.url, log, { ...place, startTimeoutMs: 100 })).rejects.toThrow(
      'another start has been changing the database for 0.1 s: try again when it has ended; ' +
        'nothing was changed',
    );
  } finally {
    await other.end();
  }
  expect(await migrate(place.url, log, place)).toEqual(CHAIN.filter((name) => name >= '0012'));
});
