import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CompleteJobInput, FailJobInput } from '../../../src/activities/ports/job-port.js';
import {
  completionOf,
  jobActivities,
  type JobDeps,
} from '../../../src/activities/shared/jobs/jobs.js';
import { queueActivities } from '../../../src/activities/shared/jobs/queue.js';
import { message as answerMessage } from '../../../src/api/sockets/message-handler.js';
import { BRIEF_FILE } from '../../../src/contracts/game/brief.js';
import type { Judging } from '../../../src/contracts/game/judging.js';
import { errorText, message, notice } from '../../../src/contracts/messages/message.js';
import { callIdFor, jobIdFor } from '../../../src/contracts/base/ids.js';
import type { JobResult } from '../../../src/contracts/rows/rows.js';
import { failedEvent, type JobEvent } from '../../../src/contracts/durable/stream.js';
import type { ServerFrame } from '../../../src/contracts/wire/frames.js';
import { briefByRules } from '../../../src/domain/design/brief-by-rules.js';
import { findingOf } from '../../../src/domain/playing/playing-words.js';
import { reportOf } from '../../../src/domain/playing/playing.js';
import type { Store } from '../../../src/store/index.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';
import { publishAs, versionsIn } from '../../support/versions.js';

/** How the activities that open and fail jobs decide, on rows of a real database. */
const REVISION = 'a'.repeat(40);

let database: TestDatabase;
let dataDir: string;
let user: TestUser;
let input: FailJobInput;
let told: JobEvent[];
let alerts: string[];

beforeAll(async () => {
  database = await startDatabase();
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-job-ends-'));
});
afterAll(async () => {
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  [told, alerts] = [[], []];
  user = await database.createUser();
  await openJob();
});

/** What follows is about this job, of a project of its own. */
async function openJob(of?: string, jobId: string = randomUUID()): Promise<string> {
  const projectId = of ?? (await database.store.projects.create(user.id, '新しいゲーム')).id;
  await database.store.jobs.open({
    id: jobId,
    userId: user.id,
    projectId,
    content: '作って',
    chatId: randomUUID(),
    maxQueuedJobs: 50,
  });
  await database.store.jobs.startProcessing(jobId, false);
  input = {
    jobId,
    userId: user.id,
    projectId,
    attempt: 1,
    kind: 'ModelUnavailable',
    detail: 'broke',
  };
  return jobId;
}

const away = new Client({ connection: Connection.lazy({ address: '127.0.0.1:9' }) });
const activities = (
  store: Store = database.store,
  versions: JobDeps['versions'] = versionsIn(dataDir, store),
) =>
  jobActivities({
    store,
    versions,
    stream: {
      append: (_job, _attempt, _seq, events) => Promise.resolve(void told.push(...events)),
    },
    // Only a cancel asks it.
    client: away,
    alerts: {
      raise: ({ key }) => Promise.resolve(void alerts.push(key)),
      clear: () => Promise.resolve(),
    },
    pushes: { isOn: true },
    log,
  });
const failJob = (store?: Store) => activities(store).failJob(input);
const publishVersion = async (): Promise<void> => {
  await database.sql(
    `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
     values ($1, 1, $2, $3, 'generate', '題')`,
    [input.projectId, REVISION, input.jobId],
  );
};
const lines = (): Promise<unknown[]> =>
  database.sql(
    `select message from public.chat_history where project_id = $1 and role = 'assistant'`,
    [input.projectId],
  );

/** A database that does not say what is spent. */
const silent = (): Store => ({
  ...database.store,
  reads: {
    ...database.store.reads,
    jobState: () => Promise.reject(new Error('away')),
  },
});

async function expectCompleted(): Promise<void> {
  expect(await database.store.jobs.get(input.jobId)).toMatchObject({
    status: 'completed',
    progress: 100,
    error: null,
  });
  expect(told).toEqual([{ type: 'published', revision: REVISION }, { type: 'completed' }]);
  expect(alerts).toEqual([]);
}

it('before the commit point the row fails and everybody is told, again when repeated', async () => {
  const error = errorText('ModelUnavailable');
  for (let time = 1; time <= 2; time += 1) {
    told = [];
    expect(await failJob()).toEqual({ costUsd: 0 });
    expect(await database.store.jobs.get(input.jobId)).toMatchObject({ status: 'failed', error });
    expect(told).toEqual([failedEvent(message('ModelUnavailable'))]);
    expect(alerts.at(-1)).toBe('ModelUnavailable');
  }
});

it('a full disk is the sentence of the row and of its listeners, and an alert', async () => {
  input = { ...input, kind: 'DiskFull', detail: 'ENOSPC: no space left on device, write' };
  await failJob();
  const error = errorText('DiskFull');
  expect(await database.store.jobs.get(input.jobId)).toMatchObject({ status: 'failed', error });
  expect(told).toEqual([failedEvent(message('DiskFull'))]);
  expect(alerts).toEqual(['DiskFull']);
});

