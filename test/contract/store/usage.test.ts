import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callIdFor } from '../../../src/contracts/base/ids.js';
import type { Reservation } from '../../../src/store/tables/usage.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';

const RUN = { costUsd: 0.25, inputTokens: 1, outputTokens: 2, turns: 1, durationMs: 10 };

interface Owner {
  userId: string;
  projectId: string;
}

let database: TestDatabase;
let owner: Owner;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  await database.stop();
});
beforeEach(async () => {
  await database.sql(
    `update public.jobs set status = 'failed' where status in ('pending', 'processing')`,
  );
  await database.sql('delete from public.usage_events');
  owner = await newOwner();
});

async function newOwner(): Promise<Owner> {
  const project = await database.store.projects.create(await database.newUserId());
  return { userId: project.user_id, projectId: project.id };
}

async function newJob({ userId, projectId }: Owner = owner): Promise<string> {
  const id = randomUUID();
  const opened = await database.store.jobs.open({
    id,
    userId,
    projectId,
    content: '作って',
    chatId: randomUUID(),
    maxQueuedJobs: 500,
  });
  expect(opened.outcome).toBe('opened');
  await database.store.jobs.startProcessing(id, true);
  return id;
}

const reserve = (jobId: string, changes: Partial<Reservation> = {}) =>
  database.store.usage.reserve({
    jobId,
    backend: 'local',
    estimateUsd: 2,
    purseUsd: 2,
    userLimitUsd: 0,
    budgetUsd: 0,
    ...changes,
  });
const complete = (id: string, usage: typeof RUN | null = RUN) =>
  database.store.jobs.complete({
    id,
    message: { text: '' },
    result: {},
    history: null,
    chatId: randomUUID(),
    pendingQuestion: null,
    usage,
  });
const rowsOf = (jobId: string) =>
  database.sql<{
    call_id: string;
    kind: string;
    state: string;
    usd: number;
    failure: string | null;
  }>(
    'select call_id, kind, state, usd, failure from public.usage_events where job_id = $1 ' +
      'order by created_at, call_id',
    [jobId],
  );
const budget = () => database.store.usage.spentToday();
const borne = (userId = owner.userId) => database.store.usage.spentToday(userId);
/** A job that has run: it had a slot. */
async function running(changes: Partial<Reservation> = {}, who: Owner = owner): Promise<string> {
  const id = await newJob(who);
  const started = await reserve(id, changes);
  expect(started?.outcome).toBe('started');
  expect(await database.store.jobs.takeSlot(id, 1)).toBe(true);
  return id;
}

