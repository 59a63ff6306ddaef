import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatLineIdFor } from '../../../src/contracts/base/ids.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { newProject, Socket, type Frame } from './socket.js';

/** One table per row of websocket.md §3 and its replies in §4: values are the contract's own. */
const UNKNOWN = '00000000-0000-0000-0000-000000000000';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const serviceClient = () =>
  createClient(stack.env.SUPABASE_URL!, stack.env.SUPABASE_SERVICE_ROLE_KEY!, {
    auth: { persistSession: false },
  });
const error = (message: string) => ({ type: 'error', message });

const stack = sharedStack();
let service: ReturnType<typeof serviceClient>;
let alice: TestUser;
let bob: TestUser;
let projectId: string;
let jobId: string;
let socket: Socket;

beforeAll(async () => {
  service = serviceClient();
  [alice, bob] = await Promise.all([createUser(stack.env, 'alice'), createUser(stack.env, 'bob')]);
  const first = await Socket.signedIn(stack.baseUrl, alice);
  projectId = await newProject(first, '宇宙船');
  await first.close();
  jobId = randomUUID();
  await service.from('jobs').insert({
    id: jobId,
    user_id: alice.id,
    project_id: projectId,
    status: 'completed',
    progress: 100,
    result: '{"message":"はい"}',
  });
});
beforeEach(async () => {
  socket = await Socket.signedIn(stack.baseUrl, alice);
});
afterEach(() => socket.close());

const project = {
  id: expect.stringMatching(UUID) as string,
  name: '宇宙船',
  createdAt: expect.stringMatching(TIME) as string,
  updatedAt: expect.stringMatching(TIME) as string,
};
const summary = { ...project, description: '', isPublic: false, remixedFrom: null };
const jobRow = () => ({
  id: jobId,
  user_id: alice.id,
  project_id: projectId,
  status: 'completed',
  progress: 100,
  progress_message: null,
  result: '{"message":"はい"}',
  error: null,
  created_at: expect.stringMatching(TIME) as string,
  updated_at: expect.stringMatching(TIME) as string,
});

/** `$project`, `$job` stand for Alice's own; everything else is sent as it is. */
function filled(frame: object): object {
  return JSON.parse(
    JSON.stringify(frame).replaceAll('$project', projectId).replaceAll('$job', jobId),
  ) as object;
}

describe('before init', () => {
  it.each([
    [{ type: 'ping' }, { type: 'pong' }],
    [{ type: 'selectProject', projectId: '$project' }, error('Not initialized')],
    [{ type: 'createProject' }, error('Not initialized')],
    [{ type: 'listProjects' }, error('Not initialized')],
    [{ type: 'deleteProject', projectId: '$project' }, error('Invalid request')],
    [{ type: 'renameProject', projectId: '$project', name: 'x' }, error('Invalid request')],
    [{ type: 'getProjectInfo', projectId: '$project' }, error('Invalid request')],
    [{ type: 'message', content: '2Dのゲームを作って' }, error('No project selected')],
    [{ type: 'getJobStatus', jobId: '$job' }, error('Not authenticated')],
    [{ type: 'subscribeJob', jobId: '$job' }, error('Not authenticated')],
    [{ type: 'getVersions', projectId: '$project' }, error('Invalid request')],
    [
      { type: 'getVersionEdits', projectId: '$project', versionHash: 'abcdef0' },
      error('Invalid request'),
    ],
    [
      { type: 'restoreVersion', projectId: '$project', versionId: 'abcdef0' },
      error('Invalid request'),
    ],
    [
      { type: 'markVersion', projectId: '$project', versionId: 'abcdef0', name: 'x' },
      error('Invalid request'),
    ],
    [{ type: 'cancel', jobId: '$job' }, error('Access denied')],
  ])('%j → %j', async (frame, reply) => {
    const stranger = await Socket.open(stack.baseUrl);
    expect(await stranger.ask(filled(frame))).toEqual(reply);
    await stranger.close();
  });

  it('`cancel` without a job is not answered at all', async () => {
    const stranger = await Socket.open(stack.baseUrl);
    stranger.send({ type: 'cancel' });
    expect(await stranger.ask({ type: 'ping' })).toEqual({ type: 'pong' });
    expect(stranger.frames).toHaveLength(1);
    await stranger.close();
  });
});

