import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';

/** What a user sees of the own costs is what counts against the limit. */
let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

it('C1: the costs that a user sees are those that count, and no one else’s', async () => {
  const [userId, other] = [await database.newUserId(), await database.newUserId()];
  const { usage } = database.store;
  const spend = (
    by: string,
    kind: string,
    state: string,
    payer: string,
    usd: number,
    daysAgo = 0,
  ) =>
    database.sql(
      `insert into public.usage_events
         (id, call_id, user_id, job_id, kind, backend, state, payer, usd, created_at)
       values (gen_random_uuid(), $1, $2, $3, $4, 'local', $5, $6, $7,
         now() - make_interval(days => $8))`,
      [randomUUID(), by, randomUUID(), kind, state, payer, usd, daysAgo],
    );
  expect(await usage.paidBy(userId, 30)).toEqual([]);
  await spend(userId, 'model', 'settled', 'user', 0.25);
  await spend(userId, 'model', 'reserved', 'user', 0.5);
  await spend(userId, 'image', 'settled', 'user', 0.04);
  await spend(userId, 'model', 'released', 'user', 1);
  await spend(userId, 'model', 'settled', 'house', 2);
  await spend(userId, 'model', 'settled', 'user', 0.1, 3);
  await spend(userId, 'model', 'settled', 'user', 9, 40);
  await spend(other, 'model', 'settled', 'user', 4);
  const days = await usage.paidBy(userId, 30);
  expect(days).toMatchObject([
    { runs: 2, reservedUsd: 0.5 },
    { runs: 1, usd: 0.1, reservedUsd: 0 },
  ]);
  expect(days[0]?.usd).toBeCloseTo(0.79, 6);
  expect(await usage.spentToday(userId)).toBeCloseTo(days[0]?.usd ?? 0, 6);
});
