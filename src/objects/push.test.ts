import { expect, it } from 'vitest';
import { freshFolder } from '../../test/support/own-folder.js';
import { sha256Of } from '../contracts/base/hashes.js';
import { createFileObjectStore } from './file-object-store.js';
import { listAll, readAll, type ObjectStore } from './object-store.js';
import { pushObjects } from './push.js';

const [here, there] = [freshFolder(), freshFolder()];
const from = createFileObjectStore(here);
const to = createFileObjectStore(there);

/** The target, which counts what is put and read. */
function counted(store: ObjectStore) {
  const calls = { put: 0, get: 0 };
  const counting: ObjectStore = {
    ...store,
    put: (key, body) => ((calls.put += 1), store.put(key, body)),
    get: (key) => ((calls.get += 1), store.get(key)),
  };
  return { store: counting, calls };
}

const named = (text: string): string => `p/game/job/${sha256Of(Buffer.from(text))}`;

async function fill(): Promise<void> {
  for (const text of ['one', 'two', 'three']) await from.put(named(text), Buffer.from(text));
  await from.put('v/game/video', Buffer.from('moving'));
}

async function contentOf(store: ObjectStore): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for await (const { key } of listAll(store, '')) content[key] = String(await readAll(store, key));
  return content;
}

it('puts everything there once, and nothing when it is done again', async () => {
  await fill();
  expect(await pushObjects(from, to, { isDry: false })).toEqual({
    looked: 4,
    pushed: 4,
    pushedBytes: 17,
    problems: [],
  });
  expect(await contentOf(to)).toEqual(await contentOf(from));
  const { store, calls } = counted(to);
  const again = await pushObjects(from, store, { isDry: false });
  expect([again.looked, again.pushed, calls.put]).toEqual([4, 0, 0]);
  // By its size alone goes what is named by its bytes.
  expect(calls.get).toBe(1);
});

it('a dry run says what it would put, and puts nothing', async () => {
  await fill();
  expect(await pushObjects(from, to, { isDry: true })).toMatchObject({ pushed: 4 });
  expect(await contentOf(to)).toEqual({});
});

it('goes on after an interruption, and keeps what the target alone has', async () => {
  await fill();
  await to.put(named('two'), Buffer.from('two'));
  await to.put('t/newer', Buffer.from('there'));
  expect(await pushObjects(from, to, { isDry: false })).toMatchObject({ looked: 4, pushed: 3 });
  expect(await contentOf(to)).toEqual({ ...(await contentOf(from)), 't/newer': 'there' });
});

it('replaces what has the same size and other bytes, or a part of them', async () => {
  await fill();
  await to.put('v/game/video', Buffer.from('MOVING'));
  await to.put(named('three'), Buffer.from('thr'));
  expect(await pushObjects(from, to, { isDry: false })).toMatchObject({ pushed: 4 });
  expect(await contentOf(to)).toEqual(await contentOf(from));
});

it('looks at every byte when it is asked to', async () => {
  await fill();
  await pushObjects(from, to, { isDry: false });
  await to.put(named('two'), Buffer.from('owt'));
  expect((await pushObjects(from, to, { isDry: true })).pushed).toBe(0);
  expect((await pushObjects(from, to, { isDry: true, isDeep: true })).pushed).toBe(1);
});

it('names what is damaged here, and does not put it', async () => {
  await fill();
  await from.put(named('one'), Buffer.from('eno'));
  const { problems, pushed } = await pushObjects(from, to, { isDry: false });
  expect([problems, pushed]).toEqual([
    [`${named('one')}: holds other bytes than its name says`],
    3,
  ]);
  expect(await contentOf(to)).not.toHaveProperty([named('one')]);
});

it('tells when the target has not kept what it was sent', async () => {
  await from.put('a/b', Buffer.from('abc'));
  const losing: ObjectStore = { ...to, put: (key) => to.put(key, Buffer.from('ab')) };
  expect((await pushObjects(from, losing, { isDry: false })).problems).toEqual([
    'a/b: the target does not have it as it was sent',
  ]);
});
