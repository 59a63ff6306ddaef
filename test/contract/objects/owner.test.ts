import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkApiObjects, checkWorkerObjects, watchObjects } from '../../../src/checks/at-start.js';
import { describeFinding } from '../../../src/checks/finding.js';
import {
  checkObjects,
  checkReturn,
  type ObjectPlaces,
  type ObjectRows,
} from '../../../src/checks/objects.js';
import { ConfigError } from '../../../src/config.js';
import { readAll } from '../../../src/objects/object-store.js';
import { openBucket } from '../../../src/objects/open.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { S3Url } from '../../../src/objects/s3/place.js';
import { holdSweeps } from '../../../src/objects/unverified.js';
import type { ObjectHome } from '../../../src/contracts/rows/object-home.js';
import { fileFolder } from '../../support/own-folder.js';
import { patient } from '../../support/patience.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { startTroubledStore } from '../../support/s3-trouble.js';

const folder = fileFolder();
let server: S3Server;
beforeAll(async () => {
  server = await startS3Server(path.join(folder, 's3'));
});
afterAll(() => server.stop());

const [SECRET, NEW_SECRET] = [
  'one secret of thirty-two characters',
  'a new secret, as long as that one',
];
/** What a database says that names these versions; it has no other host. */
const rowsOf = (newest: () => Promise<string[]>, home = homeRow()): ObjectRows => ({
  newest,
  home,
});
const none = async (): Promise<string[]> => [];
const noRows = rowsOf(none);

/** As the table does: the first claim stays. */
function homeRow(): ObjectRows['home'] & { row: ObjectHome | null } {
  return {
    row: null,
    async read() {
      return this.row;
    },
    async claim(home) {
      return (this.row ??= home);
    },
  };
}
let host: ObjectPlaces;
beforeEach(() => {
  host = hostOf(server.env(`${randomUUID()}/`));
});

function hostOf({ OBJECTS_URL: url, ...keys }: Record<string, string>): ObjectPlaces {
  return {
    ...keys,
    DATA_DIR: path.join(folder, randomUUID()),
    OBJECTS_URL: S3Url.parse(url),
    OBJECTS_CACHE_GIB: 1,
    SUPABASE_URL: 'https://one.example',
    EMBEDDED_SUPABASE_URL: undefined,
    CALLBACK_SECRET: SECRET,
    CALLBACK_SECRET_OLD: undefined,
    GAME_PATH_SECRET: 'what the addresses of games are signed with',
    PUBLISH_CHECK_SECRET: 'what the checks of published games are signed with',
  };
}

const prefixOf = ({ OBJECTS_URL: place }: ObjectPlaces): string => place?.prefix ?? '';

/** The sentence with which a worker, or an API, refuses to start; empty = it starts. */
async function refusalOf(
  config: ObjectPlaces,
  rows: ObjectRows | (() => Promise<string[]>) = noRows,
  check = checkWorkerObjects,
): Promise<string> {
  return check(config, typeof rows === 'function' ? rowsOf(rows) : rows).then(
    () => '',
    (error: unknown) => {
      if (error instanceof ConfigError) return error.message;
      throw error;
    },
  );
}

