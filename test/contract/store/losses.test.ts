import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callIdFor } from '../../../src/contracts/base/ids.js';
import { usageActivities } from '../../../src/activities/shared/accounts/usage.js';
import { payText, type JobText } from '../../../src/activities/shared/jobs/job-texts.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';

const PURSE_USD = 2;
/** A user's losses for the house on one day. */
const CAP_USD = 3;

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
  const chatId = randomUUID();
  const job = { id, userId, projectId, content: '作って', chatId, maxQueuedJobs: 500 };
  expect((await database.store.jobs.open(job)).outcome).toBe('opened');
  await database.store.jobs.startProcessing(id, true);
  return id;
}

const CONFIG = {
  ...{ CLAUDE_MAX_BUDGET_USD: PURSE_USD, JOB_BUDGET_USD: PURSE_USD, REPAIR_USD: 0.3 },
  VOLUME_MAX_GIB: 50,
  ...{ USER_DAILY_USD: 0, USER_DAILY_LOSS_USD: CAP_USD, BUDGET_DAILY_USD: 100 },
  GUEST_DAILY_USD: 0,
  ...{ IMAGE_USD: 2, THUMBNAIL_USD: 2, CUTOUT_USD: 2, VIDEO_USD: 2, TEXT_USD: 0.01 },
  ...{ ANTHROPIC_API_KEY: '', ANTHROPIC_BASE_URL: '', CHAT_MODEL: '', CHAT_TIMEOUT_MS: 1 },
};
/** The activities as the worker has them; alerts go nowhere. */
const gate = () =>
  usageActivities({
    config: CONFIG,
    store: database.store,
    alerts: { raise: async () => undefined, clear: async () => undefined },
  });
const start = (jobId: string, round = 0) =>
  gate().startAttempt({
    ...{ jobId, ...owner, backend: 'local' },
    ...(round > 0 && { repair: { round, latestSlotAgeMs: 600_000 } }),
  });
const ask = (jobId: string, text: JobText): Promise<string> =>
  payText({ config: CONFIG, store: database.store, log }, { jobId, text }, async () => 'said');
const REFUSED = expect.objectContaining({ kind: 'LOSS_LIMIT_EXCEEDED' }) as Error;

/** A job whose first attempt has its slot; null = it was refused. */
async function running(who: Owner = owner): Promise<string | null> {
  const id = await newJob(who);
  try {
    const started = await start(id);
    expect(await database.store.jobs.takeSlot(id, started?.attempt ?? 0)).toBe(true);
    return id;
  } catch (error) {
    expect(error).toEqual(REFUSED);
    await database.store.jobs.fail(id, { text: '×' });
    return null;
  }
}
async function mustRun(who: Owner = owner): Promise<string> {
  const id = await running(who);
  if (id === null) throw new Error('the job was refused');
  return id;
}

const complete = (id: string, verdict: 'plays' | 'broken', costUsd: number | null) =>
  database.store.jobs.complete({
    id,
    message: { text: '' },
    result: { play: { verdict, findings: [] } },
    history: null,
    chatId: randomUUID(),
    pendingQuestion: null,
    usage:
      costUsd === null
        ? null
        : { costUsd, inputTokens: 1, outputTokens: 2, turns: 1, durationMs: 1 },
  });
const note = (id: string, usd: number, attempt = 1) =>
  database.store.usage.noteCost(callIdFor(id, attempt), usd);
const budget = () => database.store.usage.spentToday();
const borne = () => database.store.usage.spentToday(owner.userId);
const lost = async (): Promise<number> => {
  const [row] = await database.sql<{ usd: number }>('select public.lost_today($1) as usd', [
    owner.userId,
  ]);
  return row?.usd ?? NaN;
};
const rowsOf = (id: string) =>
  database.sql<{ state: string; usd: number; is_cost_known: boolean }>(
    `select state, usd, is_cost_known from public.usage_events where job_id = $1 and kind = 'model'
      order by created_at`,
    [id],
  );