describe('init', () => {
  it.each([
    ['no token', { type: 'init' }, 'access_token required', 'Authentication required'],
    [
      'an empty token',
      { type: 'init', access_token: '' },
      'access_token required',
      'Authentication required',
    ],
    [
      'a token that is no text',
      { type: 'init', access_token: 5 },
      'Invalid access token',
      'Authentication failed',
    ],
    [
      'a token that is no JWT',
      { type: 'init', access_token: 'hello' },
      'Invalid Compact JWS',
      'Authentication failed',
    ],
  ])('with %s: error, then 4001', async (_name, frame, message, reason) => {
    const stranger = await Socket.open(stack.baseUrl);
    expect(await stranger.ask(frame)).toEqual(error(message));
    expect(await stranger.closed).toEqual([4001, reason]);
  });

  it('with a token whose signature was changed: error, then 4001', async () => {
    const stranger = await Socket.open(stack.baseUrl);
    const [head, body, signature = ''] = alice.accessToken.split('.');
    const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(await stranger.ask({ type: 'init', access_token: forged })).toEqual(
      error('Invalid token signature'),
    );
    expect((await stranger.closed)[0]).toBe(4001);
  });

  it('answers the user and his projects, newest first, as often as it is sent', async () => {
    const other = await newProject(socket, '二つ目');
    const reply = await socket.ask({
      type: 'init',
      access_token: alice.accessToken,
      sessionId: 's',
      extra: 1,
    });
    expect(reply).toEqual({
      type: 'init',
      userId: alice.id,
      projects: [
        { ...summary, id: other, name: '二つ目' },
        { ...summary, id: projectId },
      ],
    });
    await socket.ask({ type: 'deleteProject', projectId: other });
  });
});