describe('E1: the bucket of another installation', () => {
  it('is refused: another database, by worker and API', async () => {
    expect(await refusalOf(host)).toBe('');
    expect(await refusalOf(host)).toBe('');
    const other = { ...host, SUPABASE_URL: 'https://two.example' };
    const sentence = 'belongs to the database https://one.example, not to https://two.example';
    expect(await refusalOf(other)).toContain(sentence);
    await expect(checkApiObjects(other, noRows)).rejects.toThrow(sentence);
    await checkApiObjects(host, noRows);
  });

  it('is refused: another secret, but not a host that changes to a new one', async () => {
    expect(await refusalOf(host)).toBe('');
    const stranger = { ...host, CALLBACK_SECRET: NEW_SECRET };
    expect(await refusalOf(stranger)).toContain('another CALLBACK_SECRET');
    const changing = { ...stranger, CALLBACK_SECRET_OLD: SECRET };
    expect(await refusalOf(changing)).toBe('');
    for (const each of [host, changing, stranger]) expect(await refusalOf(each)).toBe('');
    expect(await refusalOf(host)).toContain('another CALLBACK_SECRET');
  });

  it('is refused: another secret of addresses or checks, which the sentence names', async () => {
    const ofApi = (config: ObjectPlaces) => refusalOf(config, noRows, checkApiObjects);
    const [paths, checks] = [
      { ...host, GAME_PATH_SECRET: NEW_SECRET },
      { ...host, PUBLISH_CHECK_SECRET: NEW_SECRET },
    ];
    expect([await refusalOf(host), await ofApi(host)]).toEqual(['', '']);
    expect(await ofApi(paths)).toContain('another GAME_PATH_SECRET →');
    for (const refuses of [ofApi, refusalOf])
      expect(await refuses(checks)).toContain('another PUBLISH_CHECK_SECRET →');
    // Workers need not have the secret of addresses: they neither refuse nor write it.
    expect([await refusalOf(paths), await ofApi(host)]).toEqual(['', '']);
    const changing = { ...paths, GAME_PATH_SECRET_OLD: host.GAME_PATH_SECRET };
    for (const each of [changing, host, paths]) expect(await ofApi(each)).toBe('');
    expect(await ofApi(host)).toContain('another GAME_PATH_SECRET →');
  });

  it('a marker without those secrets is ours, and the next host adds its own', async () => {
    const bucket = openBucket(host)!;
    expect(await refusalOf(host)).toBe('');
    const marker = String(await readAll(bucket, 'dreamcore.json'));
    const before = marker.replace(/,"PUBLISH_CHECK_SECRET":.*\]/, '');
    expect(before).not.toBe(marker);
    await bucket.put('dreamcore.json', Buffer.from(before));
    expect(await refusalOf(host)).toBe('');
    const other = { ...host, PUBLISH_CHECK_SECRET: NEW_SECRET };
    expect(await refusalOf(other)).toContain('another PUBLISH_CHECK_SECRET');
  });

  it('is refused: none of the newest versions is there', async () => {
    const key = 'p/game/job/version';
    const newest = async (): Promise<string[]> => ['p/game/job/lost', key];
    expect(await refusalOf(host, newest)).toContain('holds none of the 2 newest versions');
    await expect(checkApiObjects(host, rowsOf(newest))).rejects.toThrow('none of the 2 newest');
    await openBucket(host)!.put(key, Buffer.from('x'));
    expect(await refusalOf(host, newest)).toBe('');
  });

  it('L3: of ours, set back to a time before the newest versions, is not refused', async () => {
    const newest = async (): Promise<string[]> => ['p/game/job/lost'];
    expect(await refusalOf(host)).toBe('');
    // Another host with a bucket of its own has marked it as well, but made nothing there.
    expect(await refusalOf(host, newest)).toContain('holds none of the 1 newest versions');
    await openBucket(host)!.put('p/game/job/older', Buffer.from('x'));
    expect(await refusalOf(host, newest)).toBe('');
    await openBucket(host)!.delete('dreamcore.json');
    expect(await refusalOf(host, newest)).toContain('npx dreamcore verify --hold');
  });

  it('L3: one that lost all is not refused once an operator has put it on hold', async () => {
    const newest = async (): Promise<string[]> => ['p/game/job/lost'];
    await holdSweeps(openBucket(host)!);
    expect(await refusalOf(host, newest)).toBe('');
  });

  it('is refused: a host without a bucket has none of the versions on its disk', async () => {
    const alone = { ...host, OBJECTS_URL: undefined };
    const newest = async (): Promise<string[]> => ['p/game/job/version'];
    expect(await refusalOf(alone)).toBe('');
    expect(await refusalOf(alone, newest)).toContain('set OBJECTS_URL as on the other hosts');
    expect(await refusalOf({ ...alone, EMBEDDED_SUPABASE_URL: 'http://127.0.0.1:1' }, newest)).toBe(
      '',
    );
    await createFileObjectStore(alone.DATA_DIR).put('p/game/job/version', Buffer.from('x'));
    expect(await refusalOf(alone, newest)).toBe('');
  });

  it('is refused: a second bucket, or disk, that holds versions as well', async () => {
    const key = 'p/game/job/version';
    const rows = rowsOf(async () => [key]);
    const copy = { ...host, ...hostOf(server.env(`${randomUUID()}/`)) };
    const disk = { ...host, OBJECTS_URL: undefined };
    for (const each of [host, copy]) await openBucket(each)!.put(key, Buffer.from('x'));
    await createFileObjectStore(disk.DATA_DIR).put(key, Buffer.from('x'));
    for (const each of [host, host]) expect(await refusalOf(each, rows)).toBe('');
    expect(await refusalOf(copy, rows)).toContain('is not where the objects of this database are');
    expect(await refusalOf(copy, rows, checkApiObjects)).toContain(`/games/${prefixOf(host)}`);
    expect(await refusalOf(disk, rows)).toContain('the disk of this host is not where');
    // It was moved with all that is in it, or has got another address.
    const marker = await readAll(openBucket(host)!, 'dreamcore.json');
    await openBucket(copy)!.put('dreamcore.json', marker!);
    expect(await refusalOf(copy, rows)).toBe('');
    // A host that knows no such row has rewritten the marker.
    const { id, ...before } = JSON.parse(String(marker)) as { id: string };
    expect(id).toMatch(/^[\da-f-]{36}$/);
    await openBucket(host)!.put('dreamcore.json', Buffer.from(JSON.stringify(before)));
    expect(await refusalOf(host, rows)).toBe('');
    expect(await readAll(openBucket(host)!, 'dreamcore.json')).toEqual(marker);
  });

  it('a marker that cannot be read is not ours', async () => {
    await openBucket(host)!.put('dreamcore.json', Buffer.from('torn'));
    expect(await refusalOf(host)).toContain('belongs to the database unknown');
  });
});

