import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { listAll, readBytes, type ObjectStore } from '../../src/objects/object-store.js';

/** What every driver promises. `make` opens an empty store, once for each test. */
export function objectStorePromises(make: () => Promise<ObjectStore>): void {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await make();
  });
  describe('put and get', () => putAndGet(() => store));
  describe('range', () => range(() => store));
  describe('list', () => list(() => store));
  describe('delete', () => remove(() => store));
  describe('keys', () => keys(() => store));
}

type Current = () => ObjectStore;

async function textOf(store: ObjectStore, key: string): Promise<string | null> {
  const object = await store.get(key);
  return object && (await readBytes(object)).toString();
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(store, prefix)) keys.push(key);
  return keys;
}

function putAndGet(store: Current): void {
  it('returns the bytes that were stored, with their size and time', async () => {
    const before = Date.now();
    await store().put('a/b/c.bin', Buffer.from([0, 1, 255]));
    const object = (await store().get('a/b/c.bin'))!;
    expect(object).toMatchObject({ key: 'a/b/c.bin', sizeBytes: 3 });
    expect(Math.abs(object.modifiedAt.getTime() - before)).toBeLessThan(60_000);
    expect(await readBytes(object)).toEqual(Buffer.from([0, 1, 255]));
  });

  it('stores a stream, and an empty object', async () => {
    await store().put('s', Readable.from([Buffer.from('ab'), Buffer.from('c')]));
    await store().put('empty', new Uint8Array());
    expect([await textOf(store(), 's'), await textOf(store(), 'empty')]).toEqual(['abc', '']);
  });

  it('has nothing under a key that was never stored, nor under a folder of keys', async () => {
    await store().put('a/b', Buffer.from('x'));
    expect([await store().get('nothing'), await store().get('a')]).toEqual([null, null]);
    expect(await store().range('nothing', 0, 1)).toBeNull();
  });

  it('replaces an object; a body that is being read stays the old one', async () => {
    const large = Buffer.alloc(1_000_000, 'a');
    await store().put('k', large);
    const reading = (await store().get('k'))!;
    await store().put('k', Buffer.from('new'));
    expect((await readBytes(reading)).equals(large)).toBe(true);
    expect(await textOf(store(), 'k')).toBe('new');
  });

  it('keeps the old object when a new body breaks off, and lists nothing of the new', async () => {
    await store().put('k', Buffer.from('old'));
    const broken = (): Readable =>
      Readable.from(
        (function* () {
          yield Buffer.alloc(100_000);
          throw new Error('gone');
        })(),
      );
    await expect(store().put('k', broken())).rejects.toThrow('gone');
    await expect(store().put('other', broken())).rejects.toThrow('gone');
    expect([await textOf(store(), 'k'), await keysOf(store(), '')]).toEqual(['old', ['k']]);
    expect(await store().removeAbandoned(0)).toBe(0);
  });
}

function range(store: Current): void {
  const part = async (first: number, last: number): Promise<[string, number]> => {
    const object = (await store().range('k', first, last))!;
    return [(await readBytes(object)).toString(), object.sizeBytes];
  };

  it('returns both ends, cuts at the end of the object, and tells the whole size', async () => {
    await store().put('k', Buffer.from('0123456789'));
    expect(await part(0, 0)).toEqual(['0', 10]);
    expect(await part(2, 4)).toEqual(['234', 10]);
    expect(await part(8, 99)).toEqual(['89', 10]);
  });

  it('throws RangeError for what is not in the object', async () => {
    await store().put('k', Buffer.from('0123456789'));
    await store().put('empty', new Uint8Array());
    await expect(store().range('k', 10, 11)).rejects.toBeInstanceOf(RangeError);
    await expect(store().range('k', -1, 2)).rejects.toBeInstanceOf(RangeError);
    await expect(store().range('k', 3, 2)).rejects.toBeInstanceOf(RangeError);
    await expect(store().range('empty', 0, 0)).rejects.toBeInstanceOf(RangeError);
  });
}

