import { readdir } from 'node:fs/promises';
import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startKeyProxy, type KeyProxy } from './key-proxy.js';
import { freshFolder } from '../../test/support/own-folder.js';
import { originOf } from '../../test/support/own-server.js';

const dir = freshFolder();
let upstream: Server;
let proxy: KeyProxy;
let seen: { url?: string | undefined; headers: IncomingMessage['headers']; body: string }[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  seen = [];
  answer = (response) => response.end('ok');
  upstream = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    incoming.on('end', () => {
      seen.push({ url: incoming.url, headers: incoming.headers, body });
      answer(response);
    });
  });
  proxy = await startKeyProxy({
    socketPath: join(dir, 's.sock'),
    upstream: `${await originOf(upstream)}/base/`,
    apiKey: 'REAL-KEY',
    budgetUsd: 1,
  });
});
afterEach(() => proxy.close());

async function call(
  path: string,
  options: {
    method?: string;
    key?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
  } = {},
): Promise<{ status: number; body: string; isWhole: boolean }> {
  const outgoing = request({
    socketPath: join(dir, 's.sock'),
    path,
    method: options.method ?? 'POST',
    headers: { 'x-api-key': options.key ?? proxy.token, ...options.headers },
  });
  // A proxy that hangs up is told of by the missing answer.
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.on('error', () => undefined).end(options.body ?? asking());
  const [response] = await answered;
  let body = '';
  try {
    for await (const chunk of response) body += String(chunk);
  } catch {
    return { status: response.statusCode ?? 0, body, isWhole: false };
  }
  return { status: response.statusCode ?? 0, body, isWhole: response.complete };
}

/** A request as the model program makes it. */
function asking(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    model: 'claude-opus-5-5',
    max_tokens: 128_000,
    stream: true,
    messages: [{ role: 'user', content: 'x' }],
    tools: [{ name: 'Write', input_schema: {} }],
    ...changes,
  });
}

function fetching(type: string): string {
  const image = { type: 'image', source: { type, url: 'https://evil.test/?secret' } };
  const result = { type: 'tool_result', tool_use_id: 't', content: [image] };
  return asking({ messages: [{ role: 'user', content: [result] }] });
}

