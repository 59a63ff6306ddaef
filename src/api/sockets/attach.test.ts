import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Auth } from '../guards/auth.js';
import { JobFeeds } from '../../stream/feeds.js';
import { originOf } from '../../../test/support/own-server.js';
import { patient } from '../../../test/support/patience.js';
import { attachSockets, type Sockets } from './attach.js';
import type { SocketDeps } from './deps.js';

/**
 * These promises are about the connection; whoever gets as far as the store or the workflows fails
 * the test.
 */
const untouchable = <T extends object>(name: string) =>
  new Proxy({} as T, {
    get: () => {
      throw new Error(`${name} was touched`);
    },
  });
const MOST_WAITING = 20;
const MOST_FRAMES = 500;
const log = pino({ level: 'silent' });

let server: Server;
let origin: string;
let sockets: Sockets;
let deps: SocketDeps;
let verifying: Promise<void>;
const open: WebSocket[] = [];

beforeEach(async () => {
  verifying = Promise.resolve();
  server = createServer();
  const auth: Auth = {
    verifyToken: async () => (await verifying, { ok: false, reason: 'Invalid Compact JWS' }),
  };
  deps = {
    config: {
      PUBLIC_URL: 'http://app.example',
      CORS_ALLOWED_ORIGINS: ['http://listed.example'],
      GAMES_ORIGIN: undefined,
      MAX_QUEUED_JOBS: 1,
      JOB_TIMEOUT_MS: 1,
      MAX_PROJECTS_PER_USER: 1,
      USER_DAILY_USD: 0,
      MAX_SOCKETS_PER_USER: 1,
      MAX_SOCKETS_PER_ADDRESS: 100,
      MAX_WAITING_SOCKETS_PER_ADDRESS: MOST_WAITING,
      RATE_LIMIT_FRAMES_PER_MIN: MOST_FRAMES,
      RATE_LIMIT_SESSIONS_PER_MIN: 100,
      RATE_LIMIT_ADDRESS_FACTOR: 10,
    },
    auth,
    ended: { has: () => false },
    store: untouchable('store'),
    versions: untouchable('versions'),
    thumbnails: untouchable('thumbnails'),
    admitter: untouchable('admitter'),
    limits: untouchable('limits'),
    firstTexts: untouchable('firstTexts'),
    follows: { add: () => undefined, remove: () => undefined },
    feeds: new JobFeeds({
      readStream: async () => ({ kind: 'missing' }),
      facts: untouchable('facts'),
      log,
    }),
    log,
  };
  sockets = attachSockets(server, deps, {
    signInTimeoutMs: patient(1_000),
    keepaliveMs: patient(300),
  });
  origin = await originOf(server);
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate();
  await sockets.close();
});

async function connect(path = '/', options = {}) {
  const socket = new WebSocket(origin.replace('http', 'ws') + path, options);
  open.push(socket);
  const frames: unknown[] = [];
  socket.on('message', (data) => frames.push(JSON.parse((data as Buffer).toString())));
  const closed = new Promise<[number, string]>((resolve) =>
    socket.once('close', (code, reason) => resolve([code, reason.toString()])),
  );
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    socket,
    frames,
    closed,
    next: async () => {
      while (frames.length === 0) await sleep(1);
      return frames.shift();
    },
  };
}

