import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { JobRow } from '../../../src/contracts/rows/rows.js';
import { message, render, type MessageCode } from '../../../src/contracts/messages/message.js';
import type { Jobs } from '../../../src/store/tables/jobs.js';
import type { Reservation } from '../../../src/store/tables/usage.js';
import { patient } from '../../support/patience.js';

let database: TestDatabase;
let jobs: Jobs;
let userId: string;
let projectId: string;

beforeAll(async () => {
  database = await startDatabase();
  jobs = database.store.jobs;
});
afterAll(async () => {
  await database.stop();
});
beforeEach(async () => {
  await database.sql(
    `update public.jobs set status = 'failed' where status in ('pending', 'processing')`,
  );
  ({ userId, projectId } = await newProject());
});

async function newProject(): Promise<{ userId: string; projectId: string }> {
  const userId = await database.newUserId();
  const project = await database.store.projects.create(userId, '新しいゲーム');
  return { userId: project.user_id, projectId: project.id };
}

const openJob = (changes: Partial<Parameters<Jobs['open']>[0]> = {}) =>
  jobs.open({
    id: randomUUID(),
    userId,
    projectId,
    content: 'ゲームを作って',
    chatId: randomUUID(),
    maxQueuedJobs: 50,
    ...changes,
  });

async function opened(changes: Partial<Parameters<Jobs['open']>[0]> = {}): Promise<JobRow> {
  const answer = await openJob(changes);
  if (!('job' in answer)) throw new Error(JSON.stringify(answer));
  return answer.job;
}

const complete = (id: string, changes: Partial<Parameters<Jobs['complete']>[0]> = {}) =>
  jobs.complete({
    id,
    message: { text: 'できました' },
    result: {},
    history: { text: 'できました' },
    chatId: randomUUID(),
    pendingQuestion: null,
    usage: null,
    ...changes,
  });
const USAGE = { costUsd: 0.25, inputTokens: 1, outputTokens: 2, turns: 1, durationMs: 10 };
const startAttempt = async (jobId: string, changes: Partial<Reservation> = {}) => {
  const answer = await database.store.usage.reserve({
    jobId,
    backend: 'local',
    estimateUsd: 1,
    purseUsd: 1,
    userLimitUsd: 0,
    budgetUsd: 0,
    ...changes,
  });
  return answer?.outcome === 'started' ? answer : null;
};
const linesOf = (project: string) =>
  database.sql<{ role: string; message: string }>(
    'select role, message from public.chat_history where project_id = $1 order by created_at',
    [project],
  );

describe('E9: a rerun', () => {
  it('is held back by no limit of its user, and is paid by the house', async () => {
    const limits = { userLimitUsd: 0.03, budgetUsd: 0 };
    const own = await opened();
    expect(await startAttempt(own.id, limits)).toBeNull();
    await jobs.fail(own.id, { text: '×' });
    const { id } = await opened({ isRerun: true });
    await jobs.startProcessing(id, true);
    const sprite = { jobId: id, kind: 'image' as const, step: 'sprite-cat', usd: 0.04 };
    const { usage, operators } = database.store;
    expect(await usage.reserveBesideRuns({ ...sprite, payer: 'user', ...limits })).toBe(true);
    expect(await startAttempt(id, limits)).not.toBeNull();
    await complete(id, { usage: USAGE });
    expect(await operators.usageOf(id)).toMatchObject([
      { kind: 'image', state: 'settled', payer: 'house', usd: 0.04 },
      { kind: 'model', state: 'settled', payer: 'house', usd: 0.25 },
    ]);
  });
});