/** Bytes as they are, on a connection of their own; answers all that came back. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, fail) => {
    let got = '';
    const socket = connect(join(dir, 's.sock'), () => socket.end(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      got += chunk;
    });
    socket.on('error', fail).on('close', () => resolve(got));
  });
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

  type Options = NonNullable<Parameters<typeof call>[1]>;
  const body = (changes: Record<string, unknown>): Options => ({ body: asking(changes) });
  const sized = { 'content-length': String(33 * 1024 * 1024) };
  it.each<[string, number, Options, path?: string]>([
    ['another token', 401, { key: 'run-other' }],
    ['the key itself', 401, { key: 'REAL-KEY' }],
    ['no token', 401, { key: '' }],
    ['another method', 404, { method: 'GET' }],
    ['HEAD', 404, { method: 'HEAD' }],
    ['PUT', 404, { method: 'PUT' }],
    ['batches', 404, {}, '/v1/messages/batches'],
    ['files', 404, {}, '/v1/files?beta=true'],
    ['keys of the organisation', 404, {}, '/v1/organizations/api_keys'],
    ['another query', 404, {}, '/v1/messages?beta=true&x=1'],
    ['a path in other letters', 404, {}, '/v1/%6dessages'],
    ['a path behind a fragment', 404, {}, '/v1/messages#/../files'],
    ['a path parameter', 404, {}, '/v1/messages;x'],
    ['an address of another host', 404, {}, 'http://evil.test/v1/messages'],
    ['an address with a user', 404, {}, 'http://a@b/v1/messages'],
    ['a body that cannot be read', 404, { headers: { 'content-encoding': 'gzip' } }],
    ['no JSON', 400, { body: 'x' }],
    ['no object', 400, { body: '[]' }],
    ['no end of its answer', 400, body({ max_tokens: undefined })],
    ['less than nothing', 400, body({ max_tokens: -1 })],
    ['a search by the server', 400, body({ tools: [{ type: 'web_search_20250305', name: 'x' }] })],
    ['a server of tools', 400, body({ mcp_servers: [{ type: 'url', url: 'https://evil.test' }] })],
    ['a container', 400, body({ container: 'c' })],
    ['a dearer speed', 400, body({ speed: 'fast' })],
    ['an image that the server would fetch', 400, { body: fetching('url') }],
    ['a stored file', 400, { body: fetching('file') }, '/v1/messages/count_tokens'],
    ['a body that says how large it is', 413, { headers: sized }],
    ['another path', 404, {}, '/v1/models'],
    ['a path that climbs', 404, {}, '/v1/messages/../files'],
    ['an address that is none', 404, {}, '//'],
    ['a doubled slash', 404, {}, '//evil/v1/messages'],
  ])('refuses %s without asking upstream', async (_name, status, options, path) => {
    expect((await call(path ?? '/v1/messages', options)).status).toBe(status);
    expect(seen).toEqual([]);
  });

  it('hangs up on tunnels, other protocols, and a body without end', async () => {
    const head = `Host: x\r\nx-api-key: ${proxy.token}\r\n`;
    expect(await raw(`CONNECT evil.test:443 HTTP/1.1\r\n${head}\r\n`)).toMatch(/^HTTP\/1.1 405 /);
    const upgrade = `${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    expect(await raw(`GET /v1/messages HTTP/1.1\r\n${upgrade}`)).toMatch(/^HTTP\/1.1 405 /);
    expect(await raw(`POST /v1/messages HTTP/1.1\r\n${upgrade}`)).toMatch(/^HTTP\/1.1 405 /);
    const endless = call('/v1/messages', {
      headers: { 'transfer-encoding': 'chunked' },
      body: Buffer.alloc(33 * 1024 * 1024, ' '),
    });
    await expect(endless.then((got) => got.status).catch(() => 'cut')).resolves.toSatisfy(
      (got) => got === 413 || got === 'cut',
    );
    // Two requests in one: the second would go on under our key if lengths were read in two ways.
    const smuggled = `POST /v1/files HTTP/1.1\r\n${head}Content-Length: 2\r\n\r\n{}`;
    await raw(
      `POST /v1/messages HTTP/1.1\r\n${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n` +
        `\r\n0\r\n\r\n${smuggled}`,
    );
    expect(seen).toEqual([]);
  });

  it('sends on what it has checked, and asks for an answer that it can read', async () => {
    const twice = asking().replace('{', '{"container":"c","container":null,');
    expect((await call('/v1/messages', { body: twice })).status).toBe(200);
    expect(seen[0]?.body).not.toContain('"c"');
    expect(seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('passes refusals on as they are and remembers how long to wait', async () => {
    answer = (response) => response.writeHead(429, { 'retry-after': '7' }).end('slow down');
    expect(await call('/v1/messages')).toMatchObject({ status: 429, body: 'slow down' });
    expect([proxy.lastStatus(), proxy.retryAfterMs()]).toEqual([429, 7_000]);
  });

  it('streams, and lets a cut look like a cut', async () => {
    answer = (response) => {
      response.write('half', () => response.destroy());
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
    await expect.poll(() => seen).toHaveLength(1);
    await proxy.close();
    expect(await open).toBe('broken');
    expect(await readdir(dir)).toEqual([]);
  });
});

/** What an answer may be long, as it was passed on. */
const roomOf = (at: number) =>
  (JSON.parse(seen[at]?.body ?? '') as { max_tokens: number }).max_tokens;
const MILLION = 1_000_000;
/** An answer as the Messages API streams it. */
function streamed(usage: Record<string, number>, text = 'x'): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (event: object): boolean => response.write(`data: ${JSON.stringify(event)}\n\n`);
    send({ type: 'message_start', message: { usage: { ...usage, output_tokens: 1 } } });
    send({ type: 'content_block_delta', delta: { type: 'text_delta', text } });
    send({ type: 'message_delta', delta: {}, usage: { output_tokens: usage['output_tokens'] } });
    response.end();
  };
}

