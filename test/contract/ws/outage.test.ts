import { createServer, connect, type AddressInfo, type Server, type Socket as Tcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, startApi, type ApiProcess } from '../http/api-process.js';
import { bearer, startTestApi, type TestApi } from '../http/test-api.js';
import { Socket, type Frame } from './socket.js';

/**
 * "Not yours" and "cannot be asked" are two answers. The way to the database can be cut and held
 * up; Temporal is away all the time.
 */
const WITHIN_MS = 5_000;
const MESSAGE_WITHIN_MS = 15_000;
const UNKNOWN = '11111111-1111-4111-8111-111111111111';

let api: TestApi;
let server: ApiProcess;
let way: Way;

interface Way {
  readonly port: number;
  /** `refused`: nobody listens there; `silent`: taken, and never answered. */
  become(state: 'open' | 'refused' | 'silent'): Promise<void>;
}

async function openWay(to: URL): Promise<Way> {
  let state: 'open' | 'refused' | 'silent' = 'open';
  const sockets = new Set<Tcp>();
  const relay = (socket: Tcp): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    if (state === 'silent') return void socket.resume();
    const target = connect(Number(to.port), to.hostname);
    sockets.add(target);
    target.on('error', () => socket.destroy()).on('close', () => sockets.delete(target));
    socket.pipe(target).pipe(socket);
  };
  let listener: Server = createServer(relay);
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => listener.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = listener.address() as AddressInfo;
  return {
    port,
    async become(next) {
      state = next;
      for (const socket of sockets) socket.destroy();
      if (listener.listening) await new Promise((resolve) => listener.close(resolve));
      listener = createServer(relay);
      if (next !== 'refused') await listen(port);
    },
  };
}

beforeAll(async () => {
  api = await startTestApi();
  way = await openWay(new URL(api.env['SUPABASE_URL'] ?? ''));
  const address = `http://127.0.0.1:${way.port}`;
  server = await startApi({
    ...api.env,
    SUPABASE_URL: address,
    EMBEDDED_SUPABASE_URL: address,
  });
});
afterAll(async () => {
  await way.become('refused');
  await server.stop();
  await api.stop();
});

const away = (message: string): Frame => ({
  type: 'error',
  message,
  error: { code: 'OPERATION_FAILED', message },
});

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const answer = await work;
  expect(performance.now() - startedMs).toBeLessThan(limitMs);
  return answer;
}

/** As Alice: what is hers could be answered, were there anybody to ask. */
function get(path: string, method = 'GET') {
  const body = method === 'GET' ? {} : { body: '{}' };
  const headers = { ...bearer(api.alice), 'content-type': 'application/json' };
  return within(WITHIN_MS, ask(server.port, path, { method, headers, ...body }));
}

async function expectAway(path: string, method = 'GET'): Promise<void> {
  const answer = await get(path, method);
  expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 503, '5']);
  expect(answer.json()).toMatchObject({ code: 'OPERATION_FAILED' });
}

const open = (): Promise<Socket> => Socket.signedIn(server.baseUrl, api.alice, api.gameId);

