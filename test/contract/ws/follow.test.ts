import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inFullRuns } from '../../scope.js';
import { patient } from '../../support/patience.js';
import { startSecondApi } from '../../support/second-api.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import type { ApiProcess } from '../http/api-process.js';
import { newProject, Socket, type Frame } from './socket.js';

/** K1–K3: two tabs of one person follow a project, each at an API instance of its own. */
const PATIENCE_MS = patient(15_000);

const stack = sharedStack();
const service = createClient(stack.env.SUPABASE_URL!, stack.env.SUPABASE_SERVICE_ROLE_KEY!, {
  auth: { persistSession: false },
});
let second: ApiProcess;
let user: TestUser;
let here: Socket;
let there: Socket;
let projectId: string;

beforeAll(async () => {
  second = await startSecondApi(Number(stack.env.API_PID));
});
afterAll(() => second.stop());
beforeEach(async () => {
  user = await createUser(stack.env);
  here = await Socket.signedIn(stack.baseUrl, user);
  projectId = await newProject(here);
  there = await Socket.signedIn(second.baseUrl, user);
  for (const socket of [here, there]) await follow(socket);
  return () => Promise.all([here.close(), there.close()]);
});

const follow = (socket: Socket) => socket.ask({ type: 'selectProject', projectId, follow: true });
const wish = (content = '2Dのシューティングゲームを作って') => ({
  type: 'message',
  content,
  messageId: randomUUID(),
  skipStyleSelection: true,
});
const ofTypes = (socket: Socket, ...types: string[]): Frame[] =>
  socket.frames.filter(({ type }) => types.includes(type));
const textOf = (socket: Socket): string =>
  ofTypes(socket, 'stream')
    .map((frame) => frame['content'])
    .join('');

async function makeGame(): Promise<void> {
  here.send(wish());
  await Promise.all([here.next('gameUpdated'), there.next('gameUpdated')]);
  await bothNamed();
}

/** A first game gets its name beside its job, and the row may tell it before the stream does. */
async function bothNamed(): Promise<void> {
  for (const socket of [here, there])
    await expect
      .poll(() => ofTypes(socket, 'projectRenamed'), { timeout: PATIENCE_MS })
      .toHaveLength(1);
}

/** What a project's followers hear stands in the order of its changes: this name comes last. */
async function hearAll(sockets: readonly Socket[], id = projectId): Promise<void> {
  const name = `印 ${randomUUID()}`;
  await service.from('projects').update({ name }).eq('id', id);
  for (const socket of sockets)
    await expect.poll(() => namesHeard(socket), { timeout: PATIENCE_MS }).toContain(name);
}
/** Both instances read what changed; an instance asks again when all of its followers heard. */
async function readTwice(watched?: string): Promise<void> {
  for (const { baseUrl } of [stack, second]) {
    const witness = await Socket.signedIn(baseUrl, user);
    const id = watched ?? (await newProject(witness));
    await witness.ask({ type: 'selectProject', projectId: id, follow: true });
    for (let reading = 0; reading < 2; reading += 1) await hearAll([witness], id);
    await witness.close();
  }
}

const namesHeard = (socket: Socket): unknown[] =>
  ofTypes(socket, 'projectRenamed').map(({ project }) => (project as { name: string }).name);

/** What is said of a version; whoever says it hears the answer alone. */
async function expectMarksHeard(): Promise<void> {
  const { versions } = await here.ask({ type: 'getVersions', projectId });
  const [{ id: versionId }] = versions as [{ id: string }];
  const mark = { type: 'markVersion', projectId, versionId };
  const said = { type: 'versionMarked', projectId, name: 'ボス戦' };
  expect(await here.ask({ ...mark, name: ' ボス戦 ' })).toEqual({
    ...said,
    versionId,
    isBookmarked: false,
  });
  const told = await there.next('versionMarked');
  expect(told).toMatchObject({ ...said, isBookmarked: false });
  expect(told['versionId']).toMatch(new RegExp(`^${versionId}[0-9a-f]{33}$`));
  await there.ask({ ...mark, isBookmarked: true });
  expect(await here.next('versionMarked')).toMatchObject({ ...said, isBookmarked: true });
  await hearAll([here, there]);
  for (const socket of [here, there]) expect(ofTypes(socket, 'versionMarked')).toHaveLength(2);
  expect(await there.ask({ type: 'getVersions', projectId })).toMatchObject({
    versions: [{ id: versionId, name: 'ボス戦', isBookmarked: true }],
  });
}