describe('a reservation', () => {
  it(
    'C1: counts the attempt and sets aside what it may ' + 'cost, for the user and for all',
    async () => {
      const id = await newJob();
      expect(await reserve(id, { backend: 'modal' })).toEqual({
        outcome: 'started',
        attempt: 1,
        slotAgeMs: 0,
        budgetUsd: 2,
      });
      expect(await rowsOf(id)).toEqual([
        { call_id: callIdFor(id, 1), kind: 'model', state: 'reserved', usd: 2, failure: null },
      ]);
      expect([await budget(), await borne()]).toEqual([2, 2]);
    },
  );

  it('becomes what the run cost when the job completes, in the same transaction', async () => {
    const id = await running();
    await complete(id);
    await complete(id);
    expect(await rowsOf(id)).toMatchObject([{ state: 'settled', usd: 0.25, failure: null }]);
    expect([await budget(), await borne()]).toEqual([0.25, 0.25]);
  });

  it(
    'is free for the user when the job fails or is cancelled; what it may have cost counts ' +
      'for all',
    async () => {
      const failed = await running();
      await database.store.jobs.fail(failed, { text: '×' });
      expect(await rowsOf(failed)).toMatchObject([
        { state: 'released', usd: 2, failure: 'RunCrashed' },
      ]);
      const cancelled = await running();
      await database.store.jobs.cancel(cancelled);
      expect(await rowsOf(cancelled)).toMatchObject([{ state: 'released', usd: 2, failure: null }]);
      expect([await budget(), await borne()]).toEqual([4, 0]);
    },
  );

  it('of a job that never got a slot has cost nothing', async () => {
    const id = await newJob();
    await reserve(id);
    await database.store.jobs.cancel(id);
    expect(await rowsOf(id)).toMatchObject([{ state: 'released', usd: 0 }]);
    expect(await budget()).toBe(0);
  });

  it(
    'shrinks to what a failed run says that it cost, ' + 'before or after its job has ended',
    async () => {
      const id = await running();
      expect(await database.store.usage.release(callIdFor(id, 1), 'ModelOverloaded', 0.1)).toBe(
        true,
      );
      expect(await rowsOf(id)).toMatchObject([
        { state: 'released', usd: 0.1, failure: 'ModelOverloaded' },
      ]);
      await database.store.jobs.fail(id, { text: '×' });
      const stopped = await running();
      await database.store.jobs.cancel(stopped);
      await database.store.usage.release(callIdFor(stopped, 1), null, 0.05);
      expect(await rowsOf(stopped)).toMatchObject([
        { state: 'released', usd: 0.05, failure: null },
      ]);
      expect(await budget()).toBeCloseTo(0.15);
    },
  );

  it('that was settled stays so, whatever a late attempt says', async () => {
    const id = await running();
    await complete(id);
    expect(await database.store.usage.release(callIdFor(id, 1), 'RunCrashed', 0)).toBe(false);
    expect(await rowsOf(id)).toMatchObject([{ state: 'settled', usd: 0.25 }]);
  });

  it(
    'of an attempt that was killed ends with the next ' + "attempt; the last one is the user's",
    async () => {
      const id = await running({ backend: 'modal' });
      expect(await reserve(id)).toMatchObject({ outcome: 'started', attempt: 2 });
      await complete(id);
      expect(await rowsOf(id)).toMatchObject([
        { state: 'released', usd: 2, failure: 'RunCrashed' },
        { state: 'settled', usd: 0.25 },
      ]);
      expect([await budget(), await borne()]).toEqual([2.25, 0.25]);
    },
  );

  it('does not outlive a job whose workflow, project or account is gone', async () => {
    const stale = await running();
    // B3: what the reconciler does with a row that nobody works on.
    await database.store.jobs.fail(stale, { text: '×' });
    const inProject = await running();
    await database.sql('delete from public.projects where id = $1', [owner.projectId]);
    owner = await newOwner();
    const ofUser = await running();
    await database.sql('delete from auth.users where id = $1', [owner.userId]);
    for (const id of [stale, inProject, ofUser])
      expect(await rowsOf(id)).toMatchObject([{ state: 'released', usd: 2 }]);
    expect(await budget()).toBe(6);
    expect(await database.sql(`select from public.usage_events where state = 'reserved'`)).toEqual(
      [],
    );
  });

  it('counts for the backend where the attempt is made, wherever it was meant for', async () => {
    const id = await newJob();
    await reserve(id, { backend: 'modal' });
    expect(await database.store.jobs.takeSlot(id, 1, 'local')).toBe(true);
    await database.store.usage.release(callIdFor(id, 1), 'RunCrashed', 0);
    const backends = await database.sql(
      'select backend from public.usage_events where job_id = $1',
      [id],
    );
    expect(backends).toEqual([{ backend: 'local' }]);
    const windows = { errorMinutes: 10, recentHours: 1, days: 7 };
    expect((await database.store.usage.modalHealth(windows)).ended).toEqual([]);
  });

  it('is not made for a job that has ended', async () => {
    const id = await newJob();
    await database.store.jobs.cancel(id);
    expect(await reserve(id)).toBeNull();
    expect(await rowsOf(id)).toEqual([]);
  });
});