it('after the commit point the job completes, and nobody is told of a failure', async () => {
  await publishVersion();
  expect(await failJob()).toBe(false);
  await expectCompleted();
  expect(await lines()).toEqual([{ message: 'ゲームを更新しました' }]);
});

it('a repeat tells the same once more and writes nothing twice', async () => {
  await publishVersion();
  await failJob();
  told = [];
  expect(await failJob()).toBe(false);
  await expectCompleted();
  expect(await lines()).toHaveLength(1);
});

it('a version that comes while the failure is written completes the job', async () => {
  const { store } = database;
  const late: Store = {
    ...store,
    jobs: {
      ...store.jobs,
      fail: async (jobId, error) => {
        await publishVersion();
        return store.jobs.fail(jobId, error);
      },
    },
  };
  expect(await failJob(late)).toBe(false);
  await expectCompleted();
});

it('says that a browser wants to hear of the failure', async () => {
  await database.sql(
    `insert into public.push_subscriptions (user_id, endpoint, p256dh, auth, language)
     values ($1, $2, '', '', 'ja')`,
    [user.id, `https://push.example/${input.jobId}`],
  );
  expect(await failJob()).toEqual({ costUsd: 0, push: 'failed' });
});

it('with a version it notifies its user in the app, once, by the name of the game', async () => {
  const { notifications, projects } = database.store;
  const made = async () =>
    (await notifications.list(user.id)).filter(({ code }) => code !== 'WELCOME');
  const { jobId, projectId } = input;
  await publishVersion();
  for (let time = 1; time <= 2; time += 1) {
    await activities().completeJob(completionOf(input, REVISION));
    expect(await made()).toMatchObject([
      { id: jobId, projectId, read: false, icon: 'success', type: 'project' },
    ]);
  }
  await projects.renameIfDefault(projectId, '星よけ');
  expect(await made()).toMatchObject([notice('GAME_MADE', { title: '星よけ' })]);
});

it('without a version, or where it is switched off, it notifies nobody in the app', async () => {
  const { notifications } = database.store;
  await activities().completeJob({ ...completionOf(input, REVISION), revision: null });
  await openJob();
  await notifications.mute(user.id, ['ended']);
  await publishVersion();
  await activities().completeJob(completionOf(input, REVISION));
  expect((await notifications.list(user.id)).map(({ code }) => code)).toEqual(['WELCOME']);
});

it('a job that was stopped is not told as failed', async () => {
  expect(await database.store.jobs.cancel(input.jobId)).toBe('cancelled');
  expect(await failJob()).toBe(false);
  expect(told).toEqual([]);
  expect(alerts).toEqual([]);
});

it('says what the job was counted with, or, when nobody can tell, that it ended', async () => {
  const { store } = database;
  const reservation = {
    jobId: input.jobId,
    backend: 'local',
    estimateUsd: 0.5,
    purseUsd: 2,
  } as const;
  const attempt = () => store.usage.reserve({ ...reservation, userLimitUsd: 0, budgetUsd: 0 });
  await attempt();
  await store.usage.release(callIdFor(input.jobId, 1), 'ModelUnavailable', 0.1);
  await attempt();
  await store.usage.release(callIdFor(input.jobId, 2), 'ModelUnavailable', 0.2);
  expect(await failJob()).toEqual({ costUsd: 0.3 });
  expect(await failJob(silent())).toBe(true);
});

it('a job that was stopped is counted with what its run told when it had ended', async () => {
  const { store } = database;
  await database.sql('update public.jobs set slot_at = now() where id = $1', [input.jobId]);
  const { jobId } = input;
  await store.usage.reserve({
    jobId,
    backend: 'local',
    estimateUsd: 0.5,
    purseUsd: 2,
    userLimitUsd: 0,
    budgetUsd: 0,
  });
  expect(await store.jobs.cancel(jobId)).toBe('cancelled');
  expect(await activities().costOfJob(input)).toEqual({ costUsd: 0.5 });
  await store.usage.release(callIdFor(jobId, 1), null, 0.25);
  expect(await activities().costOfJob(input)).toEqual({ costUsd: 0.25 });
  expect(await activities(silent()).costOfJob(input)).toBe(true);
});

