import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatLineIdFor, jobIdFor } from '../../../src/contracts/base/ids.js';
import type { Store } from '../../../src/store/index.js';
import type { MessageToQueue } from '../../../src/store/tables/queued-messages.js';
import { storeFacts } from '../../../src/stream/job-facts.js';
import type { RowlessRun } from '../../../src/stream/job-runs.js';
import type { VersionReader } from '../../../src/versions/kept/details.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';

/** Q3: accepted messages that wait are rows, in order, and leave their queue once. */
let database: TestDatabase;
let store: Store;
let userId: string;
let projectId: string;

beforeAll(async () => {
  database = await startDatabase();
  ({ store } = database);
});
afterAll(() => database.stop());
beforeEach(async () => {
  userId = await database.newUserId();
  projectId = (await store.projects.create(userId, '新しいゲーム')).id;
});

const OPTIONS = { selectedStyle: null, autoFix: false, skipStyleSelection: true } as const;

function messageOf(content: string, more: Partial<MessageToQueue> = {}): MessageToQueue {
  const messageId = randomUUID();
  const project = more.projectId ?? projectId;
  return {
    ...{ id: jobIdFor(project, messageId), messageId, userId, projectId: project, content },
    ...{ chatId: null, options: OPTIONS, maxQueued: 50 },
    ...{ joinsEqual: false, ...more },
  };
}

async function queue(content: string, more: Partial<MessageToQueue> = {}): Promise<MessageToQueue> {
  const message = messageOf(content, more);
  expect(await store.queuedMessages.add(message)).toMatchObject({ outcome: 'queued' });
  return message;
}

const open = ({ id, messageId, content, options, ...message }: MessageToQueue, isAsked = true) =>
  store.jobs.open({
    ...{ id, userId, projectId: message.projectId, content, maxQueuedJobs: 50 },
    chatId: chatLineIdFor(id, 'user'),
    queue: { messageId, options, isAsked },
  });
const end = (id: string) => store.jobs.fail(id, { text: '終わり' });
const heads = async () => (await store.queuedMessages.heads(userId, 10)).map(({ id }) => id);
const linesSaid = async () =>
  (await store.chatHistory.all(projectId)).map(({ content }) => content);

describe('Q3: into the queue', () => {
  it('each once, in order, with its place; its words come to the chat when it begins', async () => {
    const first = await queue('敵を増やして');
    const second = messageOf('速くして');
    expect(await store.queuedMessages.add(second)).toMatchObject({ place: 2, jobId: second.id });
    expect(await store.queuedMessages.add(first)).toMatchObject({ place: 1, jobId: first.id });
    expect(await linesSaid()).toEqual([]);
    expect((await store.queuedMessages.heads(userId, 1))[0]?.options).toEqual(OPTIONS);
    await queue('V2の言葉', { chatId: randomUUID() });
    expect(await linesSaid()).toEqual(['V2の言葉']);
    const { queued } = await store.reads.messageState(projectId, second.id, randomUUID());
    expect(queued).toEqual({ jobId: second.id, place: 2 });
  });

  it('words that a client without ids sends twice are one message', async () => {
    const first = await queue('速くして');
    const again = messageOf('速くして', { joinsEqual: true });
    expect(await store.queuedMessages.add(again)).toMatchObject({ jobId: first.id, place: 1 });
  });

  it("a whole queue refuses, whichever project of its user it is; another's does not", async () => {
    await queue('一');
    const other = await store.projects.create(userId, '別');
    const refused = { outcome: 'refused', code: 'SYSTEM_LIMIT_EXCEEDED' };
    const second = messageOf('二', { projectId: other.id, maxQueued: 1 });
    expect(await store.queuedMessages.add(second)).toEqual(refused);
    const stranger = await database.newUserId();
    const foreign = messageOf('三', { userId: stranger });
    expect(await store.queuedMessages.add(foreign)).toMatchObject({ code: 'ACCESS_DENIED' });
  });
});

/** As Temporal's list answers where there is none. */
const noRun = async (): Promise<RowlessRun> => ({ state: 'unknown' });

describe('Q3: out of the queue', () => {
  it('a job whose message waits is queued, whether or not it has had a run', async () => {
    const waiting = await queue('一');
    const facts = storeFacts(store, { get: store.jobs.get }, {} as VersionReader, noRun, 0);
    expect(await facts.rowlessRun(waiting.id)).toEqual({ state: 'queued' });
    await open(waiting);
    expect(await facts.rowlessRun(waiting.id)).toEqual({ state: 'unknown' });
  });

  it('a message behind an older one waits, and begins once that is done', async () => {
    const first = await queue('一');
    const second = messageOf('二');
    expect(await open(second)).toMatchObject({ outcome: 'queued', jobId: second.id, place: 2 });
    expect(await heads()).toEqual([first.id]);
    expect(await open(first)).toMatchObject({ outcome: 'opened' });
    expect(await heads()).toEqual([]);
    await end(first.id);
    expect(await heads()).toEqual([second.id]);
    expect(await open(second)).toMatchObject({ outcome: 'opened' });
    expect(await linesSaid()).toEqual(['一', '二']);
    await end(second.id);
    expect(await open(second)).toMatchObject({ outcome: 'existing' });
    expect(await store.queuedMessages.add(second)).toBeNull();
  });

  it('one job of a user at a time: his other project waits where queues are shown', async () => {
    const other = await store.projects.create(userId, '別');
    const running = messageOf('一');
    await open(running);
    const second = messageOf('二', { projectId: other.id });
    expect(await open(second, false)).toMatchObject({ code: 'USER_LIMIT_EXCEEDED' });
    expect(await open(second)).toMatchObject({ outcome: 'queued', place: 1 });
    await queue('三');
    // The project that has had no job yet comes first.
    await end(running.id);
    const [next] = await heads();
    expect(next).toBe(second.id);
  });

  it('what is accepted is not refused when its turn has come, however many wait', async () => {
    const message = await queue('一');
    const opened = await store.jobs.open({
      ...{ id: message.id, userId, projectId, content: '一', maxQueuedJobs: 0 },
      chatId: randomUUID(),
    });
    expect(opened).toMatchObject({ outcome: 'opened' });
  });

  it('a row of a job that its user writes takes it out, and no other user can', async () => {
    const [first, second] = [await queue('一'), await queue('二')];
    const insert = `insert into public.jobs (id, user_id, project_id, status)
      values ($1, $2, $3, 'cancelled')`;
    const stranger = await database.newUserId();
    const { id: elsewhere } = await store.projects.create(stranger, '別');
    await database.sql(insert, [second.id, stranger, elsewhere]);
    await database.sql(insert, [first.id, userId, projectId]);
    expect(await heads()).toEqual([second.id]);
  });

  it('its owner takes it out: a cancelled job that never begins', async () => {
    const chatId = randomUUID();
    const message = await queue('一', { chatId });
    const stranger = await database.newUserId();
    expect(await store.queuedMessages.remove(message.id, stranger, chatId)).toBe(false);
    expect(await store.queuedMessages.remove(message.id, userId, chatId)).toBe(true);
    expect(await store.queuedMessages.remove(message.id, userId, chatId)).toBe(false);
    expect(await linesSaid()).toEqual([]);
    expect(await open(message)).toMatchObject({
      outcome: 'existing',
      job: { status: 'cancelled', is_unqueued: true },
    });
  });

  it('a deleted project takes its queue along', async () => {
    const message = await queue('一');
    await store.projects.remove(projectId);
    expect(await heads()).toEqual([]);
    expect(await open(message)).toMatchObject({ code: 'ACCESS_DENIED' });
  });
});