describe('a socket', () => {
  it('hears nothing before it says something, on any path', async () => {
    const { socket, frames, next } = await connect('/any/path?x=1');
    socket.send('{"type":"ping"}');
    expect(await next()).toEqual({ type: 'pong' });
    expect(frames).toEqual([]);
  });

  it('is closed with 4001 when it does not sign in in time', async () => {
    const { closed } = await connect();
    expect(await closed).toEqual([4001, 'Authentication required']);
  });

  it('gets its pong while other frames are being worked on', async () => {
    let release = () => {};
    verifying = new Promise((resolve) => (release = resolve));
    const { socket, next, closed } = await connect();
    for (let i = 0; i < 17; i++) socket.send('{"type":"init","access_token":"x"}');
    socket.send('{"type":"ping"}');
    expect(await next()).toEqual({ type: 'pong' });
    release();
    expect(await next()).toEqual({ type: 'error', message: 'Invalid Compact JWS' });
    expect(await closed).toEqual([4001, 'Authentication failed']);
  });

  it.each([
    ['no token', '{"type":"init"}', 'access_token required', 'Authentication required'],
    [
      'a wrong token',
      '{"type":"init","access_token":"x"}',
      'Invalid Compact JWS',
      'Authentication failed',
    ],
  ])(
    'that signs in with %s is told why and closed with 4001',
    async (_name, frame, message, reason) => {
      const { socket, next, closed } = await connect();
      socket.send(frame);
      expect(await next()).toEqual({ type: 'error', message });
      expect(await closed).toEqual([4001, reason]);
    },
  );

  it.each([
    ['a number', '5', 'Unknown message type'],
    ['a list', '[]', 'Unknown message type'],
    ['no type', '{}', 'Unknown message type'],
    ['an unknown type', '{"type":"toString"}', 'Unknown message type'],
    ['a server type', '{"type":"pong"}', 'Unknown message type'],
  ])('that sends %s is answered and stays open', async (_name, data, message) => {
    const { socket, next } = await connect();
    socket.send(data);
    expect(await next()).toEqual({ type: 'error', message });
    socket.send('{"type":"ping"}');
    expect(await next()).toEqual({ type: 'pong' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['null', 'null'],
    ['bytes', Buffer.from([0, 255, 1])],
  ])('that sends %s before it signs in is answered and closed with 1008', async (_name, data) => {
    const { socket, next, closed } = await connect();
    socket.send(data);
    expect(await next()).toEqual({ type: 'error', message: 'Invalid message format' });
    expect(await closed).toEqual([1008, 'Invalid message format']);
  });

  it.each([
    ['over 16 KiB before it signs in', 16],
    ['over 64 KiB', 64],
  ])('D6: is closed with 1009 for a frame %s, and no other one is', async (_name, kib) => {
    const [big, fitting, other] = [await connect(), await connect(), await connect()];
    const frame = (sizeBytes: number) => `{"type":"ping"${' '.repeat(sizeBytes - 15)}}`;
    big.socket.send(frame(kib * 1024 + 1));
    expect((await big.closed)[0]).toBe(1009);
    fitting.socket.send(frame(16 * 1024));
    expect(await fitting.next()).toEqual({ type: 'pong' });
    other.socket.send('{"type":"ping"}');
    expect(await other.next()).toEqual({ type: 'pong' });
  });

  it('that floods is closed with 1008', async () => {
    verifying = new Promise(() => undefined);
    const { socket, closed } = await connect();
    for (let i = 0; i < 400; i++) socket.send('{"type":"init","access_token":"x"}');
    expect(await closed).toEqual([1008, 'Too many messages']);
  });

  it('that sends more than a minute allows is closed with 1008, whatever it sends', async () => {
    // Nothing else may end it meanwhile.
    await sockets.close();
    sockets = attachSockets(server, deps, { signInTimeoutMs: 60_000, keepaliveMs: 60_000 });
    const { socket, frames, closed } = await connect();
    for (let i = 0; i < MOST_FRAMES + 1; i++) socket.send('{"type":"ping"}');
    expect(await closed).toEqual([1008, 'Too many messages']);
    expect(frames.length).toBeLessThanOrEqual(MOST_FRAMES);
  });

  it('beyond those that one address may have waiting is refused until one goes', async () => {
    const crowd = await Promise.all(Array.from({ length: MOST_WAITING }, () => connect()));
    await expect(connect()).rejects.toThrow('429');
    crowd[0]?.socket.terminate();
    await expect.poll(() => sockets.count).toBe(MOST_WAITING - 1);
    expect((await connect()).socket.readyState).toBe(WebSocket.OPEN);
  });

  it('whose peer has gone is found by the keepalive', async () => {
    const { closed } = await connect('/', { autoPong: false });
    expect((await closed)[0]).toBe(1006);
  });

  it('is closed with 1012 when the server stops, and no new one is taken', async () => {
    const { closed } = await connect();
    await sockets.close();
    expect(await closed).toEqual([1012, 'Server restarting']);
    expect(sockets.count).toBe(0);
  });
});

it('O4: a drain closes each socket at a moment of its own, and waits for the last', async () => {
  const moments = vi.spyOn(Math, 'random').mockReturnValueOnce(0.9).mockReturnValueOnce(0);
  const [late, early] = [await connect(), await connect()];
  const order: string[] = [];
  void late.closed.then(([code]) => order.push(`late ${code}`));
  void early.closed.then(([code]) => order.push(`early ${code}`));
  await sockets.close(500);
  await Promise.all([late.closed, early.closed]);
  expect(order).toEqual(['early 1012', 'late 1012']);
  moments.mockRestore();
});

describe('the origin rule of upgrades', () => {
  it.each(['null', 'http://evil.example'])('refuses %s with 403', async (origin) => {
    await expect(connect('/', { origin })).rejects.toThrow('403');
  });

  it.each(['http://app.example', 'http://listed.example'])('accepts %s', async (origin) => {
    const { socket } = await connect('/', { origin });
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });
});