describe('projects', () => {
  it.each([
    [{ type: 'selectProject', projectId: UNKNOWN }, error('Access denied')],
    [{ type: 'selectProject', projectId: 'x' }, error('Access denied')],
    [{ type: 'selectProject' }, error('Access denied')],
    [{ type: 'createProject', name: null }, error('Invalid message format')],
    [{ type: 'deleteProject' }, error('Invalid request')],
    [{ type: 'deleteProject', projectId: UNKNOWN }, error('Access denied')],
    [{ type: 'deleteProject', projectId: 'x' }, error('Access denied')],
    [{ type: 'renameProject', projectId: '$project' }, error('Invalid request')],
    [{ type: 'renameProject', projectId: '$project', name: '' }, error('Invalid request')],
    [{ type: 'renameProject', name: 'x' }, error('Invalid request')],
    [{ type: 'renameProject', projectId: UNKNOWN, name: 'x' }, error('Access denied')],
    [{ type: 'getProjectInfo' }, error('Invalid request')],
    [{ type: 'getProjectInfo', projectId: UNKNOWN }, error('Access denied')],
    [
      { type: 'getProjectInfo', projectId: '$project' },
      { type: 'projectInfo', project },
    ],
  ])('%j → %j', async (frame, reply) => {
    expect(await socket.ask(filled(frame))).toEqual(reply);
  });

  it('selectProject of an idle project: history, versions, no job, no question', async () => {
    expect(await socket.ask({ type: 'selectProject', projectId })).toEqual({
      type: 'projectSelected',
      projectId,
      history: [],
      versions: [],
      activeJob: null,
      pendingQuestion: null,
    });
  });

  it('selectProject tells of a last message that came to nothing, until more is said', async () => {
    const own = await newProject(socket);
    const id = randomUUID();
    const line = { project_id: own, role: 'user', message: '速くして' };
    await service.from('chat_history').insert({ ...line, id: chatLineIdFor(id, 'user') });
    const failed = { user_id: alice.id, project_id: own, status: 'failed', error: '混んでいます' };
    await service.from('jobs').insert({ ...failed, id });
    const select = () => socket.ask({ type: 'selectProject', projectId: own });
    expect(await select()).toMatchObject({
      lastFailure: { jobId: id, error: '混んでいます', content: '速くして' },
    });
    await service.from('chat_history').insert({ ...line, message: '続き' });
    const later = await select();
    expect(later).not.toHaveProperty('lastFailure');
    // It stays said under its message, as where a queued one has begun since.
    expect(later).toMatchObject({
      history: [{ content: '速くして', failure: { error: '混んでいます' } }, { content: '続き' }],
    });
    await socket.ask({ type: 'deleteProject', projectId: own });
  });

  it('lists projects in pages for a socket that asked for pages, and only for that', async () => {
    const own = await newProject(socket);
    const paged = await Socket.open(stack.baseUrl);
    const init = await paged.ask({ type: 'init', access_token: alice.accessToken, limit: 1 });
    expect(init).toMatchObject({ next: expect.any(String) as string });
    expect(init['projects']).toHaveLength(1);
    const listed = await paged.ask({ type: 'listProjects', after: init['next'] });
    expect(listed).toMatchObject({ type: 'projectList', filter: 'all', query: '' });
    expect(listed['projects']).not.toEqual(init['projects']);
    const renamed = await paged.ask({ type: 'renameProject', projectId, name: '宇宙船' });
    expect(renamed['projects']).toHaveLength(1);
    await paged.close();
    const whole = await Socket.open(stack.baseUrl);
    const all = await whole.ask({ type: 'init', access_token: alice.accessToken });
    expect(Object.keys(all).sort()).toEqual(['projects', 'type', 'userId']);
    expect((all['projects'] as unknown[]).length).toBeGreaterThan(1);
    await whole.close();
    await socket.ask({ type: 'deleteProject', projectId: own });
  });

  it('accepts a project id in capitals', async () => {
    expect(
      await socket.ask({ type: 'getProjectInfo', projectId: projectId.toUpperCase() }),
    ).toMatchObject({ type: 'projectInfo' });
  });

  it('create with reuseEmpty answers a project of that name that nobody has used', async () => {
    const ask = (name: string, reuseEmpty = true): Promise<string> =>
      socket
        .ask({ type: 'createProject', name, reuseEmpty })
        .then((created) => (created['project'] as { id: string }).id);
    const bobs = await Socket.signedIn(stack.baseUrl, bob);
    const foreign = await newProject(bobs, '新しいゲーム');
    const first = await ask('新しいゲーム');
    expect(first).not.toBe(foreign);
    expect(await ask('新しいゲーム')).toBe(first);
    const asV2 = await ask('新しいゲーム', false);
    const other = await ask('New game');
    expect(new Set([first, asV2, other]).size).toBe(3);
    expect(await ask('新しいゲーム')).toBe(asV2);
    const line = { role: 'user', message: 'やあ' };
    await service.from('chat_history').insert({ ...line, project_id: asV2 });
    expect(await ask('新しいゲーム')).toBe(first);
    await service.from('chat_history').insert({ ...line, project_id: first });
    const fresh = await ask('新しいゲーム');
    expect([first, asV2]).not.toContain(fresh);
    for (const id of [first, asV2, other, fresh])
      await socket.ask({ type: 'deleteProject', projectId: id });
    await bobs.ask({ type: 'deleteProject', projectId: foreign });
    await bobs.close();
  });

  it('create (default name) → rename → info → delete', async () => {
    const created = await socket.ask({ type: 'createProject' });
    const { id } = created['project'] as { id: string };
    expect(created).toEqual({
      type: 'projectCreated',
      project: { ...project, id, name: 'New Game' },
      projects: [
        { ...summary, id, name: 'New Game' },
        { ...summary, id: projectId },
      ],
    });
    expect(await socket.ask({ type: 'renameProject', projectId: id, name: '月の旅' })).toEqual({
      type: 'projectRenamed',
      project: { ...project, id, name: '月の旅' },
      projects: [
        { ...summary, id, name: '月の旅' },
        { ...summary, id: projectId },
      ],
    });
    expect(await socket.ask({ type: 'getProjectInfo', projectId: id })).toEqual({
      type: 'projectInfo',
      project: { ...project, id, name: '月の旅' },
    });
    expect(await socket.ask({ type: 'deleteProject', projectId: id })).toEqual({
      type: 'projectDeleted',
      projectId: id,
      projects: [{ ...summary, id: projectId }],
    });
    expect(await socket.ask({ type: 'getProjectInfo', projectId: id })).toEqual(
      error('Access denied'),
    );
    expect(await socket.ask({ type: 'message', content: 'こんにちは' })).toEqual(
      error('No project selected'),
    );
    const { data } = await service
      .from('activity_log')
      .select('action,details')
      .eq('target_id', id)
      .order('created_at');
    expect(data).toEqual([
      { action: 'create', details: 'New Game' },
      { action: 'rename', details: '月の旅' },
      { action: 'delete', details: null },
    ]);
  });
});

