import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startKeyProxy, type KeyProxy } from './key-proxy.js';

let dir: string;
let upstream: Server;
let proxy: KeyProxy;
let seen: { url?: string | undefined; headers: IncomingMessage['headers'] }[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dreamcore-proxy-'));
  seen = [];
  answer = (response) => response.end('ok');
  upstream = createServer((incoming, response) => {
    seen.push({ url: incoming.url, headers: incoming.headers });
    incoming.resume().on('end', () => answer(response));
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  proxy = await startKeyProxy({
    socketPath: join(dir, 's.sock'),
    upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/base/`,
    apiKey: 'REAL-KEY',
  });
});
afterEach(async () => {
  await proxy.close();
  upstream.closeAllConnections();
  upstream.close();
  await rm(dir, { recursive: true, force: true });
});

async function call(
  path: string,
  options: { method?: string; key?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string; isWhole: boolean }> {
  const outgoing = request({
    socketPath: join(dir, 's.sock'),
    path,
    method: options.method ?? 'POST',
    headers: { 'x-api-key': options.key ?? proxy.token, ...options.headers },
  });
  outgoing.end('{}');
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  try {
    for await (const chunk of response) body += String(chunk);
  } catch {
    return { status: response.statusCode ?? 0, body, isWhole: false };
  }
  return { status: response.statusCode ?? 0, body, isWhole: response.complete };
}

describe('the key proxy', () => {
  it(
    "swaps the token of the run for the key and passes the rest on, under the upstream's own " +
      'path',
    async () => {
      expect(
        await call('/v1/messages?beta=true', {
          headers: { authorization: 'Bearer x', 'anthropic-version': '2023-06-01' },
        }),
      ).toMatchObject({ status: 200, body: 'ok' });
      expect(seen[0]?.url).toBe('/base/v1/messages?beta=true');
      expect(seen[0]?.headers).toMatchObject({
        'x-api-key': 'REAL-KEY',
        'anthropic-version': '2023-06-01',
      });
      expect(seen[0]?.headers['authorization']).toBeUndefined();
      expect((await call('/v1/messages/count_tokens')).status).toBe(200);
    },
  );

  it.each([
    ['another token', '/v1/messages', { key: 'run-other' }, 401],
    ['the key itself', '/v1/messages', { key: 'REAL-KEY' }, 401],
    ['no token', '/v1/messages', { key: '' }, 401],
    ['another method', '/v1/messages', { method: 'GET' }, 404],
    ['another path', '/v1/models', {}, 404],
    ['a path that climbs', '/v1/messages/../files', {}, 404],
    ['an address that is none', '//', {}, 404],
    ['a doubled slash', '//evil/v1/messages', {}, 404],
  ] as [string, string, { key?: string; method?: string }, number][])(
    'refuses %s without asking upstream',
    async (_name, path, options, status) => {
      expect((await call(path, options)).status).toBe(status);
      expect(seen).toEqual([]);
    },
  );

  it('passes refusals on as they are and remembers how long to wait', async () => {
    answer = (response) => response.writeHead(429, { 'retry-after': '7' }).end('slow down');
    expect(await call('/v1/messages')).toMatchObject({ status: 429, body: 'slow down' });
    expect([proxy.lastStatus(), proxy.retryAfterMs()]).toEqual([429, 7_000]);
  });

  it('streams, and lets a cut look like a cut', async () => {
    answer = (response) => {
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    };
    expect(await call('/v1/messages')).toEqual({ status: 200, body: 'half', isWhole: false });
  });

  it('says 502 when nobody is there', async () => {
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
    expect((await call('/v1/messages')).status).toBe(502);
  });

  it('ends with calls open, and leaves no socket behind', async () => {
    answer = () => undefined;
    const open = call('/v1/messages').catch(() => 'broken');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await proxy.close();
    expect(await open).toBe('broken');
    expect(await readdir(dir)).toEqual([]);
  });
});