describe('while the database cannot be asked', () => {
  const FRAMES = (): [object, string][] => [
    [{ type: 'selectProject', projectId: api.gameId }, 'Invalid message format'],
    [{ type: 'createProject' }, 'Invalid message format'],
    [{ type: 'renameProject', projectId: api.gameId, name: 'x' }, 'Invalid message format'],
    [{ type: 'getProjectInfo', projectId: api.gameId }, 'Invalid message format'],
    [{ type: 'getVersions', projectId: api.gameId }, 'Invalid message format'],
    [{ type: 'getJobStatus', jobId: api.jobId }, 'Invalid message format'],
    [{ type: 'subscribeJob', jobId: api.jobId }, 'Invalid message format'],
    [{ type: 'cancel', jobId: api.jobId }, 'Invalid message format'],
    [{ type: 'deleteProject', projectId: api.gameId }, 'Failed to delete project'],
    [
      { type: 'restoreVersion', projectId: api.gameId, versionId: 'abcdef0' },
      'Failed to restore version',
    ],
    [{ type: 'message', content: '敵を速くして' }, 'Failed to create job'],
  ];

  it.each(['refused', 'silent'] as const)('A6: %s: every frame hears so in time', async (state) => {
    const sockets = await Promise.all(FRAMES().map(open));
    await way.become(state);
    const answers = FRAMES().map(async ([frame, literal], at) => {
      const answer = await within(WITHIN_MS, (sockets[at] as Socket).ask(frame));
      expect([frame, answer]).toEqual([frame, away(literal)]);
    });
    await Promise.all(answers);
    await way.become('open');
    // Nothing was refused for good: the same socket is served again.
    expect(await sockets[0]?.ask({ type: 'getProjectInfo', projectId: api.gameId })).toMatchObject({
      type: 'projectInfo',
    });
    expect(await sockets[0]?.ask({ type: 'getProjectInfo', projectId: UNKNOWN })).toEqual({
      type: 'error',
      message: 'Access denied',
    });
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('who signs in is told to come back, and is not signed out', async () => {
    await way.become('refused');
    const socket = await Socket.open(server.baseUrl);
    const answer = await socket.ask({ type: 'init', access_token: api.alice.accessToken });
    expect(answer).toEqual(away('Server configuration error'));
    expect(await socket.closed).toEqual([1013, 'Try again later']);
    await way.become('open');
  });

  it.each(['refused', 'silent'] as const)(
    '%s: every request is told so, in time',
    async (state) => {
      // The keys that tokens are judged by are known from before.
      expect((await get('/api/projects')).status).toBe(200);
      await way.become(state);
      await Promise.all([
        expectAway('/api/projects'),
        expectAway(`/api/projects/${api.gameId}`),
        expectAway(`/api/projects/${api.gameId}/active-job`),
        expectAway(`/api/jobs/${api.jobId}`),
        expectAway(`/api/jobs/${api.jobId}/cancel`, 'POST'),
        expectAway('/api/assets'),
        expectAway(`/api/assets/${UNKNOWN}`),
        expectAway(`/api/actions/${UNKNOWN}/cancel`, 'POST'),
      ]);
      expect((await get('/api/health')).status).toBe(200);
      const ready = await get('/api/ready');
      expect([ready.status, ready.headers['retry-after']]).toEqual([503, '5']);
      expect(ready.json()).toMatchObject({
        ready: false,
        checks: { database: 'the database does not answer', disk: null },
      });
      await way.become('open');
      expect((await get(`/api/jobs/${UNKNOWN}`)).status).toBe(404);
    },
  );
});

describe('while Temporal cannot be asked', () => {
  it('messages, restores and actions are told so, in time', async () => {
    const [message, restore] = [await open(), await open()];
    await Promise.all([
      within(MESSAGE_WITHIN_MS, message.ask({ type: 'message', content: '敵を速くして' })).then(
        (answer) => expect(answer).toEqual(away('Failed to create job')),
      ),
      within(
        MESSAGE_WITHIN_MS,
        restore.ask({ type: 'restoreVersion', projectId: api.gameId, versionId: 'abcdef0' }),
      ).then((answer) => expect(answer).toEqual(away('Failed to restore version'))),
      expectAway(`/api/projects/${api.gameId}/generate-thumbnail`, 'POST'),
      expectAway(`/api/projects/${api.gameId}/generate-movie`, 'POST'),
    ]);
    const ready = await get('/api/ready');
    expect(ready.status).toBe(503);
    expect(ready.json()).toEqual({
      ready: false,
      checks: {
        database: null,
        temporal: 'Temporal does not answer',
        workers: 'Temporal cannot say who polls',
        disk: null,
        objects: null,
      },
    });
    await Promise.all([message.close(), restore.close()]);
  });
});
