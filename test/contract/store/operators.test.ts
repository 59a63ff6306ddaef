import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let owner: { userId: string; projectId: string };

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  await database.sql('delete from public.jobs');
  await database.sql('delete from public.actions');
  await database.sql('delete from public.usage_events');
  const project = await database.store.projects.create(await database.newUserId());
  owner = { userId: project.user_id, projectId: project.id };
});

interface Made {
  state?: string;
  /** Minutes ago. */
  age?: number;
  /** Seconds from the message to the slot, and to the end. */
  waited?: number;
  took?: number;
  error?: string;
}

async function job({ state = 'completed', age = 1, waited, took = 5, error }: Made = {}) {
  const id = randomUUID();
  await database.sql('alter table public.jobs disable trigger jobs_updated_at');
  await database.sql(
    `insert into public.jobs (id, user_id, project_id, status, error, created_at, slot_at,
      updated_at)
     select $1, $2, $3, $4, $5, at, at + make_interval(secs => $7), at + make_interval(secs => $8)
     from (select now() - make_interval(mins => $6) as at) t`,
    [id, owner.userId, owner.projectId, state, error ?? null, age, waited ?? null, took],
  );
  await database.sql('alter table public.jobs enable trigger jobs_updated_at');
  return id;
}

async function action(kind: string, age = 1) {
  const id = randomUUID();
  await database.sql(
    `insert into public.actions (id, user_id, project_id, kind, state, failure, created_at)
     values ($1, $2, $3, $4, 'failed', '{"kind": "ImageRefused"}',
       now() - make_interval(mins => $5))`,
    [id, owner.userId, owner.projectId, kind, age],
  );
  return id;
}

async function spend(id: string, backend: string, state: string, usd: number, failure?: string) {
  await database.sql(
    `insert into public.usage_events (user_id, job_id, call_id, kind, backend, state, usd, failure)
     values ($1, $2, $3, 'model', $4, $5, $6, $7)`,
    [owner.userId, id, `${id}.${randomUUID()}`, backend, state, usd, failure ?? null],
  );
}

const PAGE = { skip: 0, limit: 50 };
const list = async (filter: Parameters<TestDatabase['store']['operators']['work']>[0]) =>
  (await database.store.operators.work(filter, PAGE)).map(({ id }) => id);

describe('the list of work', () => {
  it('has jobs and actions, the newest first, by page', async () => {
    const old = await job({ age: 30 });
    const image = await action('generateImage', 20);
    const young = await job({ age: 1 });
    expect(await list({})).toEqual([young, image, old]);
    expect(
      (await database.store.operators.work({}, { skip: 1, limit: 1 })).map(({ id }) => id),
    ).toEqual([image]);
  });

  it('can be asked for a user, project, state, kind, backend, age or one id', async () => {
    const old = await job({ age: 30, state: 'failed', error: 'x' });
    const image = await action('generateImage', 20);
    const young = await job({ age: 1 });
    await spend(young, 'modal', 'settled', 0.5);
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    expect(await list({ userId: owner.userId, projectId: owner.projectId })).toHaveLength(3);
    expect(await list({ userId: randomUUID() })).toEqual([]);
    expect(await list({ projectId: randomUUID() })).toEqual([]);
    expect(await list({ states: ['failed'] })).toEqual([image, old]);
    expect(await list({ kinds: ['generateImage'] })).toEqual([image]);
    expect(await list({ kinds: ['generate'] })).toEqual([young, old]);
    expect(await list({ backend: 'modal' })).toEqual([young]);
    expect(await list({ backend: 'local' })).toEqual([image, old]);
    expect(await list({ after: minutesAgo(25) })).toEqual([young, image]);
    expect(await list({ before: minutesAgo(25) })).toEqual([old]);
    expect(await list({ id: image })).toEqual([image]);
  });

  it('says where it ran last, what was paid or lost, and what went wrong', async () => {
    const id = await job({ took: 90 });
    await spend(id, 'modal', 'released', 0.25, 'RunCrashed');
    await spend(id, 'local', 'settled', 0.5);
    await spend(id, 'local', 'reserved', 2);
    const image = await action('generateImage', 5);
    const [first, second] = await database.store.operators.work({}, PAGE);
    expect(first).toMatchObject({ backend: 'local', usd: 0.75, failure: 'RunCrashed' });
    expect(first?.seconds).toBeCloseTo(90, 0);
    expect(second).toMatchObject({ id: image, failure: 'ImageRefused', usd: 0 });
    expect((await database.store.operators.usageOf(id)).map(({ state }) => state)).toEqual([
      'released',
      'settled',
      'reserved',
    ]);
  });
});

describe('the outcomes of jobs', () => {
  it('count each end, times of games and answers apart, the sum first', async () => {
    await job({ waited: 2, took: 60 });
    await job({ took: 4 });
    await job({ state: 'failed', error: '' });
    await job({ state: 'failed', error: 'できませんでした' });
    await job({ state: 'cancelled' });
    const [all, today] = await database.store.operators.outcomes(1, 900);
    expect(all).toMatchObject({ day: null, accepted: 5, completed: 2, failed: 2, cancelled: 1 });
    expect(all).toMatchObject({ games: 1, silent: 1, open: 0, stuck: 0 });
    expect([all?.game_p50, all?.answer_p95, all?.wait_p95]).toEqual([60, 4, 2]);
    expect(today?.day).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(await database.store.operators.outcomes(1, 900)).toHaveLength(2);
  });

  it('call stuck what has its slot for too long, and what waits for nothing', async () => {
    await job({ state: 'processing', age: 20, waited: 60 });
    const [waiting] = await database.store.operators.outcomes(7, 900);
    expect(waiting).toMatchObject({ open: 1, stuck: 1 });
    await database.sql('update public.jobs set slot_at = null, queue_no = 1');
    expect((await database.store.operators.outcomes(7, 900))[0]).toMatchObject({ stuck: 0 });
    await database.sql('update public.jobs set queue_no = null');
    expect((await database.store.operators.outcomes(7, 900))[0]).toMatchObject({ stuck: 1 });
  });

  it('say nothing where nothing was accepted', async () => {
    expect(await database.store.operators.outcomes(7, 900)).toEqual([]);
  });
});
