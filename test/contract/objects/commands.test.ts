import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { listAll, readAll } from '../../../src/objects/object-store.js';
import { openBucket, openObjects } from '../../../src/objects/open.js';
import { pushObjects } from '../../../src/objects/push.js';
import { heldSince, holdSweeps } from '../../../src/objects/unverified.js';
import { createProgram } from '../../../src/ops/cli.js';
import { readSettings } from '../../../src/ops/settings.js';
import { verifyRows } from '../../../src/ops/verify-rows.js';
import { verifyStore } from '../../../src/ops/verify.js';
import { createVersions } from '../../../src/versions/kept/versions.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { fileFolder } from '../../support/own-folder.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { startTroubledStore } from '../../support/s3-trouble.js';
import { publishVersion } from '../../support/versions.js';

const folder = fileFolder();
const NO_FILE = { envFile: '/dev/null' };
let server: S3Server;
let database: TestDatabase;
beforeAll(async () => {
  [server, database] = await Promise.all([startS3Server(path.join(folder, 's3')), startDatabase()]);
});
afterAll(() => Promise.all([server.stop(), database.stop()]));
afterEach(() => void vi.unstubAllEnvs());

/** A host with one game in its bucket, all of which it has read once. */
async function hostWithGame() {
  await database.sql('delete from public.projects');
  const dataDir = path.join(folder, randomUUID());
  const env = { ...database.config, ...server.env(`${randomUUID()}/`), DATA_DIR: dataDir };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { config } = readSettings(NO_FILE.envFile);
  const maker = await database.createUser();
  const { id } = await database.store.projects.create(maker.id);
  await publishVersion(database, dataDir, maker, id, { 'index.html': '<p>game</p>' });
  const bucket = openBucket(config)!;
  await pushObjects(createFileObjectStore(dataDir), bucket, { isDry: false });
  const keys: string[] = [];
  for await (const { key } of listAll(bucket, 'p/')) keys.push(key);
  for (const key of keys) expect(await readAll(openObjects(config), key)).not.toBeNull();
  return { bucket, keys };
}

it('U2/L3: what the bucket has lost is lost, although a host has it in its cache', async () => {
  const { bucket, keys } = await hostWithGame();
  await holdSweeps(bucket);
  await bucket.deleteAll(keys);
  for (const how of [{}, { undelete: true }, { undelete: true, deep: true }])
    expect(await verifyStore({ ...NO_FILE, ...how })).toMatchObject({ exitCode: 1 });
  expect(await heldSince(bucket)).not.toBeNull();
});

it('U2: what was written after the store was listed is not lost', async () => {
  const { bucket } = await hostWithGame();
  const objects = { ...bucket, list: () => Promise.resolve({ objects: [], next: null }) };
  const { store } = database;
  const deps = { store, objects, versions: createVersions(objects, store.revisions) };
  expect(await verifyRows(deps, { undelete: false, deep: false })).toMatchObject({
    looked: 1,
    lost: [],
  });
});

it('U2: --deep reads the bytes of the bucket, and not those of the cache', async () => {
  const { bucket, keys } = await hostWithGame();
  expect(await verifyStore({ ...NO_FILE, deep: true })).toMatchObject({ exitCode: 0 });
  const [key = ''] = keys;
  const bytes = (await readAll(bucket, key))!;
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  await bucket.put(key, bytes);
  expect(await verifyStore({ ...NO_FILE, deep: true })).toMatchObject({ exitCode: 1 });
});

it('objects push --dry-run puts nothing: a bucket that refuses puts is no trouble', async () => {
  const full = await startTroubledStore(server.port);
  full.trouble = 'full';
  await hostWithGame();
  vi.stubEnv('OBJECTS_URL', server.env('beside/', full.port)['OBJECTS_URL']);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const args = ['objects', 'push', '--dry-run', '--json', '--env-file', '/dev/null'];
  await createProgram(null).parseAsync(args, { from: 'user' });
  const printed = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  expect(JSON.parse(printed)).toMatchObject({ looked: 1, pushed: 1, problems: [] });
  expect(full.troubled).toEqual([]);
  await full.close();
});
