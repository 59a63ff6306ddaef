import { createClient } from '@supabase/supabase-js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';

/** Table `push_subscriptions`: which browsers a user is told on. */
let database: TestDatabase;
let alice: TestUser;
let bob: TestUser;
beforeAll(async () => {
  database = await startDatabase();
  [alice, bob] = [await database.createUser('alice'), await database.createUser('bob')];
});
afterAll(() => database.stop());
beforeEach(() => database.sql('delete from public.push_subscriptions'));

const address = (name: string) => `https://fcm.googleapis.com/fcm/send/${name}`;
const keep = (
  user: TestUser,
  name: string,
  given: { auth?: string; language?: 'ja' | 'en' } = {},
) =>
  database.store.pushSubscriptions.keep({
    userId: user.id,
    endpoint: address(name),
    p256dh: `key-of-${name}`,
    auth: given.auth ?? `auth-of-${name}`,
    language: given.language ?? 'ja',
    maxPerUser: 3,
  });
async function browsersOf({ id }: TestUser): Promise<string[]> {
  const { pushSubscriptions } = database.store;
  const rows = await Promise.all(
    (await pushSubscriptions.idsOf(id)).map((each) => pushSubscriptions.get(id, each)),
  );
  return rows.map((row) => `${row?.endpoint.split('/').at(-1)} ${row?.language}`).toSorted();
}

it('keeps a browser once, in the language that it last had', async () => {
  expect([await keep(alice, 'phone'), await keep(alice, 'phone', { language: 'en' })]).toEqual([
    true,
    true,
  ]);
  expect(await browsersOf(alice)).toEqual(['phone en']);
});

it('goes with the browser to whoever signs in there', async () => {
  await keep(alice, 'phone');
  const [id = ''] = await database.store.pushSubscriptions.idsOf(alice.id);
  expect(await keep(bob, 'phone')).toBe(true);
  expect([await browsersOf(alice), await browsersOf(bob)]).toEqual([[], ['phone ja']]);
  expect(await database.store.pushSubscriptions.get(alice.id, id)).toBeNull();
});

it('lets nobody take an address whose keys he does not have', async () => {
  await keep(alice, 'phone');
  expect(await keep(bob, 'phone', { auth: 'guessed' })).toBe(false);
  expect([await browsersOf(alice), await browsersOf(bob)]).toEqual([['phone ja'], []]);
});

it('has so many of a user at most: the one longest unused makes room', async () => {
  for (const name of ['a', 'b', 'c']) await keep(alice, name);
  const [first] = await database.sql<{ id: string }>(
    'select id from public.push_subscriptions where endpoint = $1',
    [address('a')],
  );
  await database.store.pushSubscriptions.noteUsed(first?.id ?? '');
  await keep(bob, 'x');
  await keep(alice, 'd');
  expect(await browsersOf(alice)).toEqual(['a ja', 'c ja', 'd ja']);
  await Promise.all(['e', 'f', 'g', 'h', 'i', 'j'].map((name) => keep(alice, name)));
  expect(await browsersOf(alice)).toHaveLength(3);
  expect(await browsersOf(bob)).toEqual(['x ja']);
});

it('forgets what its owner takes back, and nobody else', async () => {
  await keep(alice, 'phone');
  await database.store.pushSubscriptions.forget(bob.id, address('phone'));
  expect(await browsersOf(alice)).toEqual(['phone ja']);
  await database.store.pushSubscriptions.forget(alice.id, address('phone'));
  await database.store.pushSubscriptions.forget(alice.id, address('phone'));
  expect(await browsersOf(alice)).toEqual([]);
});

it('forgets all of a user’s, and nobody else’s', async () => {
  for (const name of ['phone', 'laptop']) await keep(alice, name);
  await keep(bob, 'x');
  await database.store.pushSubscriptions.forgetAll(alice.id);
  expect([await browsersOf(alice), await browsersOf(bob)]).toEqual([[], ['x ja']]);
});

it('goes with the account, and is written by the server alone', async () => {
  const leaving = await database.createUser('leaving');
  await keep(leaving, 'phone');
  const own = createClient(database.config.SUPABASE_URL, database.config.SUPABASE_ANON_KEY, {
    auth: { persistSession: false },
    global: { headers: { Authorization: `Bearer ${leaving.accessToken}` } },
  });
  const row = { endpoint: address('other'), p256dh: 'B', auth: 'a', language: 'ja' };
  const { error } = await own
    .from('push_subscriptions')
    .insert({ ...row, id: randomUUID(), user_id: leaving.id });
  expect(error?.code).toBe('42501');
  const { error: refused } = await own.rpc('keep_push_subscription', {
    p_user_id: leaving.id,
    p_endpoint: address('other'),
    p_p256dh: 'B',
    p_auth: 'a',
    p_language: 'ja',
    p_max: 100,
  });
  expect(refused?.code).toBe('42501');
  await database.sql('delete from auth.users where id = $1', [leaving.id]);
  expect(await database.sql('select from public.push_subscriptions')).toEqual([]);
});