function list(store: Current): void {
  const KEYS = ['a-b', 'a.b', 'a/b', 'a/c/d', 'a0', 'b/a', 'b0'];

  it('goes through all keys in the order of their bytes, folders among them', async () => {
    for (const key of [...KEYS].reverse()) await store().put(key, Buffer.from(key));
    expect(await keysOf(store(), '')).toEqual([...KEYS].sort());
    expect(await keysOf(store(), 'a/')).toEqual(['a/b', 'a/c/d']);
    expect(await keysOf(store(), 'nothing/')).toEqual([]);
    expect((await store().list('b/')).objects[0]).toMatchObject({ key: 'b/a', sizeBytes: 3 });
  });

  it('continues after every key, with no object twice and none left out', async () => {
    for (const key of KEYS) await store().put(key, Buffer.from(key));
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await store().list('', { after, limit: 1 });
      seen.push(...page.objects.map(({ key }) => key));
      after = page.next;
      if (after === null) break;
    }
    expect(seen).toEqual([...KEYS].sort());
    const rest = await store().list('', { after: 'a/c' });
    expect(rest.objects.map(({ key }) => key)).toEqual(['a/c/d', 'a0', 'b/a', 'b0']);
  });
}

function remove(store: Current): void {
  it('removes one object, once or again, and leaves its neighbours', async () => {
    await store().put('a/b', Buffer.from('x'));
    await store().put('a/c', Buffer.from('y'));
    await store().delete('a/b');
    await store().delete('a/b');
    await store().delete('never/there');
    expect(await keysOf(store(), '')).toEqual(['a/c']);
  });

  it.each([false, true])(
    'removes many at once, absent ones too; canReturn: %s',
    async (canReturn) => {
      const keys = Array.from({ length: 1_050 }, (_, at) => `many/${at % 7}/${at}`);
      for (const key of keys) await store().put(key, Buffer.from(key));
      await store().put('many/kept', Buffer.from('x'));
      await store().deleteAll([...keys, 'never/there'], { canReturn });
      await store().deleteAll(keys, { canReturn });
      await store().deleteAll([], { canReturn });
      expect(await keysOf(store(), '')).toEqual(['many/kept']);
    },
  );

  it('lets a body that is being read come to its end', async () => {
    const large = Buffer.alloc(1_000_000, 'a');
    await store().put('k', large);
    const reading = (await store().get('k'))!;
    await store().delete('k');
    expect((await readBytes(reading)).equals(large)).toBe(true);
  });

  it('of a folder that is emptied loses no object that is stored meanwhile', async () => {
    for (let round = 0; round < 20; round += 1) {
      await store().put('f/old', Buffer.from('x'));
      await Promise.all([store().delete('f/old'), store().put('f/new', Buffer.from('y'))]);
      expect(await textOf(store(), 'f/new')).toBe('y');
      await store().delete('f/new');
    }
  });
}

function keys(store: Current): void {
  it.each([
    '',
    '/',
    '/etc/passwd',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a//b',
    'a/',
    '.hidden',
    'a/.hidden',
    'a\0b',
    'a\\b',
    'A',
    'ä',
    'a b',
    'x'.repeat(129),
    'x/'.repeat(300) + 'x',
  ])('refuses %j in every operation', async (key) => {
    const refused = { kind: 'PATH_ESCAPE' };
    await expect(store().put(key, new Uint8Array())).rejects.toMatchObject(refused);
    await expect(store().get(key)).rejects.toMatchObject(refused);
    await expect(store().range(key, 0, 1)).rejects.toMatchObject(refused);
    await expect(store().delete(key)).rejects.toMatchObject(refused);
    await expect(store().deleteAll(['fine', key])).rejects.toMatchObject(refused);
    await expect(store().list('', { after: key })).rejects.toMatchObject(refused);
    if (key !== '') await expect(store().list(`${key}/`)).rejects.toMatchObject(refused);
  });

  it('refuses a prefix that is no folder', async () => {
    await expect(store().list('a')).rejects.toMatchObject({ kind: 'PATH_ESCAPE' });
  });
}
