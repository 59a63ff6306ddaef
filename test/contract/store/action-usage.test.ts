import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callIdFor } from '../../../src/contracts/base/ids.js';
import type { StepReservation } from '../../../src/store/tables/usage.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';

/** H3: what images, videos and words cost, from the reservation to the end of their action. */
let database: TestDatabase;
let userId: string;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  await database.stop();
});
beforeEach(async () => {
  await database.sql('delete from public.actions');
  await database.sql('delete from public.usage_events');
  userId = await database.newUserId();
  await database.store.projects.create(userId);
});

async function newAction(): Promise<string> {
  const id = randomUUID();
  await database.store.actions.open({ id, userId, projectId: null, kind: 'generateImage' });
  return id;
}
const reserve = (actionId: string, changes: Partial<StepReservation> = {}) =>
  database.store.usage.reserveStep({
    actionId,
    step: '1',
    kind: 'image',
    backend: 'local',
    estimateUsd: 0.5,
    userLimitUsd: 0,
    budgetUsd: 0,
    ...changes,
  });
const rowsOf = (actionId: string) =>
  database.sql<{ call_id: string; kind: string; state: string; usd: number }>(
    'select call_id, kind, state, usd, failure from public.usage_events where job_id = $1 ' +
      'order by created_at, call_id',
    [actionId],
  );
const spent = async () => [
  await database.store.usage.spentToday(),
  await database.store.usage.spentToday(userId),
];

describe('H3: a step of an action', () => {
  it('sets aside its price, once, under its own name, for the user and for all', async () => {
    const id = await newAction();
    expect(await reserve(id)).toEqual({ outcome: 'reserved' });
    expect(await reserve(id)).toEqual({ outcome: 'reserved' });
    expect(await rowsOf(id)).toEqual([
      { call_id: callIdFor(id, 1), kind: 'image', state: 'reserved', usd: 0.5, failure: null },
    ]);
    expect(await spent()).toEqual([0.5, 0.5]);
  });

  it("is the user's when the action completes, whoever ends the row, and only then", async () => {
    const [made, failed, cancelled] = [await newAction(), await newAction(), await newAction()];
    for (const id of [made, failed, cancelled]) await reserve(id);
    await database.store.actions.complete(made, {});
    await database.store.actions.fail(failed, '×');
    await database.store.actions.cancel(cancelled);
    expect(await rowsOf(made)).toMatchObject([{ state: 'settled', usd: 0.5, failure: null }]);
    expect(await rowsOf(failed)).toMatchObject([{ state: 'released', failure: 'RunCrashed' }]);
    expect(await rowsOf(cancelled)).toMatchObject([{ state: 'released', failure: null }]);
    expect(await spent()).toEqual([1.5, 0.5]);
  });

  it('that failed is released by the next; what it says that it cost counts', async () => {
    const id = await newAction();
    await reserve(id, { backend: 'modal' });
    await database.store.usage.release(callIdFor(id, 1), 'ImageServiceMissing', 0);
    await reserve(id, { step: '2' });
    await reserve(id, { step: '3' });
    await database.store.actions.complete(id, {});
    expect(await rowsOf(id)).toMatchObject([
      { state: 'released', usd: 0, failure: 'ImageServiceMissing' },
      { state: 'released', usd: 0.5, failure: 'RunCrashed' },
      { state: 'settled', usd: 0.5 },
    ]);
  });

  it('is not made for an action that has ended, nor outlives an account', async () => {
    const ended = await newAction();
    await database.store.actions.cancel(ended);
    expect(await reserve(ended)).toBeNull();
    const open = await newAction();
    await reserve(open);
    await database.sql('delete from auth.users where id = $1', [userId]);
    expect(await rowsOf(open)).toMatchObject([{ state: 'released', usd: 0.5 }]);
  });

  it('a video on Modal is paid by the time of its call, which its action owns', async () => {
    const [made, failed] = [await newAction(), await newAction()];
    for (const id of [made, failed]) {
      await reserve(id, { kind: 'video', backend: 'modal' });
      await database.store.usage.recordCall({
        callId: callIdFor(id, 1),
        userId,
        jobId: id,
        function: 'render-video',
        seconds: 60,
        usd: 0.02,
      });
    }
    await database.store.actions.complete(made, {});
    await database.store.actions.fail(failed, '×');
    const states = async (id: string) =>
      (await rowsOf(id)).map(({ kind, state, usd }) => [kind, state, usd]);
    expect(await states(made)).toEqual([
      ['video', 'settled', 0],
      ['modal', 'settled', 0.02],
    ]);
    expect(await states(failed)).toEqual([
      ['video', 'released', 0.5],
      ['modal', 'released', 0.02],
    ]);
  });
});

describe('a limit', () => {
  it.each([
    ['user', { userLimitUsd: 0.9 }],
    ['budget', { budgetUsd: 0.9 }],
  ])('of the %s refuses an action, and never its second step', async (limit, limits) => {
    const first = await newAction();
    expect(await reserve(first, limits)).toMatchObject({ outcome: 'reserved' });
    const second = await newAction();
    const refusal = { outcome: 'refused', limit, spentUsd: 0.5 };
    expect(await reserve(second, limits)).toEqual(refusal);
    expect(await rowsOf(second)).toEqual([]);
    expect(await reserve(first, { ...limits, step: '2' })).toMatchObject({ outcome: 'reserved' });
  });

  it('of ten actions at the same moment lets in exactly those that fit', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, newAction));
    const answers = await Promise.all(ids.map((id) => reserve(id, { budgetUsd: 2 })));
    expect(answers.filter((answer) => answer?.outcome === 'reserved')).toHaveLength(4);
  });
});

describe('H3: videos of one user', () => {
  const newVideo = async (of = userId): Promise<string> => {
    const id = randomUUID();
    await database.store.actions.open({ id, userId: of, projectId: null, kind: 'renderVideo' });
    return id;
  };
  const turn = async (id: string): Promise<string | undefined> =>
    (await reserve(id, { kind: 'video' }))?.outcome;

  it('are made one at a time, in the order of their wishes; nobody waits for others', async () => {
    const [first, second, third] = [await newVideo(), await newVideo(), await newVideo()];
    const other = await database.createUser('other');
    const theirs = await newVideo(other.id);
    const image = await newAction();
    expect([await turn(second), await turn(third)]).toEqual(['waits', 'waits']);
    expect([await turn(first), await turn(first), await turn(theirs)]).toEqual(
      Array(3).fill('reserved'),
    );
    expect(await reserve(image)).toEqual({ outcome: 'reserved' });
    expect(await rowsOf(second)).toEqual([]);
    await database.store.actions.cancel(second);
    expect(await turn(third)).toBe('waits');
    await database.store.actions.fail(first, '×');
    expect(await turn(third)).toBe('reserved');
  });
});