describe('opening a job (A7)', () => {
  it('inserts the row and the chat line, and moves the project to the front', async () => {
    await database.sql(`alter table public.projects disable trigger projects_updated_at`);
    await database.sql(`update public.projects set updated_at = '2020-01-01' where id = $1`, [
      projectId,
    ]);
    await database.sql(`alter table public.projects enable trigger projects_updated_at`);
    const job = await opened();
    expect(job).toMatchObject({
      user_id: userId,
      project_id: projectId,
      status: 'pending',
      progress: 0,
      progress_message: null,
      result: null,
      error: null,
      attempt: 0,
      slot_at: null,
      queue_no: null,
      last_event_at: null,
      usage: null,
      steps: [],
      trying: null,
      doing: null,
      is_rerun: false,
      is_unqueued: false,
    });
    expect(job.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00$/);
    expect(await linesOf(projectId)).toEqual([{ role: 'user', message: 'ゲームを作って' }]);
    expect(
      Date.parse((await database.store.projects.get(projectId))?.updated_at ?? ''),
    ).toBeGreaterThan(Date.now() - 60_000);
    expect(await jobs.active(projectId)).toEqual(job);
  });

  it('twenty callers with one id open one job and write one line', async () => {
    const [id, chatId] = [randomUUID(), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => openJob({ id, chatId })));
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      ...Array<string>(19).fill('existing'),
      'opened',
    ]);
    expect(await linesOf(projectId)).toHaveLength(1);
    expect(
      await database.sql('select id from public.jobs where project_id = $1', [projectId]),
    ).toEqual([{ id }]);
  });

  it('answers an ended job as it ended, and does not revive it', async () => {
    const { id } = await opened();
    await complete(id);
    expect(await openJob({ id })).toMatchObject({
      outcome: 'existing',
      job: { id, status: 'completed' },
    });
    expect(await jobs.active(projectId)).toBeNull();
  });

  it(
    'twenty callers of one user in twenty projects: one is let in, the others hear ' +
      'USER_LIMIT_EXCEEDED',
    async () => {
      const projects = await Promise.all(
        Array.from({ length: 20 }, () => database.store.projects.create(userId)),
      );
      const answers = await Promise.all(
        projects.map((project) => openJob({ projectId: project.id })),
      );
      const refused = answers.filter((answer) => answer.outcome === 'refused');
      expect(refused).toEqual(Array(19).fill({ outcome: 'refused', code: 'USER_LIMIT_EXCEEDED' }));
      expect(
        await database.sql(`select from public.jobs where user_id = $1 and status = 'pending'`, [
          userId,
        ]),
      ).toHaveLength(1);
      const lines = await Promise.all(projects.map((project) => linesOf(project.id)));
      expect(lines.flat()).toHaveLength(1);
    },
  );

  it(
    'twenty jobs of one project: each newer one fails the one before as orphaned, one stays ' +
      'active',
    async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => openJob()));
      expect(answers.every(({ outcome }) => outcome === 'opened')).toBe(true);
      const rows = await jobs.list(projectId, 100);
      expect(rows.map(({ status }) => status).sort()).toEqual([
        ...Array<string>(19).fill('failed'),
        'pending',
      ]);
      expect(
        new Set(rows.filter(({ status }) => status === 'failed').map(({ error }) => error)),
      ).toEqual(new Set(['作業が途中で中断しました。もう一度お試しください。']));
    },
  );

  it(
    "refuses what is not the caller's: another project, a " + "missing one, another's job id",
    async () => {
      const stranger = await newProject();
      const denied = { outcome: 'refused', code: 'ACCESS_DENIED' };
      expect(await openJob({ projectId: stranger.projectId })).toEqual(denied);
      expect(await openJob({ projectId: randomUUID() })).toEqual(denied);
      const { id } = await opened();
      expect(await openJob({ id, ...stranger })).toEqual(denied);
      expect(await linesOf(stranger.projectId)).toEqual([]);
    },
  );

  it(
    'refuses when too many jobs wait for a slot; those that hold one or need none do not ' +
      'count',
    async () => {
      const running = await newProject();
      const runningJob = await opened(running);
      await jobs.startProcessing(runningJob.id, true);
      await startAttempt(runningJob.id);
      await jobs.takeSlot(runningJob.id, 1);
      const chatting = await newProject();
      await jobs.startProcessing((await opened(chatting)).id, false);
      const waiting = await newProject();
      await jobs.startProcessing((await opened(waiting)).id, true);
      expect(await openJob({ maxQueuedJobs: 1 })).toEqual({
        outcome: 'refused',
        code: 'SYSTEM_LIMIT_EXCEEDED',
      });
      expect(await linesOf(projectId)).toEqual([]);
      expect(await openJob({ maxQueuedJobs: 2 })).toMatchObject({ outcome: 'opened' });
    },
  );
});