it('A4: a message that was noted and became a job of its own stands in the chat once', async () => {
  const { userId, projectId } = input;
  const messageId = randomUUID();
  const message = { userId, projectId, messageId, content: '背景を赤にして' };
  const config = { MAX_QUEUED_JOBS: 50, JOB_TIMEOUT_MS: 600_000 };
  await queueActivities({ store: database.store, client: away, config }).noteMessage(message);
  // The answer is lost, and when the message comes again that job has ended.
  await failJob();
  const jobId = jobIdFor(projectId, messageId);
  const opened = await activities().openJob({ ...message, jobId, maxQueuedJobs: 50 });
  expect(opened.outcome).toBe('opened');
  const said = await database.sql(
    `select message from public.chat_history where project_id = $1 and role = 'user'
     and message = $2`,
    [projectId, message.content],
  );
  expect(said).toHaveLength(1);
});

it('J1: clients are shown the summary of a play, not the report', async () => {
  await publishVersion();
  const judging: Judging = {
    state: 'judged',
    checks: [{ check: '猫が跳ぶ', answer: 'unmet', why: '跳ばない' }],
  };
  const found = [findingOf('deaf', 'touched'), findingOf('deaf', 'untouched')];
  const report = reportOf(found, [findingOf('keys-only', 'touched')], {
    needs: [],
    gameTree: '00000007',
  });
  await activities().completeJob({
    ...completionOf(input, REVISION),
    play: { ...report, screenshot: 'c'.repeat(64), judging },
  });
  const row = await database.store.jobs.get(input.jobId);
  const { play } = JSON.parse(row?.result ?? '') as JobResult;
  expect(play).toEqual({
    verdict: 'broken',
    findings: ['deaf'],
    judging: { state: 'judged', met: 0, unmet: 1, undecided: 0 },
  });
});

describe('the suggestions of a version', () => {
  const PLAY = reportOf([], [], {
    needs: [],
    gameTree: '00000007',
    seen: { isOver: true, afterMs: 2_000, scoreMoved: true },
  });
  /** A shooter, over two seconds after its start. */
  async function makeGame(): Promise<string> {
    const { projectId, jobId } = input;
    const request = '2Dのシューティングを作って';
    const brief = briefByRules({ request, dimension: '2d', styleId: null, language: 'ja' });
    const files = { 'index.html': '<html></html>', [BRIEF_FILE]: JSON.stringify(brief) };
    return publishAs(database, dataDir, projectId, files, { jobId, play: PLAY });
  }
  const OWN = ['ボスを出して', '背景を夜にして', 'BGMをつけて'];
  const completed = (revision: string, language?: 'ja'): CompleteJobInput => ({
    ...completionOf(input, revision),
    message: { text: 'できました' },
    suggestions: OWN,
    ...(language && { language }),
  });

  it('fit its brief and its play, in the stream and in the chat', async () => {
    const revision = await makeGame();
    const played = { ...completed(revision, 'ja'), play: PLAY };
    expect(await activities().completeJob(played)).toEqual({ costUsd: 0 });
    const suggestions = ['ボスを出して', '背景を夜にして', 'もう少しやさしくして'];
    expect(told).toEqual([{ type: 'published', revision, suggestions }, { type: 'completed' }]);
    expect(await lines()).toEqual([{ message: `できました\n\n提案: ${suggestions.join('、')}` }]);
  });

  it('are the model’s own where nothing can be read, or an older workflow asks', async () => {
    const revision = await makeGame();
    const away = () => Promise.reject(new Error('away'));
    await activities(database.store, { readFile: away }).completeJob(completed(revision, 'ja'));
    await activities().completeJob(completed(revision));
    const published = { type: 'published', revision, suggestions: OWN };
    expect(told.filter(({ type }) => type === 'published')).toEqual([published, published]);
  });
});

it('A4: a message sent again while its job ends gets that one, not the next', async () => {
  await failJob();
  const [messageId, { projectId }] = ['twice', input];
  const own = jobIdFor(projectId, messageId);
  await openJob(projectId, own);
  const frames: ServerFrame[] = [];
  const session = {
    ...{ projectId, follower: null, send: (frame: ServerFrame) => void frames.push(frame) },
    once: (_: string, work: () => Promise<unknown>) => work(),
  };
  const admit = async () => {
    await failJob();
    const next = await openJob(projectId);
    const job = (await database.store.jobs.get(next))!;
    const answer = { kind: 'generate', isExisting: true, jobId: next, job } as const;
    return { kind: 'answered', answer } as const;
  };
  const deps = { store: database.store, admitter: { admit }, config: {}, log };
  const frame = {
    type: 'message',
    content: '作って',
    messageId,
    skipStyleSelection: true,
  } as const;
  const project = (await database.store.projects.get(projectId))!;
  await answerMessage(deps as never, session as never, frame, project);
  expect(frames).toMatchObject([
    { type: 'jobStarted', jobId: own, isExisting: true },
    { type: 'failed', jobId: own },
  ]);
});
