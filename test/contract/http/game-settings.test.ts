import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStore, type Store } from '../../../src/store/index.js';
import type { Versions } from '../../../src/versions/kept/versions.js';
import { log } from '../../support/database.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { Socket } from '../ws/socket.js';
import { publishVersion, versionsIn } from '../../support/versions.js';

/** Settings of a game: what the current version declares, and saving them as a version. */
const stack = sharedStack();
let store: Store;
let kept: Versions;
let maker: TestUser;
let stranger: TestUser;
let projectId: string;
beforeAll(async () => {
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
  kept = versionsIn(stack.dataDir, store);
  maker = await createUser(stack.env, 'tuner');
  stranger = await createUser(stack.env, 'other-tuner');
});
beforeEach(async () => {
  projectId = (await store.projects.create(maker.id, '調整')).id;
  await publishVersion({ store }, stack.dataDir, maker, projectId, FILES, {
    screenshot: SCREENSHOT,
  });
});

const SCREENSHOT = 'a'.repeat(64);
const SETTINGS = [
  { name: 'speed', label: 'はやさ', kind: 'number', min: 0.5, max: 2, step: 0.1, value: 1 },
  { name: 'sky', kind: 'color', value: '#102030' },
  { name: 'hard', kind: 'boolean', value: false },
];
const HEAD = Buffer.from('<!doctype html>\r\n<html><head></head><body>猫\r\n\xff', 'latin1');
const OPEN = '<script type="application/json" id="settings">';
const TAIL = '</script>\r\n<script>const speed = "</b>"; // é</script></body></html>';
const FILES = {
  'index.html': Buffer.concat([HEAD, Buffer.from(`${OPEN}${JSON.stringify(SETTINGS)}${TAIL}`)]),
  'data/levels.json': '[1]',
  '.ai-context/1.json': '{}',
};

