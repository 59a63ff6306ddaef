import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let userId: string;
let wish: string;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  userId = await database.newUserId();
  wish = randomUUID();
});

const claim = (actionId: string = randomUUID(), by = userId) =>
  database.store.imageClaims.claim(by, wish, actionId);

it('of many claims at once one is first, and later ones get its action', async () => {
  const ids = Array.from({ length: 12 }, () => randomUUID());
  const answers = new Set(await Promise.all(ids.map((id) => claim(id))));
  expect(answers.size).toBe(1);
  const [first = ''] = answers;
  expect(ids).toContain(first);
  expect(await claim()).toBe(first);
  const other = await database.newUserId();
  expect(await claim(first, other)).toBe(first);
  await database.store.imageClaims.release(other, first);
  expect(await claim()).toBe(first);
});

it('a released wish is free, and so is one that was claimed 10 minutes ago', async () => {
  const first = await claim();
  await database.store.imageClaims.release(userId, first);
  const second = await claim();
  expect(second).not.toBe(first);
  const age = (minutes: number) =>
    database.sql(
      `update public.image_claims set claimed_at = now() - make_interval(mins => $1)
       where wish = $2`,
      [minutes, wish],
    );
  await age(9);
  expect(await claim()).toBe(second);
  await age(11);
  const ids = Array.from({ length: 8 }, () => randomUUID());
  const answers = new Set(await Promise.all(ids.map((id) => claim(id))));
  expect(answers.size).toBe(1);
  expect(answers.has(second)).toBe(false);
});