describe('M2: an attempt that is cut counts with what it has reported', () => {
  it('while it runs its whole reservation is set aside; its end is what it cost', async () => {
    const id = await mustRun();
    await note(id, 0.1);
    await note(id, 0.25);
    await note(id, 0.2);
    expect(await budget(), 'the reservation').toBe(PURSE_USD);
    await database.store.jobs.cancel(id);
    expect(await rowsOf(id)).toEqual([{ state: 'released', usd: 0.25, is_cost_known: true }]);
  });

  it('a killed one too; its cost is taken from the purse of the job', async () => {
    const id = await mustRun();
    await note(id, 0.5);
    expect(await start(id)).toMatchObject({ attempt: 2, budgetUsd: 1.5 });
    await note(id, 0.1, 2);
    await database.store.jobs.fail(id, { text: '×' });
    expect((await rowsOf(id)).map(({ usd }) => usd)).toEqual([0.5, 0.1]);
  });

  it('an overload that answered nothing costs nothing', async () => {
    const id = await mustRun();
    await note(id, 0);
    await database.store.usage.release(callIdFor(id, 1), 'ModelOverloaded', null);
    await database.store.jobs.fail(id, { text: '×' });
    expect([await budget(), await lost()]).toEqual([0, 0]);
  });

  it('a late report raises it, until its runner has stated the cost', async () => {
    const cut = await mustRun();
    await database.store.jobs.cancel(cut);
    expect(await rowsOf(cut), 'nothing was heard').toMatchObject([{ usd: PURSE_USD }]);
    await note(cut, 0.2);
    expect(await rowsOf(cut)).toMatchObject([{ usd: 0.2, is_cost_known: true }]);
    await note(cut, 0.3);
    expect(await rowsOf(cut)).toMatchObject([{ usd: 0.3, is_cost_known: true }]);
    await database.store.usage.release(callIdFor(cut, 1), null, 0.25);
    await note(cut, 0.3);
    expect(await rowsOf(cut), 'the runner knows').toMatchObject([{ usd: 0.25 }]);
    const overloaded = await mustRun();
    await database.store.usage.release(callIdFor(overloaded, 1), 'ModelOverloaded', 0);
    await note(overloaded, 0.01);
    expect(await rowsOf(overloaded)).toMatchObject([{ usd: 0, is_cost_known: true }]);
  });

  it('a version whose cost is unknown at the end, and one that is known', async () => {
    const unknown = await mustRun();
    await note(unknown, 0.4);
    await complete(unknown, 'plays', null);
    expect(await rowsOf(unknown)).toMatchObject([{ state: 'settled', usd: 0.4 }]);
    const known = await mustRun();
    await note(known, 0.4);
    await complete(known, 'plays', 0.45);
    await note(known, 1.9);
    expect(await rowsOf(known)).toMatchObject([{ state: 'settled', usd: 0.45 }]);
  });

  it('nonsense changes nothing', async () => {
    const id = await mustRun();
    await note(id, -1);
    await note(id, 1e9);
    await database.store.jobs.cancel(id);
    expect(await rowsOf(id)).toMatchObject([{ usd: PURSE_USD, is_cost_known: false }]);
  });
});