describe('working on a job (B2, B3, C1)', () => {
  it('becomes processing once; only what needs a slot gets a number', async () => {
    const chat = await opened();
    expect(await jobs.startProcessing(chat.id, false)).toMatchObject({
      status: 'processing',
      queue_no: null,
    });
    expect(await jobs.queuePosition(chat.id)).toBeNull();
    const game = await opened();
    const first = await jobs.startProcessing(game.id, true);
    expect(first?.queue_no).toBeGreaterThan(0);
    expect(await jobs.startProcessing(game.id, true)).toEqual(first);
    await jobs.fail(game.id, { text: '×' });
    expect(await jobs.startProcessing(game.id, true)).toMatchObject({ status: 'failed' });
    expect(await jobs.startProcessing(randomUUID(), true)).toBeNull();
  });

  it('tells what is done first in the same step, and nothing of a job that has ended', async () => {
    const checking = { progress: 5, message: message('STEP_CHECKING') };
    const preparing = { progress: 7, message: message('STEP_PREPARING') };
    const { id } = await opened();
    expect(await jobs.startProcessing(id, false, checking)).toMatchObject({
      ...{ status: 'processing', queue_no: null, progress: 5, steps: ['think'] },
      progress_message: render(checking.message),
    });
    const waiting = await jobs.startProcessing(id, true, preparing);
    expect(waiting).toMatchObject({ progress: 7, progress_message: render(preparing.message) });
    expect(waiting?.queue_no).toBeGreaterThan(0);
    await jobs.fail(id, { text: '×' });
    const ended = await jobs.startProcessing(id, true, checking);
    expect(ended).toMatchObject({ status: 'failed', progress_message: render(preparing.message) });
    expect(await jobs.startProcessing(randomUUID(), true, checking)).toBeNull();
  });

  it(
    'positions count those who wait, in order of their ' + 'numbers, and end with the slot',
    async () => {
      const waiting: string[] = [];
      for (let n = 0; n < 3; n += 1) {
        const job = await opened(await newProject());
        await jobs.startProcessing(job.id, true);
        waiting.push(job.id);
      }
      const positions = () => Promise.all(waiting.map((id) => jobs.queuePosition(id)));
      expect(await positions()).toEqual([1, 2, 3]);
      await startAttempt(waiting[0] ?? '');
      expect(await jobs.takeSlot(waiting[0] ?? '', 1)).toBe(true);
      expect(await positions()).toEqual([null, 1, 2]);
      await jobs.fail(waiting[1] ?? '', { text: '×' });
      expect(await positions()).toEqual([null, null, 1]);
    },
  );

  it(
    'attempts count up while the row is active; the ' + "slot's time counts from the first",
    async () => {
      const { id } = await opened();
      await jobs.startProcessing(id, true);
      expect(await startAttempt(id)).toMatchObject({ attempt: 1, slotAgeMs: 0 });
      expect(await jobs.takeSlot(id, 2)).toBe(false);
      expect((await jobs.get(id))?.slot_at).toBeNull();
      expect(await jobs.takeSlot(id, 1)).toBe(true);
      const slotAt = (await jobs.get(id))?.slot_at;
      await jobs.noteProgress(id, 1, 10, null);
      // Bare time: its slot becomes 50 ms old
      await new Promise((resolve) => setTimeout(resolve, 60));
      const second = await startAttempt(id);
      expect(second?.attempt).toBe(2);
      expect(second?.slotAgeMs).toBeGreaterThanOrEqual(50);
      expect(second?.slotAgeMs).toBeLessThan(patient(30_000));
      expect(await jobs.takeSlot(id, 1)).toBe(false);
      expect(await jobs.takeSlot(id, 2)).toBe(true);
      // F3: the new attempt has not been heard of yet.
      expect(await jobs.get(id)).toMatchObject({
        attempt: 2,
        slot_at: slotAt,
        last_event_at: null,
      });
      await jobs.fail(id, { text: '×' });
      expect(await startAttempt(id)).toBeNull();
      expect(await jobs.takeSlot(id, 2)).toBe(false);
    },
  );

  it('progress is noted while processing, for the newest attempt only', async () => {
    const { id } = await opened();
    expect(await jobs.noteProgress(id, null, 5, { text: '準備' })).toBeNull();
    await jobs.startProcessing(id, true);
    expect(await jobs.noteProgress(id, null, 5, { text: '準備' })).toMatchObject({
      progress: 5,
      progress_message: '準備',
    });
    await startAttempt(id);
    expect(await jobs.noteProgress(id, 0, 90, { text: '古い' })).toBeNull();
    const silent = await jobs.noteProgress(id, 1, null, null);
    expect(silent).toMatchObject({ progress: 5, progress_message: '準備' });
    expect(Date.parse(silent?.last_event_at ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(await jobs.noteProgress(id, 1, 400, null)).toMatchObject({
      progress: 100,
      progress_message: '準備',
    });
    await jobs.cancel(id);
    expect(await jobs.noteProgress(id, 1, 50, { text: '遅い' })).toBeNull();
  });

  it('what its model does is kept until that is something else, or was played', async () => {
    const { id } = await opened();
    await jobs.startProcessing(id, true);
    await startAttempt(id);
    const doing = { turn: 2, tool: 'Write', file: 'index.html', bytes: 900 };
    const later = { ...doing, bytes: 8_000 };
    expect((await jobs.noteProgress(id, 1, null, null, doing))?.doing).toEqual(doing);
    expect((await jobs.noteProgress(id, 1, null, null, later))?.doing).toEqual(later);
    expect((await jobs.noteProgress(id, 1, null, null))?.doing).toBeNull();
    await jobs.noteProgress(id, 1, null, null, later);
    await jobs.noteProgress(id, 1, 97, message('STEP_PLAYING'));
    expect((await jobs.noteProgress(id, 1, null, null, later))?.doing).toBeNull();
    await startAttempt(id);
    await jobs.noteProgress(id, 2, null, null, later);
    await startAttempt(id);
    expect((await jobs.get(id))?.doing).toBeNull();
  });

  it('its steps are kept in order; what comes late of a played attempt is none', async () => {
    const { id } = await opened();
    await jobs.startProcessing(id, true);
    const told = async (attempt: number | null, code: MessageCode, progress = 20) =>
      (await jobs.noteProgress(id, attempt, progress, { code, params: {} }))?.steps;
    await told(null, 'STEP_CHECKING');
    expect(await told(null, 'STEP_PREPARING')).toEqual(['think']);
    expect(await told(null, 'STEP_DESIGNING')).toEqual(['think', 'design']);
    await startAttempt(id);
    await told(1, 'STEP_THINKING');
    expect(await told(1, 'STEP_SAVING')).toEqual(['think', 'design', 'make']);
    expect(await told(1, 'STEP_PLAYING', 97)).toEqual(['think', 'design', 'make', 'play']);
    await told(1, 'STEP_SAVING', 96);
    expect(await jobs.get(id)).toMatchObject({
      progress: 97,
      progress_code: 'STEP_PLAYING',
      steps: ['think', 'design', 'make', 'play'],
    });
    await startAttempt(id, { repair: { round: 1, minUsd: 0.1, latestMs: 60_000 } });
    // The announcement of a repair may be overtaken by what is done in it.
    await told(2, 'STEP_MENDING');
    expect(await told(2, 'STEP_REPAIRING')).toEqual([
      ...['think', 'design', 'make', 'play', 'repair'],
    ]);
    await told(2, 'STEP_PLAYING_AGAIN', 98);
    expect(await told(2, 'STEP_KEEPING', 99)).toEqual([
      ...['think', 'design', 'make', 'play', 'repair', 'play', 'save'],
    ]);
  });

  it('nothing is made any more while it is saved, but in another attempt', async () => {
    const { id } = await opened();
    await jobs.startProcessing(id, true);
    const told = async (attempt: number | null, code: MessageCode, progress: number) =>
      (await jobs.noteProgress(id, attempt, progress, { code, params: {} }))?.steps;
    await startAttempt(id);
    await told(1, 'STEP_THINKING', 20);
    await told(null, 'STEP_KEEPING', 99);
    expect(await told(1, 'STEP_SAVING', 96)).toEqual(['make', 'save']);
    expect(await jobs.get(id)).toMatchObject({
      progress: 99,
      progress_code: 'STEP_KEEPING',
    });
    await startAttempt(id);
    expect(await told(2, 'STEP_THINKING', 20)).toEqual(['make', 'save', 'make']);
  });

  it('each attempt says which try of its round it is, and whether it has left Modal', async () => {
    const { id } = await opened();
    await jobs.startProcessing(id, true);
    const trying = async (changes: Partial<Reservation>) => {
      await startAttempt(id, changes);
      return (await jobs.get(id))?.trying;
    };
    const making = { round: 0, repairsFrom: null, leftModal: false };
    expect(await trying({ backend: 'modal' })).toEqual({ ...making, tryNo: 1 });
    expect(await trying({ backend: 'modal' })).toEqual({ ...making, tryNo: 2 });
    expect(await trying({})).toEqual({ ...making, tryNo: 3, leftModal: true });
    const repair = (round: number) => ({ repair: { round, minUsd: 0, latestMs: 60_000 } });
    expect(await trying(repair(1))).toEqual({
      round: 1,
      tryNo: 1,
      repairsFrom: 4,
      leftModal: true,
    });
    expect(await trying(repair(1))).toMatchObject({ tryNo: 2, repairsFrom: 4 });
    expect(await trying(repair(2))).toMatchObject({ round: 2, tryNo: 1, repairsFrom: 4 });
  });
});

describe('ending a job (B3, F1)', () => {
  it('completes row, chat line and open question together, once', async () => {
    const { id } = await opened();
    const chatId = randomUUID();
    const question = {
      type: 'dimension' as const,
      message: '?',
      suggestions: ['2Dで作成'],
      request: 'ゲーム',
    };
    const usage = { costUsd: 0.1, inputTokens: 1, outputTokens: 2, turns: 1, durationMs: 10 };
    const row = await complete(id, { chatId, pendingQuestion: question, usage });
    expect(row).toMatchObject({ status: 'completed', progress: 100, usage });
    expect(JSON.parse(row?.result ?? '')).toEqual({ message: 'できました' });
    expect((await linesOf(projectId)).map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect((await database.store.projects.get(projectId))?.pending_question).toEqual(question);
    expect(await complete(id, { chatId, message: { text: 'もう一度' }, result: {} })).toEqual(row);
    expect(await linesOf(projectId)).toHaveLength(2);
    const next = await opened();
    await complete(next.id, { history: null });
    expect(await linesOf(projectId)).toHaveLength(3);
    expect((await database.store.projects.get(projectId))?.pending_question).toBeNull();
    expect(
      await database.sql('select from public.projects where id = $1 and pending_question is null', [
        projectId,
      ]),
    ).toHaveLength(1);
  });

  it('terminal states are final, whoever comes later', async () => {
    const ends: Record<string, (id: string) => Promise<unknown>> = {
      completed: (id) => complete(id),
      failed: (id) => jobs.fail(id, { text: '失敗' }),
      cancelled: (id) => jobs.cancel(id),
    };
    for (const [state, end] of Object.entries(ends)) {
      const { id } = await opened();
      await end(id);
      const row = await jobs.get(id);
      expect(row?.status).toBe(state);
      const answers = {
        completed: await complete(id),
        failed: await jobs.fail(id, { text: '別の失敗' }),
        cancelled: await jobs.cancel(id),
      };
      expect(answers).toEqual({
        completed: state === 'completed' ? row : null,
        failed: state === 'failed' ? row : null,
        cancelled: state === 'cancelled' ? 'cancelled' : 'too_late',
      });
      expect(await jobs.get(id)).toEqual(row);
    }
  });

  it('twenty ends at the same moment: exactly one is written', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await opened();
      const ends = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          if (n % 3 === 0) return (await complete(id)) !== null ? 'completed' : 'lost';
          if (n % 3 === 1) return (await jobs.fail(id, { text: '×' })) !== null ? 'failed' : 'lost';
          return (await jobs.cancel(id)) === 'cancelled' ? 'cancelled' : 'lost';
        }),
      );
      const winners = new Set(ends.filter((end) => end !== 'lost'));
      expect(winners).toEqual(new Set([(await jobs.get(id))?.status]));
    }
  });

  it('a missing job is null or too late', async () => {
    expect(await jobs.get(randomUUID())).toBeNull();
    expect(await complete(randomUUID())).toBeNull();
    expect(await jobs.fail(randomUUID(), { text: '×' })).toBeNull();
    expect(await jobs.cancel(randomUUID())).toBe('too_late');
    expect(await startAttempt(randomUUID())).toBeNull();
    expect(await jobs.queuePosition(randomUUID())).toBeNull();
  });
});