describe('K1: a follower hears what others do in its project', () => {
  it('a job that was begun elsewhere, from its message to the name of its game', async () => {
    const { jobId } = await here.ask(wish());
    expect(await there.next()).toMatchObject({
      type: 'chatLine',
      projectId,
      role: 'user',
      content: '2Dのシューティングゲームを作って',
    });
    expect(await there.next()).toMatchObject({
      type: 'jobStarted',
      isExisting: true,
      followed: true,
      jobId,
      job: { id: jobId, project_id: projectId },
    });
    expect(await there.next()).toMatchObject({ type: 'started', jobId });
    await Promise.all([here.next('gameUpdated'), there.next('gameUpdated')]);
    await bothNamed();
    expect(textOf(there)).toBe(textOf(here));
    await hearAll([here, there]);
    // K3: its own tab hears nothing twice, and nothing of what it did itself.
    for (const socket of [here, there]) {
      for (const type of ['jobStarted', 'completed', 'gameUpdated'])
        expect(ofTypes(socket, type)).toHaveLength(1);
      expect(namesHeard(socket)).toHaveLength(2);
    }
    expect(ofTypes(here, 'jobStarted')[0]).not.toHaveProperty('followed');
    expect(ofTypes(here, 'chatLine')).toEqual([]);
    expect(ofTypes(there, 'chatLine')).toHaveLength(1);
  });

  inFullRuns('src/stream/project-follower has them one by one', () => {
    it('one job after the other, each to its end', async () => {
      for (const content of ['この遊びは何ですか？', '次に何を足せますか？']) {
        here.send(wish(content));
        await here.next('gameUpdated');
      }
      for (let nth = 0; nth < 2; nth += 1) await there.next('gameUpdated');
      const told = ofTypes(there, 'chatLine', 'jobStarted', 'geminiChat', 'completed');
      expect(told.map(({ type }) => type)).toEqual(
        [1, 2].flatMap(() => ['chatLine', 'jobStarted', 'geminiChat', 'completed']),
      );
      expect(ofTypes(there, 'chatLine').map(({ content }) => content)).toEqual([
        'この遊びは何ですか？',
        '次に何を足せますか？',
      ]);
    });
  });

  it('a new name; whoever gave it hears the answer alone', async () => {
    await here.ask({ type: 'renameProject', projectId, name: '星の旅' });
    expect(await there.next('projectRenamed')).toEqual({
      type: 'projectRenamed',
      project: expect.objectContaining({ id: projectId, name: '星の旅' }) as unknown,
    });
    await hearAll([here, there]);
    for (const socket of [here, there])
      expect(namesHeard(socket)).toEqual(['星の旅', expect.stringContaining('印')]);
  });

  it('what is said of a version, and that the game went back, with the line of it', async () => {
    await makeGame();
    await expectMarksHeard();
    there.send(wish('敵を青にして'));
    await Promise.all([here.next('gameUpdated'), there.next('gameUpdated')]);
    const { versions } = await there.ask({ type: 'getVersions', projectId });
    const [, oldest] = versions as { id: string; hash: string }[];
    there.send({ type: 'restoreVersion', projectId, versionId: oldest?.id });
    const told = await here.next('versionRestored');
    expect(told).toMatchObject({ projectId, jobId: expect.any(String) as string });
    expect(String(told['versionId']).startsWith(oldest?.hash ?? '?')).toBe(true);
    await expect
      .poll(() => ofTypes(here, 'chatLine').at(-1), { timeout: PATIENCE_MS })
      .toMatchObject({ role: 'system', content: `バージョン ${oldest?.id} に戻しました` });
    await hearAll([here, there]);
    expect(ofTypes(there, 'versionRestored')).toEqual([
      { type: 'versionRestored', projectId, versionId: oldest?.id },
    ]);
    expect(ofTypes(there, 'chatLine').filter(({ role }) => role === 'system')).toEqual([]);
  });

  it('that something else is out of it, and that it is gone', async () => {
    const game = { project_id: projectId, user_id: user.id, title: '題', game_url: '/g' };
    await service.from('games').insert({ ...game, revision: 'a'.repeat(40) });
    for (const socket of [here, there])
      expect(await socket.next('publicationChanged')).toEqual({
        type: 'publicationChanged',
        projectId,
      });
    here.send({ type: 'deleteProject', projectId });
    expect(await there.next('projectDeleted')).toEqual({
      type: 'projectDeleted',
      projectId,
      projects: [],
    });
    await readTwice();
    for (const socket of [here, there]) expect(ofTypes(socket, 'projectDeleted')).toHaveLength(1);
  });

  inFullRuns('src/stream/project-follower has them one by one', () => {
    it('only while it asks for that, and of the selected project', async () => {
      const plain = await Socket.signedIn(stack.baseUrl, user, projectId);
      await here.ask({ type: 'selectProject', projectId });
      const elsewhere = await newProject(there);
      for (const id of [projectId, elsewhere]) await readTwice(id);
      for (const socket of [plain, here, there]) {
        await socket.ask({ type: 'getVersions', projectId });
        expect(namesHeard(socket)).toEqual([]);
      }
      await plain.close();
    });
  });
});

describe('K3: its own work', () => {
  it('a message that meets a foreign job is answered, and the job told once', async () => {
    const { jobId } = await here.ask(wish());
    there.send(wish('もっと速くして'));
    await there.next('gameUpdated');
    const answers = ofTypes(there, 'jobStarted').filter(({ followed }) => followed !== true);
    expect(answers).toMatchObject([{ jobId, isExisting: true, queued: false }]);
    expect(ofTypes(there, 'completed')).toHaveLength(1);
    await here.next('gameUpdated');
    expect(ofTypes(here, 'chatLine').map(({ content }) => content)).toEqual(['もっと速くして']);
  });

  inFullRuns('src/stream/project-follower goes on where it was', () => {
    it('coming back in the middle of a job goes on with it, once', async () => {
      const { jobId } = await here.ask(wish());
      await here.next('stream');
      const back = await Socket.signedIn(second.baseUrl, user);
      const since = { jobId, attempt: 0, seq: 0 };
      await back.ask({ type: 'selectProject', projectId, since, follow: true });
      await back.next('completed');
      await hearAll([back]);
      expect(textOf(back)).toBe(textOf(here));
      expect(ofTypes(back, 'jobStarted', 'chatLine')).toEqual([]);
      expect(ofTypes(back, 'completed')).toHaveLength(1);
      await back.close();
    });
  });
});