describe('a limit', () => {
  it('refuses the first attempt of a job that could exceed it, and starts nothing', async () => {
    await complete(await running({ userLimitUsd: 2.2 }));
    const id = await newJob();
    expect(await reserve(id, { userLimitUsd: 2.2 })).toEqual({
      outcome: 'refused',
      limit: 'user',
      spentUsd: 0.25,
    });
    expect(await reserve(id, { budgetUsd: 2.2 })).toEqual({
      outcome: 'refused',
      limit: 'budget',
      spentUsd: 0.25,
    });
    expect(await rowsOf(id)).toEqual([]);
    expect(await database.store.jobs.get(id)).toMatchObject({ attempt: 0, status: 'processing' });
    expect(await reserve(id, { userLimitUsd: 2.25, budgetUsd: 2.25 })).toMatchObject({
      outcome: 'started',
    });
  });

  it('of one user is not used up by another, the budget is', async () => {
    await complete(await running());
    const other = await newOwner();
    const id = await newJob(other);
    expect(await reserve(id, { userLimitUsd: 2, budgetUsd: 2 })).toMatchObject({
      outcome: 'refused',
      limit: 'budget',
    });
    expect(await reserve(id, { userLimitUsd: 2, budgetUsd: 3 })).toMatchObject({
      outcome: 'started',
    });
  });

  it('never stops a job half-way: later attempts are not refused', async () => {
    const id = await running({ budgetUsd: 2 });
    expect(await reserve(id, { budgetUsd: 2 })).toMatchObject({ outcome: 'started', attempt: 2 });
  });

  it('counts from midnight in Japan', async () => {
    const id = await running();
    const midnight = `date_trunc('day', now() at time zone 'Asia/Tokyo') at time zone 'Asia/Tokyo'`;
    await database.sql(
      `update public.usage_events set created_at = ${midnight} - interval '1 second' where ` +
        'job_id = $1',
      [id],
    );
    expect([await budget(), await borne()]).toEqual([0, 0]);
    await database.sql(
      `update public.usage_events set created_at = ${midnight} where job_id = $1`,
      [id],
    );
    expect([await budget(), await borne()]).toEqual([2, 2]);
  });

  it('of thirty jobs at the same moment lets in exactly those that fit', async () => {
    const owners = await Promise.all(Array.from({ length: 30 }, newOwner));
    const jobs = await Promise.all(owners.map((who) => newJob(who)));
    const answers = await Promise.all(jobs.map((id) => reserve(id, { budgetUsd: 15 })));
    expect(answers.filter((answer) => answer?.outcome === 'started')).toHaveLength(7);
    expect(answers.filter((answer) => answer?.outcome === 'refused')).toHaveLength(23);
    expect(await budget()).toBe(14);
    // While some end and others begin, what counts never exceeds the budget.
    const started = jobs.filter((_, index) => answers[index]?.outcome === 'started');
    const waiting = jobs.filter((_, index) => answers[index]?.outcome === 'refused');
    const [, again] = await Promise.all([
      Promise.all(started.map((id) => complete(id))),
      Promise.all(waiting.map((id) => reserve(id, { budgetUsd: 15 }))),
    ]);
    const let_in = again.filter((answer) => answer?.outcome === 'started').length;
    expect(await budget()).toBeCloseTo(7 * RUN.costUsd + 2 * let_in);
    expect(await budget()).toBeLessThanOrEqual(15);
  });
});

