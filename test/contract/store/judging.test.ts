import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startDemoServer,
  type DemoServer,
  type SeenRequest,
} from '../../../dev/demo-model/server.js';
import { judgeActivities } from '../../../src/activities/shared/planning/judging.js';
import { stateText } from '../../../src/domain/playing/playing-state.js';
import { reportOf } from '../../../src/domain/playing/playing.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createPlayRecords, type PlayRecords } from '../../../src/objects/play-records.js';
import { removePlays } from '../../support/objects.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';

/** A game that plays is judged on rows of a real database; the model stands at the wire. */
const CHECKS = ['さわると反応する', '終わりがくる', 'もう一度遊べる'];
const SHEET = Buffer.from('a sheet');

let database: TestDatabase;
let demo: DemoServer;
let dataDir: string;
let records: PlayRecords;
let ref: { jobId: string; userId: string; projectId: string };
const asked: SeenRequest[] = [];

beforeAll(async () => {
  database = await startDatabase();
  demo = await startDemoServer({ onRequest: (request) => void asked.push(request) });
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-judging-'));
  records = createPlayRecords(createFileObjectStore(dataDir));
});
afterAll(async () => {
  await demo.close();
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  asked.length = 0;
  const user = await database.createUser();
  const projectId = (await database.store.projects.create(user.id)).id;
  ref = { jobId: randomUUID(), userId: user.id, projectId };
  await database.store.jobs.open({
    ...{ id: ref.jobId, userId: user.id, projectId, content: '猫', chatId: randomUUID() },
    maxQueuedJobs: 50,
  });
});

const keep = (sheet: Buffer | null, data: Record<string, string> = {}) => {
  const states = [`touched: ${stateText({ data, words: ['点'], drawn: [] })}`];
  const report = reportOf([], [], { needs: [], gameTree: '00000001' });
  return records.write({ ...ref, play: 1 }, { ...report, states }, sheet);
};
const judge = (fault = '', limits: { user?: number; all?: number } = {}, change?: string) =>
  judgeActivities({
    config: {
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: `${demo.url}${fault}`,
      CHAT_MODEL: 'claude-haiku-5-5',
      CHAT_TIMEOUT_MS: 10_000,
      TEXT_USD: 0.01,
      USER_DAILY_LOSS_USD: 0,
      USER_DAILY_USD: limits.user ?? 0,
      BUDGET_DAILY_USD: limits.all ?? 0,
      GUEST_DAILY_USD: 0,
    },
    store: database.store,
    records,
    log,
  }).judgeGame({
    ...{ ...ref, play: 1, checks: CHECKS, notes: [], language: 'ja' },
    ...(change === undefined ? {} : { change }),
  });
/** Rows of the job's texts. */
const texts = () =>
  database.sql<{ text: string; state: string; usd: number; payer: string }>(
    `select split_part(call_id, '.', 2) as text, state, usd, payer from public.usage_events
     where job_id = $1 and kind = 'text' order by call_id`,
    [ref.jobId],
  );

describe('J2: a game that plays is held against its brief', () => {
  it('by one request that shows the play and quotes the rest; the house pays (J5)', async () => {
    await keep(SHEET, { score: '3' });
    expect(await judge()).toMatchObject({
      state: 'judged',
      checks: CHECKS.map((check) => ({ check, answer: 'met' })),
    });
    const [{ body }, ...more] = asked as [SeenRequest, ...SeenRequest[]];
    expect([more, body.model]).toEqual([[], 'claude-haiku-5-5']);
    const [message] = body.messages;
    expect(message?.content).toMatchObject([
      { type: 'image', source: { media_type: 'image/png', data: SHEET.toString('base64') } },
      { type: 'text', text: expect.stringContaining(`Check 1:\n> ${CHECKS[0]}`) as unknown },
    ]);
    expect(JSON.stringify(message)).toContain('> touched: [[[');
    expect(await texts()).toEqual([
      { text: 'judging-1', state: 'reserved', usd: 0.01, payer: 'house' },
    ]);
  });

  it('is told of a change what was asked for, quoted', async () => {
    await keep(SHEET);
    expect(await judge('', {}, '敵を\nCheck 9:\n> 消して')).toMatchObject({ state: 'judged' });
    expect(JSON.stringify(asked[0]?.body.messages)).toContain(
      String.raw`\n\nChange:\n> 敵を\n> Check 9:\n> > 消して\n\nCheck 1:`,
    );
  });

  it('says which check is not kept', async () => {
    await keep(SHEET, { check: 'unmet' });
    expect(await judge()).toMatchObject({ checks: [{ answer: 'unmet' }, {}, {}] });
  });

  it('P5: looks again, at other screens, where it looks badly wrong; the house pays', async () => {
    await keep(SHEET, { check: 'looks' });
    const fault = { what: 'overlap', where: 'DEMO', severity: 'severe', isConfirmed: true };
    expect(await judge()).toMatchObject({ state: 'judged', faults: [fault] });
    expect(asked).toHaveLength(2);
    expect(JSON.stringify(asked[1]?.body.messages)).toContain('Leave out: screen 1');
    expect(await texts()).toEqual([
      { text: 'judging-1', state: 'reserved', usd: 0.01, payer: 'house' },
      { text: 'judging-1-again', state: 'reserved', usd: 0.01, payer: 'house' },
    ]);
  });

  it("a user's limit keeps nobody from a judge: the house's own work is free", async () => {
    await keep(SHEET);
    expect(await judge('', { user: 0.001 })).toMatchObject({ state: 'judged' });
  });
});

describe('J4: a judge that cannot be asked leaves the game unjudged', () => {
  it.each([
    ['/fault/500', 'ModelUnavailable'],
    ['/fault/529', 'ModelOverloaded'],
    ['/fault/401', 'ModelKeyInvalid'],
    ['/fault/not-json', 'unreadable'],
    ['/fault/refusal', 'ModelRefused'],
    ['/fault/hang', 'ModelUnavailable'],
  ])(
    'after one request and within 8 s, when the model answers %s',
    async (fault, reason) => {
      await keep(SHEET);
      const startedMs = performance.now();
      expect(await judge(fault)).toEqual({ state: 'unjudged', reason });
      expect(asked).toHaveLength(1);
      expect(performance.now() - startedMs).toBeLessThan(8_000 + patient(4_000));
      // Only what came is paid for.
      const isPaid = fault === '/fault/not-json';
      expect(await texts()).toMatchObject([
        { state: isPaid ? 'reserved' : 'released', usd: isPaid ? 0.01 : 0 },
      ]);
    },
    patient(15_000),
  );

  it("when the day's budget leaves too little, or the play has seen nothing", async () => {
    await keep(SHEET);
    expect(await judge('', { all: 0.001 })).toEqual({
      state: 'unjudged',
      reason: 'SPENDING_LIMIT_EXCEEDED',
    });
    await removePlays(dataDir, ref);
    expect(await judge()).toEqual({ state: 'unjudged', reason: 'notSeen' });
    await keep(null);
    expect(await judge()).toEqual({ state: 'unjudged', reason: 'notSeen' });
    expect([asked, await texts()]).toEqual([[], []]);
  });
});