describe('lists', () => {
  it('newest first, as many as asked for', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.push((await opened()).id);
    expect((await jobs.list(projectId, 2)).map(({ id }) => id)).toEqual(ids.reverse().slice(0, 2));
    expect(await jobs.list(projectId, 0)).toEqual([]);
  });

  it('how they ended is read without what they made, which may be 10 MB each', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      ids.unshift((await opened()).id);
      await jobs.fail(ids[0]!, { text: `失敗 ${n}` });
    }
    await database.sql(`update public.jobs set result = repeat('x', 1000000) where id = $1`, [
      ids[1],
    ]);
    let readBytes = 0;
    const through = globalThis.fetch;
    const fetching = vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
      const answer = await through(...request);
      readBytes += (await answer.clone().arrayBuffer()).byteLength;
      return answer;
    });
    const ended = await jobs.ends(projectId, 2).finally(() => fetching.mockRestore());
    expect(ended).toMatchObject([
      { id: ids[0], status: 'failed', error: '失敗 2' },
      { id: ids[1], status: 'failed', error: '失敗 1' },
    ]);
    expect(readBytes).toBeLessThan(1_000);
  });

  it('a row that its owner wrote without any value still has the form of a job', async () => {
    const [row] = await database.sql<{ id: string }>(
      `insert into public.jobs (user_id, project_id, status, progress, created_at, updated_at)
      values ($1, $2, null, null, null, null) returning id`,
      [userId, projectId],
    );
    expect(await jobs.get(row?.id ?? '')).toMatchObject({
      status: 'failed',
      progress: 0,
      created_at: '1970-01-01T00:00:00.000Z',
    });
  });
});