describe('calls of functions', () => {
  const call = (jobId: string | null, changes: object = {}) =>
    database.store.usage.recordCall({
      callId: randomUUID(),
      userId: owner.userId,
      jobId,
      function: 'generate-game',
      seconds: 30,
      usd: 0.001,
      ...changes,
    });

  it('are recorded once, whoever takes the call up again', async () => {
    const id = await running();
    const callId = callIdFor(id, 1);
    await call(id, { callId, seconds: 3, usd: 0.0001 });
    await Promise.all([call(id, { callId }), call(id, { callId, seconds: 1, usd: 0 })]);
    expect(
      await database.sql(
        `select seconds, usd, state, backend from public.usage_events where kind = 'modal'`,
      ),
    ).toEqual([{ seconds: 30, usd: 0.001, state: 'settled', backend: 'modal' }]);
  });

  it(
    "are the user's when the job goes well, free when it does not, and when no job needed " +
      'them',
    async () => {
      const good = await running();
      await call(good);
      await complete(good);
      const bad = await running();
      await call(bad);
      await database.store.jobs.fail(bad, { text: '×' });
      await call(bad);
      await call(null);
      const states = await database.sql<{ state: string }>(
        `select state from public.usage_events where kind = 'modal' order by created_at`,
      );
      expect(states.map(({ state }) => state)).toEqual([
        'settled',
        'released',
        'released',
        'released',
      ]);
      expect(await borne()).toBeCloseTo(0.251);
      expect(await budget()).toBeCloseTo(2.254);
    },
  );

  it(
    'that nobody waits for are found: of ended, deleted and superseded work, and the very ' +
      'old; never those of a running attempt',
    async () => {
      const started = async (
        functionCallId: string,
        jobId: string | null,
        attempt: number | null,
      ): Promise<void> =>
        database.store.modalCalls.started({
          functionCallId,
          callId: functionCallId,
          userId: owner.userId,
          jobId,
          attempt,
          function: 'generate-game',
        });
      const other = await newOwner();
      const [live, ended] = [await running(), await running({}, other)];
      await reserve(live);
      await Promise.all([
        started('superseded', live, 1),
        started('live', live, 2),
        started('ended', ended, 1),
        started('gone', randomUUID(), 1),
        started('short', null, null),
      ]);
      await started('live', live, 2);
      await started('done', ended, 1);
      await database.store.modalCalls.ended('done');
      await database.store.jobs.cancel(ended);
      const found = async (): Promise<string[]> =>
        (await database.store.modalCalls.orphans(3_600_000, 100))
          .map((orphan) => orphan.functionCallId)
          .sort();
      expect(await found()).toEqual(['ended', 'gone', 'superseded']);
      expect(await database.store.modalCalls.orphans(3_600_000, 1)).toHaveLength(1);
      await database.sql(
        `update public.modal_calls set started_at = now() - interval '2 hours' where ` +
          `function_call_id = 'short'`,
      );
      expect(await found()).toEqual(['ended', 'gone', 'short', 'superseded']);
      for (const id of await found()) await database.store.modalCalls.ended(id, true);
      expect(await found()).toEqual([]);
      await database.sql(
        `update public.modal_calls set ended_at = now() - interval '2 days' where ended_at ` +
          `is not null and function_call_id <> 'gone'`,
      );
      await database.store.modalCalls.forget(86_400_000);
      const left = await database.sql<{ id: string }>(
        'select function_call_id as id from public.modal_calls order by 1',
      );
      expect(left.map(({ id }) => id)).toEqual(['gone', 'live']);
    },
  );
});