describe('what a run may spend', () => {
  it.each([
    ['claude-opus-5-5', 4 + 2 * 0.2 + 3 * 5 + 0.1 * 20],
    ['claude-sonnet-5-5', 2 + 2 * 0.1 + 3 * 2.5 + 0.1 * 10],
    ['claude-haiku-5-5-20260801', 0.1 + 2 * 0.01 + 3 * 0.13 + 0.1 * 0.5],
    ['nobody-knows-it', 4 + 2 * 0.2 + 3 * 5 + 0.1 * 20],
  ])('is counted by the prices of %s', async (model, perMillion) => {
    answer = streamed({
      input_tokens: 1_000,
      cache_read_input_tokens: 2_000,
      cache_creation_input_tokens: 3_000,
      output_tokens: 100,
    });
    await call('/v1/messages', { body: asking({ model }) });
    expect(proxy.spentUsd()).toBeCloseTo((perMillion * 1_000) / MILLION, 9);
  });

  it('gives an answer the room that is left, and from then on refuses', async () => {
    answer = streamed({ input_tokens: 200_000, output_tokens: 1_000 });
    await call('/v1/messages');
    answer = streamed({ input_tokens: 0, output_tokens: 8_000 });
    await call('/v1/messages');
    expect(Math.abs(roomOf(0) - 49_990)).toBeLessThan(10);
    expect(Math.abs(roomOf(1) - 9_000)).toBeLessThan(10);
    expect(await call('/v1/messages')).toMatchObject({ status: 402 });
    expect(proxy.isSpent()).toBe(true);
    expect(seen).toHaveLength(2);
    expect((await call('/v1/messages/count_tokens')).status).toBe(200);
  });

  it('cuts an answer that goes on beyond it', async () => {
    answer = streamed({ input_tokens: 240_000, output_tokens: 1_000_000 }, 'y'.repeat(100_000));
    expect(await call('/v1/messages')).toMatchObject({ status: 200, isWhole: false });
    expect(proxy.isSpent()).toBe(true);
  });

  it('lets an answer in one piece begin only with room for a page', async () => {
    const wholes: Promise<void>[] = [];
    proxy.onWhole((answered) => wholes.push(answered));
    answer = streamed({ input_tokens: 1, output_tokens: 1 });
    await call('/v1/messages', { body: asking({ max_tokens: 5 }) });
    const whole = (max_tokens: number): Promise<{ status: number }> =>
      call('/v1/messages', { body: asking({ stream: false, max_tokens }) });
    answer = (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ usage: { input_tokens: 0, output_tokens: 10_000 } }));
    };
    expect((await whole(128_000)).status).toBe(200);
    expect(Math.abs(roomOf(1) - 49_990)).toBeLessThan(10);
    const before = proxy.spentUsd();
    expect((await whole(10_000)).status).toBe(200);
    // F3: its silence is not the model's.
    expect(wholes).toHaveLength(2);
    await Promise.all(wholes);
    expect(proxy.spentUsd() - before).toBeCloseTo(0.2, 4);
    await whole(20_000);
    await whole(20_000);
    // 9,990 tokens are left.
    expect((await whole(128_000)).status).toBe(402);
    expect((await whole(9_000)).status).toBe(200);
  });

  it('is not touched by refusals, nor by what was never answered', async () => {
    answer = (response) => response.writeHead(529).end('busy');
    await call('/v1/messages');
    answer = (response) => response.destroy();
    expect((await call('/v1/messages')).status).toBe(502);
    expect(proxy.spentUsd()).toBe(0);
    expect(proxy.isSpent()).toBe(false);
  });

  it('is why an answer is short only when the answer has used its room', async () => {
    answer = streamed({ input_tokens: 0, output_tokens: 40_000 });
    await call('/v1/messages');
    expect(proxy.isSpent()).toBe(false);
    answer = streamed({ input_tokens: 0, output_tokens: 10_000 });
    await call('/v1/messages');
    expect(proxy.isSpent()).toBe(true);
  });

  it('is not promised twice: an answer waits for the room that others hold', async () => {
    const waiting: (() => void)[] = [];
    const finish = (tokens: number) => (response: ServerResponse) => {
      waiting.push(() => streamed({ input_tokens: 0, output_tokens: tokens })(response));
    };
    answer = finish(10_000);
    const calls = Array.from({ length: 4 }, () => call('/v1/messages'));
    for (const step of [1, 2, 3, 4]) {
      await expect.poll(() => waiting.length).toBe(step);
      // Bare time: time for a call that must wait to come through
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(seen).toHaveLength(step);
      const left = 50_000 - (step - 1) * 10_000;
      expect(Math.abs(roomOf(step - 1) - left)).toBeLessThan(200);
      waiting[step - 1]?.();
    }
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(proxy.spentUsd()).toBeCloseTo(0.8, 3);
    expect(proxy.isSpent()).toBe(false);
  });

  it('is shared by answers that fit, and not kept for those who left', async () => {
    answer = () => undefined;
    const small = asking({ max_tokens: 15_000 });
    const calls = Array.from({ length: 3 }, () => call('/v1/messages', { body: small }));
    await expect.poll(() => seen.length).toBe(3);
    const leaver = request({
      socketPath: join(dir, 's.sock'),
      path: '/v1/messages',
      method: 'POST',
      headers: { 'x-api-key': proxy.token },
    });
    leaver.on('error', () => undefined).end(small);
    // Bare time: time for a call that must wait to come through
    await new Promise((resolve) => setTimeout(resolve, 50));
    leaver.destroy();
    expect(seen).toHaveLength(3);
    upstream.closeAllConnections();
    await Promise.all(calls);
    answer = streamed({ input_tokens: 0, output_tokens: 1 });
    expect((await call('/v1/messages')).status).toBe(200);
    expect(seen).toHaveLength(4);
    expect(proxy.isSpent()).toBe(false);
  });

  it('is not passed by many requests at a time', async () => {
    answer = () => undefined;
    const waiting = Array.from({ length: 4 }, () =>
      call('/v1/messages', { body: asking({ max_tokens: 10 }) }).catch(() => null),
    );
    await expect.poll(() => seen.length).toBe(4);
    expect((await call('/v1/messages')).status).toBe(400);
    upstream.closeAllConnections();
    await Promise.all(waiting);
    answer = (response) => response.end('ok');
    expect((await call('/v1/messages')).status).toBe(200);
  });
});
