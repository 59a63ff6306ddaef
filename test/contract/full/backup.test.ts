import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeBackup } from '../../../dev/backup/backup.js';
import { listBackups, placesIn } from '../../../dev/backup/folder.js';
import { restoreBackup } from '../../../dev/backup/restore.js';
import { startPostgres, type RunningPostgres } from '../../../dev/postgres/postgres.js';
import { createFileObjectStore, objectFile } from '../../../src/objects/file-object-store.js';
import { listAll } from '../../../src/objects/object-store.js';
import { heldSince } from '../../../src/objects/unverified.js';
import { log } from '../../support/database.js';
import { newDataDir } from '../../support/stack.js';

let [dataDir, folder] = ['', ''];
let server: RunningPostgres;
beforeEach(async () => {
  [dataDir, folder] = [await newDataDir(), await newDataDir()];
  await start();
  await sql('create table notes (text text)');
});
afterEach(async () => {
  await server.stop();
  vi.unstubAllEnvs();
  for (const place of [dataDir, folder]) await rm(place, { recursive: true, force: true });
});

async function start(): Promise<void> {
  vi.stubEnv('DATA_DIR', dataDir);
  server = await startPostgres({ dataDir: path.join(dataDir, 'postgres'), log });
}

async function sql<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

const note = (text: string) => sql(`insert into notes values ('${text}')`);
const notes = async () =>
  (await sql<{ text: string }>('select text from notes order by text')).map(({ text }) => text);
const backUp = (keep = 288) => makeBackup(folder, { envFile: '/dev/null', keep });
const objects = () => createFileObjectStore(dataDir);
const put = async (key: string) => objects().put(key, Buffer.from(key));
async function keysIn(place: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(createFileObjectStore(place), '')) keys.push(key);
  return keys.filter((key) => !key.startsWith('marks/'));
}

/** The disk is gone; what a restore makes of the backups is started. */
async function loseDisk(to?: Date): Promise<string> {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
  const said = await restoreBackup(folder, { envFile: '/dev/null', ...(to && { to }) });
  await start();
  return said;
}

it('a hosted database and a bucket are refused: a copy without them restores nothing', async () => {
  const take = () => makeBackup(folder, { keep: 1 });
  vi.stubEnv('OBJECTS_URL', 's3://games?endpoint=http://127.0.0.1:9');
  vi.stubEnv('OBJECTS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('OBJECTS_SECRET_ACCESS_KEY', 'secret');
  await expect(take()).rejects.toThrow('OBJECTS_URL is set');
  for (const name of ['SUPABASE_ANON_KEY', 'SUPABASE_SERVICE_ROLE_KEY']) vi.stubEnv(name, 'a-key');
  vi.stubEnv('SUPABASE_URL', 'https://db.example');
  await expect(take()).rejects.toThrow('SUPABASE_URL is set');
  expect(await readdir(folder)).toEqual([]);
});

it('a lost disk comes back as the last backup had it, and backups go on from there', async () => {
  await note('one');
  await put('p/one');
  await mkdir(path.join(dataDir, 'secrets'));
  await writeFile(path.join(dataDir, 'secrets/key'), 'secret');
  await backUp();
  await note('two');
  await put('p/two');
  await backUp();
  await note('lost');
  expect(await loseDisk()).toContain('npx dreamcore verify --undelete');
  expect(await notes()).toEqual(['one', 'two']);
  expect(await keysIn(dataDir)).toEqual(['p/one', 'p/two']);
  expect(await readdir(path.join(dataDir, 'secrets'))).toEqual(['key']);
  expect(await heldSince(objects())).not.toBeNull();
  await note('three');
  await backUp();
  await note('four');
  await backUp();
  await loseDisk();
  expect(await notes()).toEqual(['four', 'one', 'three', 'two']);
});

it('any moment between two backups comes back, with objects that were removed since', async () => {
  await note('before');
  await put('p/removed');
  await backUp();
  await note('wanted');
  const [{ at } = { at: new Date() }] = await sql<{ at: Date }>('select clock_timestamp() as at');
  await note('nonsense');
  await objects().delete('p/removed', { canReturn: true });
  await backUp();
  await loseDisk(new Date(at.getTime() + 1));
  expect(await notes()).toEqual(expect.arrayContaining(['before', 'wanted']));
  expect(await keysIn(dataDir)).toEqual([]);
  expect(await objects().bringBack('p/')).toBe(1);
  expect(await keysIn(dataDir)).toEqual(['p/removed']);
  await expect(restoreBackup(folder, { envFile: '/dev/null', to: new Date() })).rejects.toThrow(
    'is not empty',
  );
});

it('what was made and removed between two backups comes back with its row', async () => {
  await backUp();
  await put('p/short');
  await note('names it');
  const [{ at } = { at: new Date() }] = await sql<{ at: Date }>('select clock_timestamp() as at');
  await objects().delete('p/short', { canReturn: true });
  await backUp();
  await backUp();
  await loseDisk(new Date(at.getTime() + 1));
  expect(await notes()).toEqual(['names it']);
  expect(await objects().bringBack('p/')).toBe(1);
  expect(await keysIn(dataDir)).toEqual(['p/short']);
});

it('a repeat copies only what is new, and old ones go with what only they needed', async () => {
  await put('p/one');
  await backUp();
  const copied = await stat(objectFile(folder, 'p/one'));
  await note('x');
  await backUp();
  await backUp(1);
  const [kept, ...others] = await listBackups(folder);
  expect(others).toEqual([]);
  expect((await stat(objectFile(folder, 'p/one'))).ino).toBe(copied.ino);
  const { bases, wal } = placesIn(folder);
  expect(await readdir(bases)).toEqual([kept?.base]);
  expect((await readdir(wal)).length).toBeGreaterThan(0);
  await loseDisk();
  expect(await notes()).toEqual(['x']);
});

it('an interrupted backup leaves nothing that the next one minds', async () => {
  await note('one');
  await put('p/one');
  await backUp();
  const { backups, bases, scratch } = placesIn(folder);
  await mkdir(path.join(backups, '20260101T000000000Z'));
  await mkdir(path.join(bases, 'x.part'));
  await mkdir(scratch, { recursive: true });
  await link(objectFile(folder, 'p/one'), path.join(scratch, randomUUID()));
  await backUp();
  expect(await readdir(bases)).toHaveLength(1);
  await loseDisk();
  expect(await notes()).toEqual(['one']);
});

it('U2: a store that has lost much takes nothing from its copies', async () => {
  const keys = Array.from({ length: 200 }, (_, at) => `p/${String(at).padStart(3, '0')}`);
  for (const key of keys) await put(key);
  await backUp();
  await objects().deleteAll(keys);
  expect((await backUp()).warning).toContain('200 objects are gone');
  expect(await keysIn(folder)).toEqual(keys);
});

it('another database gets a folder of its own', async () => {
  await backUp();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
  dataDir = await newDataDir();
  await start();
  await expect(backUp()).rejects.toThrow('another database');
});

it('an object that was put again is copied again', async () => {
  await put('t/one');
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(objectFile(dataDir, 't/one'), longAgo, longAgo);
  await backUp();
  await objects().put('t/one', Buffer.from('other'));
  await backUp();
  expect((await stat(objectFile(folder, 't/one'))).size).toBe(5);
});