async function call(
  method: string,
  user: TestUser | null,
  body?: unknown,
  id = projectId,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${stack.baseUrl}/api/projects/${id}/settings`, {
    method,
    headers: {
      ...(user ? { authorization: `Bearer ${user.accessToken}` } : {}),
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

const put = (values: unknown, actionId: string = randomUUID(), user: TestUser | null = maker) =>
  call('PUT', user, { actionId, values });
const declared = async () => (await call('GET', maker)).json['settings'];
const versions = () => store.revisions.list(projectId);

async function bytesOf(revision: string, file: string): Promise<Buffer> {
  const bytes = await kept.readFile({ projectId, revision }, file);
  if (!bytes) throw new Error(`${file} is not in ${revision}`);
  return bytes;
}

describe('settings of a game', () => {
  it('E5: are saved as a version of their own: the block changes, no other byte does', async () => {
    expect(await declared()).toEqual(SETTINGS);
    const before = await store.revisions.head(projectId);
    const { status, json } = await put({ speed: 1.5, hard: true, sky: '#102030' });
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        success: true,
        revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
        changed: true,
      },
    });
    expect(await declared()).toMatchObject([{ value: 1.5 }, { value: '#102030' }, { value: true }]);

    const head = await store.revisions.head(projectId);
    expect(head).toMatchObject({
      revision: json['revision'],
      parent: before?.revision,
      kind: 'tune',
      subject: 'はやさ 1 → 1.5, hard false → true',
      screenshot: SCREENSHOT,
      play: null,
    });
    const [page, old] = [
      await bytesOf(head?.revision ?? '', 'index.html'),
      await bytesOf(before?.revision ?? '', 'index.html'),
    ];
    const [from, end] = [old.indexOf(OPEN) + OPEN.length, Buffer.byteLength(TAIL)];
    expect(page.subarray(0, from)).toEqual(old.subarray(0, from));
    expect(page.subarray(-end)).toEqual(old.subarray(-end));
    const others = async (revision = '') =>
      (await kept.listFiles({ projectId, revision }))
        .filter((entry) => entry.path !== 'index.html')
        .map(({ path, sha }) => ({ path, sha }));
    expect(await others(head?.revision)).toEqual(await others(before?.revision));
    expect(await versions()).toMatchObject([
      { number: 1, current: true, message: 'はやさ 1 → 1.5, hard false → true' },
      { number: 2, current: false },
    ]);
  });

  it('cost nothing, and an old version of them can be restored', async () => {
    const spent = await store.usage.spentToday(maker.id);
    await put({ speed: 2 });
    const oldest = (await versions()).at(-1);
    const socket = await Socket.signedIn(stack.baseUrl, maker, projectId);
    await socket.ask({ type: 'restoreVersion', projectId, versionId: oldest?.id });
    await socket.close();
    expect(await declared()).toEqual(SETTINGS);
    expect(await store.usage.spentToday(maker.id)).toBe(spent);
  });

  it.each([
    ['beyond a bound', { speed: 2.01 }, 'speed'],
    ['of another kind', { hard: 'yes' }, 'hard'],
    ['that would end the block', { sky: '</script>' }, 'sky'],
    ['that is not declared', { speed: 1.1, gravity: 1 }, 'gravity'],
    ['of a prototype', { constructor: 1 }, 'constructor'],
  ])('a value %s is refused by its name, and nothing is written', async (_, values, name) => {
    const actionId = randomUUID();
    expect(await put(values, actionId)).toEqual({
      status: 400,
      json: { error: 'Invalid setting', name },
    });
    expect(await versions()).toHaveLength(1);
    expect(await store.actions.get(actionId)).toBeNull();
  });

  it.each([
    ['no values', { actionId: randomUUID() }],
    ['values in a list', { values: [1] }],
    ['a value that is none', { values: { speed: null } }],
    ['an action id that is none', { actionId: 'x', values: { speed: 1.5 } }],
  ])('%s is no request', async (_, body) => {
    const { status } = await call('PUT', maker, body);
    expect(status).toBe(400);
    expect(await versions()).toHaveLength(1);
  });

  it('what changes nothing makes no version', async () => {
    const head = await store.revisions.head(projectId);
    expect(await put({ speed: 1, hard: false })).toEqual({
      status: 200,
      json: { success: true, revision: head?.revision, changed: false },
    });
    expect(await versions()).toHaveLength(1);
  });

  it('H1: the same call is done once and answered as the first, at once and later', async () => {
    const actionId = randomUUID();
    const answers = await Promise.all([
      put({ speed: 1.5 }, actionId),
      put({ speed: 1.5 }, actionId),
    ]);
    expect(await put({ speed: 2 })).toMatchObject({ status: 200, json: { changed: true } });
    // Other values under an old name are not looked at, not even ones that nobody could set.
    answers.push(await put({ speed: 1.5 }, actionId), await put({ speed: 99 }, actionId));
    for (const { status, json } of answers)
      expect({ status, json }).toEqual({ status: 200, json: answers[0]?.json });
    expect(await versions()).toHaveLength(3);
    expect(await declared()).toMatchObject([{ value: 2 }, {}, {}]);
    expect(await store.actions.get(actionId)).toMatchObject({ kind: 'tune', state: 'completed' });

    const other = (await store.projects.create(maker.id, '別')).id;
    expect(await call('PUT', maker, { actionId, values: {} }, other)).toMatchObject({
      status: 403,
    });
  });

  it('A4: meet a job as a restore does, and wait for no end', async () => {
    const actionId = randomUUID();
    await put({ speed: 1.2 }, actionId);
    const socket = await Socket.signedIn(stack.baseUrl, maker, projectId);
    const { jobId } = await socket.ask({
      type: 'message',
      content: '2Dのシューティングゲームを作り直して',
    });
    expect(await put({ speed: 1.5 })).toEqual({
      status: 409,
      json: {
        error: 'A job is already running for this project.',
        code: 'JOB_ALREADY_ACTIVE',
      },
    });
    expect(await put({ speed: 1.2 }, actionId)).toMatchObject({
      status: 200,
      json: { changed: true },
    });
    socket.send({ type: 'cancel', jobId });
    await socket.next('cancelled');
    await socket.close();
  });

  it("are the owner's alone", async () => {
    for (const method of ['GET', 'PUT']) {
      const body = method === 'PUT' ? { values: { speed: 2 } } : undefined;
      expect(await call(method, stranger, body)).toEqual({
        status: 404,
        json: { error: 'Project not found' },
      });
      expect(await call(method, null, body)).toMatchObject({ status: 401 });
    }
    expect(await versions()).toHaveLength(1);
  });

  it('of a project without a version are none', async () => {
    const { id } = await store.projects.create(maker.id, '空');
    expect(await call('GET', maker, undefined, id)).toEqual({
      status: 200,
      json: { settings: [] },
    });
    expect(await call('PUT', maker, { values: { speed: 1 } }, id)).toEqual({
      status: 400,
      json: { error: 'Invalid setting', name: 'speed' },
    });
  });

  it('K1: whoever follows hears of the new version, by the name of the action', async () => {
    const there = await Socket.signedIn(stack.baseUrl, maker);
    await there.ask({ type: 'selectProject', projectId, follow: true });
    const actionId = randomUUID();
    const { json } = await put({ speed: 1.5 }, actionId);
    expect(await there.next('versionTuned')).toEqual({
      type: 'versionTuned',
      projectId,
      versionId: json['revision'],
      jobId: actionId,
    });
    // What was changed stands in the chat, once, also when the call comes again.
    await put({ speed: 1.5 }, actionId);
    const line = {
      role: 'system',
      content: 'ゲームを調整しました: はやさ 1 → 1.5',
      code: 'GAME_TUNED',
      params: { changes: 'はやさ 1 → 1.5' },
    };
    expect(there.frames.filter(({ type }) => type === 'chatLine')).toMatchObject([line]);
    expect((await store.chatHistory.last(projectId)).slice(2)).toMatchObject([line]);
    await there.close();
  });
});