describe('jobs', () => {
  it.each([
    [{ type: 'getJobStatus' }, error('Job ID required')],
    [
      { type: 'getJobStatus', jobId: UNKNOWN },
      { type: 'jobStatus', job: null },
    ],
    [
      { type: 'getJobStatus', jobId: 'x' },
      { type: 'jobStatus', job: null },
    ],
    [{ type: 'subscribeJob' }, error('Job ID required')],
    [{ type: 'subscribeJob', jobId: UNKNOWN }, error('Job not found')],
    [{ type: 'subscribeJob', jobId: 'x' }, error('Job not found')],
    [{ type: 'cancel', jobId: UNKNOWN }, error('Access denied')],
    [{ type: 'cancel', jobId: 'x' }, error('Access denied')],
  ])('%j → %j', async (frame, reply) => {
    expect(await socket.ask(frame)).toEqual(reply);
  });

  it('getJobStatus answers the raw row', async () => {
    const reply = await socket.ask({ type: 'getJobStatus', jobId });
    expect(reply).toEqual({ type: 'jobStatus', job: expect.objectContaining(jobRow()) as unknown });
  });

  it('subscribeJob on a finished job: subscribed, then nothing', async () => {
    expect(await socket.ask({ type: 'subscribeJob', jobId })).toEqual({
      type: 'subscribed',
      jobId,
    });
    expect(await socket.ask({ type: 'getJobStatus', jobId })).toMatchObject({ type: 'jobStatus' });
    expect(socket.frames.slice(-2).map(({ type }) => type)).toEqual(['subscribed', 'jobStatus']);
  });

  it('D3: with `since`, the end of a finished job is made from its row', async () => {
    await socket.ask({ type: 'subscribeJob', jobId, since: { jobId, attempt: 1, seq: 3 } });
    expect(await socket.next()).toMatchObject({
      type: 'completed',
      job: jobRow(),
      result: { message: 'はい' },
      jobId,
    });
  });

  it('cancel of a finished job answers its end again and changes nothing', async () => {
    expect(await socket.ask({ type: 'cancel', jobId })).toMatchObject({
      type: 'completed',
      job: { status: 'completed' },
    });
    expect(await socket.ask({ type: 'getJobStatus', jobId })).toMatchObject({
      job: { status: 'completed' },
    });
  });

  it('cancel without a job and with a selected project: `Operation cancelled`', async () => {
    await socket.ask({ type: 'selectProject', projectId });
    expect(await socket.ask({ type: 'cancel' })).toEqual({
      type: 'cancelled',
      message: 'Operation cancelled',
    });
  });
});

describe('message, before anything starts', () => {
  it('needs a selected project', async () => {
    expect(await socket.ask({ type: 'message', content: 'x' })).toEqual(
      error('No project selected'),
    );
  });

  it.each([
    [{}],
    [{ content: '' }],
    [{ content: '   ' }],
    [{ content: 5 }],
    [{ content: null }],
    [{ content: ['a'] }],
  ])('%j is no message', async (fields) => {
    await socket.ask({ type: 'selectProject', projectId });
    expect(await socket.ask({ type: 'message', ...fields })).toEqual(
      error('Invalid message format'),
    );
  });

  it.each([
    ['2Dのシューティングゲームを作って', '2d', 19],
    ['３Dのゲーム', '3d', 12],
    ['2Dか3Dのゲームを作って', '3d', 12],
    ['create a 2d game', '2d', 19],
  ])(
    'A2: %s → styleOptions %s, which survives a reload and starts nothing',
    async (content, dimension, count) => {
      const id = await newProject(socket);
      const reply = await socket.ask({ type: 'message', content });
      expect(reply).toEqual({
        type: 'styleOptions',
        dimension,
        styles: expect.any(Array) as unknown,
        originalMessage: content,
      });
      const styles = reply['styles'] as Frame[];
      expect(styles).toHaveLength(count);
      for (const style of styles)
        expect(style).toEqual({
          id: expect.any(String) as string,
          name: expect.any(String) as string,
          imageUrl: expect.stringMatching(new RegExp(`^/images/styles/${dimension}/`)) as string,
        });
      const again = await Socket.signedIn(stack.baseUrl, alice);
      expect(await again.ask({ type: 'selectProject', projectId: id })).toMatchObject({
        history: [],
        activeJob: null,
        pendingQuestion: { type: 'style', dimension, originalMessage: content, styles },
      });
      await again.close();
      const { count: jobs } = await service
        .from('jobs')
        .select('id', { count: 'exact' })
        .eq('project_id', id);
      expect(jobs).toBe(0);
      await socket.ask({ type: 'deleteProject', projectId: id });
    },
  );
});