describe('J5: short texts of a job', () => {
  const buy = (
    jobId: string,
    step: string,
    limits: { user?: number; all?: number; payer?: 'house' } = {},
  ) =>
    database.store.usage.reserveBesideRuns({
      jobId,
      kind: 'text',
      step,
      usd: 0.01,
      payer: limits.payer ?? 'user',
      userLimitUsd: limits.user ?? 0,
      budgetUsd: limits.all ?? 0,
    });
  const states = async (jobId: string) =>
    (await rowsOf(jobId)).map(({ kind, state, usd, failure }) => ({ kind, state, usd, failure }));

  it("are the user's when the job goes well, and leave the purse as much less", async () => {
    const id = await newJob();
    expect([await buy(id, 'reading'), await buy(id, 'design'), await buy(id, 'design')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(await borne()).toBeCloseTo(0.02);
    expect(await reserve(id)).toMatchObject({ outcome: 'started', budgetUsd: 1.98 });
    await complete(id);
    expect(await states(id)).toEqual([
      { kind: 'text', state: 'settled', usd: 0.01, failure: null },
      { kind: 'text', state: 'settled', usd: 0.01, failure: null },
      { kind: 'model', state: 'settled', usd: 0.25, failure: null },
    ]);
    expect(await borne()).toBeCloseTo(0.27);
  });

  it("of a judge are the house's: each counts against the budget and for no user", async () => {
    const id = await newJob();
    const [first, second] = [{ payer: 'house' as const }, { payer: 'house' as const, all: 0.015 }];
    expect([await buy(id, 'judging-1', first), await buy(id, 'judging-2', second)]).toEqual([
      true,
      false,
    ]);
    expect([await borne(), await budget()]).toEqual([0, 0.01]);
    await complete(id);
    expect(await states(id)).toMatchObject([{ kind: 'text', state: 'settled', usd: 0.01 }]);
    expect(await borne()).toBe(0);
  });

  it('are free for the user when the job fails, and no failure of theirs', async () => {
    const id = await newJob();
    await buy(id, 'reading');
    await database.store.jobs.fail(id, { text: '×' });
    expect(await states(id)).toEqual([
      { kind: 'text', state: 'released', usd: 0.01, failure: null },
    ]);
    expect(await borne()).toBe(0);
    expect(await budget()).toBeCloseTo(0.01);
    expect(await buy(id, 'answer')).toBe(false);
  });

  it('so are the sprites of its game, within a share of the purse', async () => {
    const id = await newJob();
    const draw = (name: string) =>
      database.store.usage.reserveBesideRuns({
        ...{ jobId: id, kind: 'image' as const, step: `sprite-${name}`, usd: 0.04 },
        ...{ payer: 'user' as const, userLimitUsd: 0, budgetUsd: 0, jobLimitUsd: 0.1 },
      });
    await buy(id, 'design');
    expect([await draw('cat'), await draw('dog'), await draw('sun')]).toEqual([true, true, false]);
    expect(await reserve(id)).toMatchObject({ outcome: 'started', budgetUsd: 1.91 });
    expect([await draw('cat'), await borne()]).toEqual([true, expect.closeTo(2)]);
    await database.store.usage.release(`${id}.sprite-dog`, null, null);
    await complete(id);
    expect(await states(id)).toEqual([
      { kind: 'text', state: 'settled', usd: 0.01, failure: null },
      { kind: 'image', state: 'settled', usd: 0.04, failure: null },
      { kind: 'image', state: 'released', usd: 0.04, failure: null },
      { kind: 'model', state: 'settled', usd: 0.25, failure: null },
    ]);
    expect(await borne()).toBeCloseTo(0.3);
  });

  it('are kept from nobody but by a limit of the day, and keep no job from its run', async () => {
    const id = await newJob();
    expect(await buy(id, 'reading', { user: 0.009 })).toBe(false);
    expect(await buy(id, 'reading', { all: 0.009 })).toBe(false);
    expect(await buy(id, 'reading', { user: 2, all: 2 })).toBe(true);
    const limits = { userLimitUsd: 2, budgetUsd: 2 };
    expect(await reserve(id, { ...limits, purseUsd: 5 })).toMatchObject({ outcome: 'started' });
    const other = await newJob(await newOwner());
    expect(await reserve(other, limits)).toMatchObject({ outcome: 'refused', limit: 'budget' });
  });
});

describe('J5: one purse for all rounds of a job', () => {
  const repair = { round: 1, minUsd: 0.3, latestMs: 480_000 };
  const payers = (jobId: string) =>
    database.sql<{ state: string; usd: number; payer: string; is_cost_known: boolean }>(
      'select state, usd, payer, is_cost_known from public.usage_events where job_id = $1 ' +
        'order by created_at, call_id',
      [jobId],
    );

  it('a repair reserves what is left; the user pays for the game, the house for it', async () => {
    const id = await running();
    expect(await database.store.usage.settle(id, 1, 0.5)).toBe(true);
    expect(await database.store.usage.settle(id, 1, 0.1)).toBe(false);
    expect(await reserve(id, { repair })).toMatchObject({ attempt: 2, budgetUsd: 1.5 });
    expect([await budget(), await borne()]).toEqual([2, 0.5]);
    await database.store.usage.settle(id, 2, 0.25);
    await complete(id);
    expect(await payers(id)).toEqual([
      { state: 'settled', usd: 0.5, payer: 'user', is_cost_known: true },
      { state: 'settled', usd: 0.25, payer: 'house', is_cost_known: true },
    ]);
    expect([await budget(), await borne()]).toEqual([0.75, 0.5]);
  });

  it('a repair that failed is not what the job says that it cost', async () => {
    const id = await running();
    await database.store.usage.settle(id, 1, 0.5);
    await reserve(id, { repair });
    await database.store.usage.release(callIdFor(id, 2), 'RunStalled', 0.2);
    await complete(id);
    expect(await payers(id)).toMatchObject([
      { state: 'settled', usd: 0.5 },
      { state: 'released', usd: 0.2, payer: 'house' },
    ]);
  });

  it('a purse that is too empty, and a clock that has run out, refuse a repair', async () => {
    const id = await running();
    await database.store.usage.settle(id, 1, 1.8);
    expect(await reserve(id, { repair })).toMatchObject({ outcome: 'refused', limit: 'purse' });
    const late = await running({}, await newOwner());
    await database.store.usage.settle(late, 1, 0.1);
    await database.sql(
      `update public.jobs set slot_at = now() - interval '8 minutes 1 second' where id = $1`,
      [late],
    );
    expect(await reserve(late, { repair })).toMatchObject({ outcome: 'refused', limit: 'time' });
    expect((await payers(late)).length).toBe(1);
  });

  it("the day's budget of all refuses a repair, the user's own limit does not", async () => {
    const id = await running();
    await database.store.usage.settle(id, 1, 1);
    const refused = await reserve(id, { repair, budgetUsd: 1.5 });
    expect(refused).toMatchObject({ outcome: 'refused', limit: 'budget' });
    expect(await reserve(id, { repair, userLimitUsd: 1 })).toMatchObject({ outcome: 'started' });
  });

  it('what a killed attempt cannot tell counts for all and not against the purse', async () => {
    const id = await running();
    expect(await reserve(id)).toMatchObject({ attempt: 2, budgetUsd: 2 });
    expect(await database.store.usage.release(callIdFor(id, 2), 'ModelOverloaded', 0.5)).toBe(true);
    expect(await reserve(id)).toMatchObject({ attempt: 3, budgetUsd: 1.5 });
    expect(await budget()).toBe(4);
  });

  it('a user pays for no game that was told broken, has failed or was stopped', async () => {
    const mend = async (who: Owner): Promise<string> => {
      const id = await running({}, who);
      await database.store.usage.settle(id, 1, 0.5);
      await reserve(id, { repair });
      await database.store.usage.settle(id, 2, 0.25);
      return id;
    };
    const broken = await mend(owner);
    const play = { verdict: 'broken' as const, findings: ['deaf'] };
    await database.store.jobs.complete({
      id: broken,
      message: { text: '' },
      result: { play },
      history: null,
      chatId: randomUUID(),
      pendingQuestion: null,
      usage: RUN,
    });
    expect([await budget(), await borne()]).toEqual([0.75, 0]);
    expect(await payers(broken)).toMatchObject([{ payer: 'house' }, { payer: 'house' }]);
    for (const end of ['fail', 'cancel'] as const) {
      const other = await newOwner();
      const id = await mend(other);
      await (end === 'fail'
        ? database.store.jobs.fail(id, { text: '×' })
        : database.store.jobs.cancel(id));
      expect(await borne(other.userId)).toBe(0);
      expect(await payers(id)).toMatchObject([{ state: 'released', usd: 0.5 }, { usd: 0.25 }]);
    }
  });
});