describe('M1: what is spent for a user and not paid by him', () => {
  it('starts and cancels: the house loses the cap and one purse at most', async () => {
    let started = 0;
    for (let times = 0; times < 12; times += 1) {
      const id = await running();
      if (id === null) continue;
      started += 1;
      await note(id, 0.9);
      await database.store.jobs.cancel(id);
    }
    expect(started).toBe(4);
    expect(await lost()).toBeCloseTo(3.6);
    expect(await budget()).toBeLessThanOrEqual(CAP_USD + PURSE_USD);
    expect(await borne()).toBe(0);
  });

  it('M3: games that throw on purpose: the player pays none (J3), up to the limit', async () => {
    let started = 0;
    for (let times = 0; times < 12; times += 1) {
      const id = await running();
      if (id === null) continue;
      started += 1;
      await database.store.usage.settle(id, 1, 0.5);
      expect(await start(id, 1), 'an accepted job is carried to its end').toMatchObject({
        attempt: 2,
      });
      await database.store.usage.settle(id, 2, 0.5);
      // An edit that plays worse fails, a first game is handed over as broken.
      if (times % 2 === 0) await database.store.jobs.fail(id, { text: '×' });
      else await complete(id, 'broken', 0.5);
    }
    expect(started).toBe(4);
    expect([await lost(), await borne()]).toEqual([4, 0]);
    expect(await budget()).toBeLessThanOrEqual(CAP_USD + PURSE_USD);
  });

  it('refuses with a limit of its own, before the budget of all, and nobody else', async () => {
    const costly = await mustRun();
    await note(costly, 1.9);
    await database.store.jobs.cancel(costly);
    const more = await mustRun();
    await note(more, 1.2);
    await database.store.jobs.cancel(more);
    const id = await newJob();
    await expect(start(id)).rejects.toEqual(REFUSED);
    expect(await rowsOf(id)).toEqual([]);
    for (const text of ['reading', 'answer'] as const)
      await expect(ask(id, text)).rejects.toEqual(REFUSED);
    expect(await ask(id, 'judging-0'), 'work of the house').toBe('said');
    await database.store.jobs.fail(id, { text: '×' });
    expect(await running(await newOwner())).not.toBeNull();
  });

  it('refuses an action that buys something; those that are open are counted', async () => {
    const actionId = async (): Promise<string> => {
      const action = { id: randomUUID(), userId: owner.userId, projectId: null };
      await database.store.actions.open({ ...action, kind: 'generateImage' });
      return action.id;
    };
    const buy = (id: string) =>
      gate().reserveStep({ actionId: id, step: '1', work: 'sprite', backend: 'local' });
    const [first, second, third] = [await actionId(), await actionId(), await actionId()];
    expect([await buy(first), await buy(second)]).toEqual([true, true]);
    await expect(buy(third)).rejects.toEqual(REFUSED);
    expect(await buy(second), 'a step that is repeated').toBe(true);
    for (const id of [first, second]) await database.store.actions.complete(id, {});
    expect(await lost(), 'what came is paid').toBe(0);
    expect(await buy(third)).toBe(true);
  });

  it('no honest user is refused: what is paid, repaired, or lost by our crashes', async () => {
    for (let games = 0; games < 12; games += 1) {
      const id = await mustRun();
      await database.store.usage.settle(id, 1, 0.5);
      await start(id, 1);
      await database.store.usage.settle(id, 2, 0.15);
      await complete(id, 'plays', 0.5);
    }
    // Cut before anything was heard, and not by the user.
    for (let crashes = 0; crashes < 5; crashes += 1)
      await database.store.jobs.fail(await mustRun(), { text: '×' });
    expect(await borne()).toBeCloseTo(6);
    expect(await lost()).toBeCloseTo(12 * 0.15);
    expect(await running()).not.toBeNull();
  });

  it("an operator's rerun is neither refused nor counted", async () => {
    const isRerun = (id: string) =>
      database.sql('update public.jobs set is_rerun = true where id = $1', [id]);
    for (let times = 0; times < 5; times += 1) {
      const id = await newJob();
      await isRerun(id);
      expect(await start(id)).toMatchObject({ attempt: 1 });
      await database.store.jobs.takeSlot(id, 1);
      await note(id, 1.9);
      await complete(id, 'plays', 1.9);
    }
    expect([await lost(), await budget()]).toEqual([0, expect.closeTo(9.5)]);
    for (let times = 0; times < 2; times += 1) {
      const cut = await mustRun();
      await note(cut, 1.9);
      await database.store.jobs.cancel(cut);
    }
    const id = await newJob();
    await isRerun(id);
    expect(await start(id), 'beyond the cap').toMatchObject({ attempt: 1 });
  });

  it('a retry of an accepted job is not refused, whatever was lost meanwhile', async () => {
    const id = await mustRun();
    await database.sql(
      `insert into public.usage_events (user_id, call_id, kind, backend, state, usd)
        values ($1, $2, 'image', 'local', 'released', 50)`,
      [owner.userId, randomUUID()],
    );
    expect(await start(id)).toMatchObject({ attempt: 2 });
  });
});

describe('M2: a command corrects what was counted', () => {
  const by = async () => ({ operatorId: await database.newUserId(), reason: 'no answer came' });

  it('the row, and a line of the audit log, in one', async () => {
    const id = await mustRun();
    await database.store.jobs.cancel(id);
    const operator = await by();
    expect(await database.store.usage.correct(callIdFor(id, 1), 0, operator)).toEqual({
      outcome: 'settled',
      from_usd: PURSE_USD,
    });
    expect(await rowsOf(id)).toEqual([{ state: 'released', usd: 0, is_cost_known: true }]);
    expect((await database.store.auditLog.list({ skip: 0, limit: 1 }))[0]).toMatchObject({
      act: 'settleUsage',
      operatorId: operator.operatorId,
      targetId: id,
      ownerId: owner.userId,
      reason: `${callIdFor(id, 1)}: $2 -> $0. no answer came`,
    });
  });

  it('not one that goes on, nor one that never was, nor in the name of nobody', async () => {
    const id = await mustRun();
    const audits = async () => (await database.store.auditLog.list({ skip: 0, limit: 50 })).length;
    const before = await audits();
    const { correct } = database.store.usage;
    expect(await correct(callIdFor(id, 1), 0, await by())).toEqual({ outcome: 'open' });
    expect(await correct(callIdFor(id, 2), 0, await by())).toEqual({ outcome: 'missing' });
    await database.store.jobs.cancel(id);
    const stranger = { operatorId: randomUUID(), reason: '×' };
    expect(await correct(callIdFor(id, 1), 0, stranger)).toEqual({ outcome: 'stranger' });
    expect(await rowsOf(id)).toMatchObject([{ usd: PURSE_USD }]);
    expect(await audits()).toBe(before);
  });
});