describe('another user', () => {
  it.each([
    [{ type: 'selectProject', projectId: '$project' }, error('Access denied')],
    [{ type: 'renameProject', projectId: '$project', name: 'mine' }, error('Access denied')],
    [{ type: 'deleteProject', projectId: '$project' }, error('Access denied')],
    [{ type: 'getProjectInfo', projectId: '$project' }, error('Access denied')],
    [{ type: 'getVersions', projectId: '$project' }, error('Access denied')],
    [
      { type: 'getVersionEdits', projectId: '$project', versionHash: 'abcdef0' },
      error('Access denied'),
    ],
    [
      { type: 'restoreVersion', projectId: '$project', versionId: 'abcdef0' },
      error('Access denied'),
    ],
    [
      { type: 'getJobStatus', jobId: '$job' },
      { type: 'jobStatus', job: null },
    ],
    [{ type: 'subscribeJob', jobId: '$job' }, error('Job not found')],
    [{ type: 'cancel', jobId: '$job' }, error('Access denied')],
  ])('%j → %j', async (frame, reply) => {
    const stranger = await Socket.signedIn(stack.baseUrl, bob);
    expect(await stranger.ask(filled(frame))).toEqual(reply);
    await stranger.close();
  });

  it('sees none of it in his list, and cannot follow a job by `since`', async () => {
    const stranger = await Socket.open(stack.baseUrl);
    expect(await stranger.ask({ type: 'init', access_token: bob.accessToken })).toEqual({
      type: 'init',
      userId: bob.id,
      projects: [],
    });
    const own = await newProject(stranger);
    await stranger.ask({
      type: 'selectProject',
      projectId: own,
      since: { jobId, attempt: 0, seq: 0 },
    });
    const heard = stranger.frames.length;
    await stranger.ask({ type: 'getVersions', projectId: own });
    expect(stranger.frames.slice(heard).map(({ type }) => type)).toEqual(['versionsList']);
    await stranger.close();
  });

  it('leaves the project as it was', async () => {
    expect(await socket.ask({ type: 'getProjectInfo', projectId })).toEqual({
      type: 'projectInfo',
      project: { ...project, id: projectId },
    });
  });
});

describe('frames that are none', () => {
  it.each([
    ['{', 'Invalid message format'],
    ['null', 'Invalid message format'],
    ['{}', 'Unknown message type'],
    ['{"type":"jobUpdate"}', 'Unknown message type'],
  ])('%s → %s, and the socket stays open', async (text, message) => {
    expect(await socket.ask(text)).toEqual(error(message));
    expect(await socket.ask({ type: 'ping' })).toEqual({ type: 'pong' });
  });

  it('refuses a frame of more values than any client sends, before it is parsed', async () => {
    const wide = JSON.stringify({ type: 'ping', x: Array.from({ length: 1_000 }, () => ({})) });
    expect(await socket.ask(wide)).toEqual(error('Invalid message format'));
    expect(await socket.ask({ type: 'ping' })).toEqual({ type: 'pong' });
  });

  it('ignores unknown fields', async () => {
    expect(
      await socket.ask({ type: 'getProjectInfo', projectId, nonce: randomUUID() }),
    ).toMatchObject({ type: 'projectInfo' });
  });
});
