import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';

/** K2: whatever a follower is told raises the counter of its project, whoever writes it. */
let database: TestDatabase;
let owner: TestUser;
let projectId: string;

beforeAll(async () => {
  database = await startDatabase();
  owner = await database.createUser('owner');
});
afterAll(() => database.stop());
beforeEach(async () => {
  projectId = (await database.store.projects.create(owner.id, '名前')).id;
});

const read = async (since: number) =>
  database.store.projectChanges.since(new Map([[projectId, since]]));
const changeNo = async (): Promise<number> => {
  const [news] = await read(-1);
  return news && 'changeNo' in news ? news.changeNo : Number.NaN;
};

it('K2: a job, its end, lines, versions, names, publication raise it; progress not', async () => {
  const { jobs, chatHistory, projects } = database.store;
  const jobId = randomUUID();
  const game = randomUUID();
  const queuedId = randomUUID();
  const options = { selectedStyle: null, autoFix: false };
  const steps: Record<string, () => Promise<unknown>> = {
    open: () =>
      jobs.open({
        id: jobId,
        userId: owner.id,
        projectId,
        content: 'こんにちは',
        chatId: randomUUID(),
        maxQueuedJobs: 10,
      }),
    start: () => jobs.startProcessing(jobId, false),
    publish: () =>
      database.sql(
        `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
         values ($1, 1, repeat('a', 40), $2, 'generate', '題')`,
        [projectId, jobId],
      ),
    mark: () =>
      database.store.revisions.mark(projectId, 'a'.repeat(40), { name: '名', isBookmarked: true }),
    fail: () => database.sql(`update public.jobs set status = 'failed' where id = $1`, [jobId]),
    line: () =>
      chatHistory.append({
        id: randomUUID(),
        projectId,
        role: 'system',
        message: { text: '戻しました' },
      }),
    queue: () =>
      database.store.queuedMessages.add({
        ...{ id: queuedId, messageId: randomUUID(), userId: owner.id, projectId },
        ...{ content: '速く', chatId: null, options, maxQueued: 1, joinsEqual: false },
      }),
    unqueue: () => database.store.queuedMessages.remove(queuedId, owner.id, randomUUID()),
    rename: () => projects.edit(projectId, { name: '別の名前' }),
    release: () =>
      database.sql(
        `insert into public.games (id, project_id, user_id, title, game_url, revision)
         values ($1, $2, $3, '題', '/g', repeat('a', 40))`,
        [game, projectId, owner.id],
      ),
    hide: () =>
      database.sql(`update public.games set visibility = 'private' where id = $1`, [game]),
  };
  for (const [step, run] of Object.entries(steps)) {
    const earlier = await changeNo();
    await run();
    expect(await changeNo(), step).toBeGreaterThan(earlier);
  }
  const quiet = await changeNo();
  expect((await read(-1))[0]).toMatchObject({
    marks: [{ revision: 'a'.repeat(40), name: '名', isBookmarked: true }],
  });
  await database.sql('update public.jobs set progress = 50 where id = $1', [jobId]);
  await database.sql('update public.games set play_count = 5 where id = $1', [game]);
  await projects.setPendingQuestion(projectId, null);
  expect(await changeNo()).toBe(quiet);
  expect(await read(quiet)).toEqual([]);
});

it('K2: says what a follower compares, and of a project that is gone its id alone', async () => {
  const line = randomUUID();
  await database.store.chatHistory.append({
    id: line,
    projectId,
    role: 'user',
    message: { text: '!' },
  });
  const [news] = await read(-1);
  expect(news).toMatchObject({
    id: projectId,
    name: '名前',
    jobs: [],
    lines: [line],
    restore: null,
    publication: null,
  });
  await database.store.projects.remove(projectId);
  expect(await read(5)).toEqual([{ id: projectId }]);
});

it('K2: a deleted project and its writers never wait for each other', async () => {
  const { jobs, projects } = database.store;
  const works = Array.from({ length: 30 }, async (_, nth) => {
    const project = await projects.create(owner.id, `n${nth}`);
    const id = randomUUID();
    await database.sql(
      `insert into public.jobs (id, user_id, project_id, status) values ($1, $2, $3, 'completed')`,
      [id, owner.id, project.id],
    );
    await Promise.all([
      jobs.fail(id, { text: '!' }),
      database.sql(`update public.jobs set status = 'failed' where id = $1`, [id]),
      database.store.chatHistory
        .append({ id: randomUUID(), projectId: project.id, role: 'user', message: { text: '!' } })
        .catch(() => undefined),
      projects.remove(project.id),
    ]);
    return projects.get(project.id);
  });
  expect(new Set(await Promise.all(works))).toEqual(new Set([null]));
});