describe('a bucket that does not answer', () => {
  it('stops a worker with the reason, and not the API, which waits for it', async () => {
    const away = hostOf(server.env('', 1));
    expect(await refusalOf(away)).toContain('the object store does not answer');
    await checkApiObjects(away, noRows);
    const wrong = { ...host, OBJECTS_SECRET_ACCESS_KEY: 'not the secret' };
    expect(await refusalOf(wrong)).toContain('403');
    expect(await refusalOf(wrong)).not.toContain('not the secret');
  });
});

describe('E1: an API or a worker that runs', () => {
  const stopping = new AbortController();
  afterAll(() => stopping.abort());
  const watch = (config: ObjectPlaces, newest = none) =>
    // Bare time: between two looks.
    watchObjects('api', config, rowsOf(newest), stopping.signal, 20);

  it(
    'refuses the bucket of others as soon as it answers',
    async () => {
      const before = await startTroubledStore(server.port);
      const late = hostOf(server.env(`${randomUUID()}/`, before.port));
      expect(await refusalOf(late)).toBe('');
      const other = { ...late, SUPABASE_URL: 'https://two.example' };
      before.trouble = 'away';
      await checkApiObjects(other, noRows);
      const refused = watch(other);
      await expect.poll(() => before.troubled.length).toBeGreaterThan(1);
      before.trouble = 'none';
      expect(await refused).toContain('belongs to the database https://one.example');
      await before.close();
    },
    patient(60_000),
  );

  it('refuses another bucket than that of the host that made the first version', async () => {
    const other = { ...host, ...hostOf(server.env(`${randomUUID()}/`)) };
    expect([await refusalOf(host), await refusalOf(other)]).toEqual(['', '']);
    const keys: string[] = [];
    const refused = watch(other, async () => keys);
    const accepted = watch(host, async () => keys);
    await openBucket(host)!.put('p/game/job/first', Buffer.from('x'));
    keys.push('p/game/job/first');
    expect(await refused).toContain('holds none of the 1 newest versions');
    stopping.abort();
    expect(await accepted).toBeNull();
  });
});

it('doctor says where objects lie, and that this bucket keeps nothing removed', async () => {
  const found = await checkObjects(host);
  expect(found && describeFinding(found)).toMatch(/^object store: s3:\/\/games\/[\da-f-]{36}\/$/);
  expect(await checkReturn(host)).toMatchObject({ verdict: 'absent' });
  expect(await checkReturn({ ...host, OBJECTS_URL: undefined })).toBeNull();
});
