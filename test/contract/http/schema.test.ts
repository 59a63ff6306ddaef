import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { MIGRATIONS_DIR, PROJECT_ROOT } from '../../../src/config.js';
import { rangeOfSources, SCHEMA_FROM } from '../../../src/process/build-range.js';
import { checkSchema, watchSchema } from '../../../src/checks/schema.js';
import { MESSAGE_FUNCTIONS } from '../../../src/store/tables/schema.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { ask, spawnApi, startApi } from './api-process.js';

/** What API and worker say of a database that is not theirs, or that lacks what messages need. */
const LAST = Number.parseInt(readdirSync(MIGRATIONS_DIR).sort().at(-1) ?? '', 10);
const CODE = SCHEMA_FROM === LAST ? `${LAST}` : `${SCHEMA_FROM} to ${LAST}`;
const NEWER =
  `the database (schema 999) is newer than this code (schema ${CODE}): start the commit that ran ` +
  'last, or a newer one; nothing was changed';
const OLDER =
  `the database (schema without a version) is older than this code (schema ${CODE}): bring it up ` +
  'to date with `npm start`, or where it is not embedded with `node dist/current/migrate.js`; ' +
  'nothing was changed';
const LACKS =
  'the database has not exactly one of each function that a message needs: queue_position; make ' +
  'or drop what is wrong by hand, or restore a backup';

let database: TestDatabase;
let env: Record<string, string>;
const plantNewer = (): Promise<unknown> =>
  database.sql(`insert into dreamcore.schema_files values ('0999_later.sql', 'x')`);
const repair = (): Promise<unknown> =>
  database.sql(`delete from dreamcore.schema_files where hash = 'x';
    drop function if exists public.queue_position(uuid, integer)`);

beforeAll(async () => {
  database = await startDatabase();
  env = {
    ...database.config,
    DATA_DIR: '/nonexistent',
    CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
    TEMPORAL_ADDRESS: '127.0.0.1:9',
  };
});
beforeEach(repair);
afterAll(() => database.stop());

it('O2: a database says the number of its highest file', async () => {
  expect(await database.store.schema.read()).toEqual({ version: LAST, unsound: [] });
});

it('O5: what a message needs is called by the store', async () => {
  const folder = path.join(PROJECT_ROOT, 'src/store/tables');
  const files = readdirSync(folder).map((name) => readFile(path.join(folder, name), 'utf8'));
  const code = (await Promise.all(files)).join('\n');
  const calls = code.matchAll(/\b(?:call|changed)\(\s*client,\s*'(\w+)'/g);
  const called = new Set([...calls].map(([, name]) => name));
  expect(MESSAGE_FUNCTIONS.filter((name) => !called.has(name))).toEqual([]);
});

it('O2: the API does not start on a newer database, and says so in one sentence', async () => {
  await plantNewer();
  const api = await spawnApi(env);
  expect(await api.exited).toBe(1);
  expect(api.output()).toBe(`${NEWER}\n`);
});

it('O2: a newer schema is refused from its next contract file on, by number', async () => {
  const { schema: range } = await rangeOfSources();
  const read = () => database.store.schema.read();
  await database.sql(`insert into dreamcore.schema_files values ('0099_expands.sql', 'x')`);
  await checkSchema({ range, read });
  await database.sql(`insert into dreamcore.schema_files values ('0100_contracts.sql', 'x')`);
  await expect(checkSchema({ range, read })).rejects.toThrow('(schema 100) is newer');
});

it('O2: a database that becomes another one while a process runs is left', async () => {
  const range = { from: SCHEMA_FROM, to: LAST };
  const read = () => database.store.schema.read();
  const stopping = new AbortController();
  const refused = watchSchema({ range, read }, stopping.signal, 10);
  await checkSchema({ range, read });
  await plantNewer();
  expect(await refused).toBe(NEWER);
  await repair();
  const left = watchSchema({ range, read }, stopping.signal, 10);
  stopping.abort();
  expect(await left).toBeNull();
});

it('O5: two functions of one name make it not ready, and fail what calls them', async () => {
  const api = await startApi(env);
  const readDatabase = async (): Promise<unknown> => {
    const answer = await ask(api.port, '/api/ready');
    return (answer.json() as { checks: { database: unknown } }).checks.database;
  };
  try {
    await expect.poll(readDatabase, { timeout: patient(20_000) }).toBeNull();
    await database.sql(`create function public.queue_position(p_id uuid, p_more integer default 0)
      returns integer language sql as 'select 1'`);
    await expect.poll(readDatabase, { timeout: patient(20_000) }).toBe(LACKS);
    await expect(
      database.store.jobs.queuePosition('00000000-0000-4000-8000-000000000000'),
    ).rejects.toMatchObject({ kind: 'SchemaMismatch' });
  } finally {
    await api.stop();
  }
});

it('O2, O5: a database without a version is older; a missing function fails a call', async () => {
  await database.sql('drop function public.schema_state(text[])');
  const api = await spawnApi(env);
  expect(await api.exited).toBe(1);
  expect(api.output()).toBe(`${OLDER}\n`);
  await database.sql('drop function public.queue_position(uuid)');
  await expect(
    database.store.jobs.queuePosition('00000000-0000-4000-8000-000000000000'),
  ).rejects.toMatchObject({ kind: 'SchemaMismatch' });
});
