import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentMib, startBystander, type Bystander } from '../../support/bystander.js';
import { Listener } from '../../support/listener.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { ask, type Ask } from '../http/api-process.js';
import { patient } from '../../support/patience.js';

/** Every address, asked by somebody who means harm. HOSTILE=full asks ten times as often. */
const SEED = 20_261_125;
const FACTOR = process.env['HOSTILE'] === 'full' ? 10 : 1;
const RSS_GROWTH_MIB = 250;

let stack: Stack;
let port: number;
let user: TestUser;
let bystander: Bystander;
let projectId: string;
let jobId: string;
let apiPid: number;
let rssBefore: number;

beforeAll(async () => {
  stack = await startStack();
  port = Number(new URL(stack.baseUrl).port);
  user = await createUser(stack.env, 'hostile');
  const listener = new Listener(stack.baseUrl, user.accessToken);
  await listener.open();
  projectId = await listener.createProject();
  listener.say('2Dのシューティングゲームを作って');
  ({ jobId = '' } = await listener.untilEnd());
  listener.close();
  bystander = await startBystander(
    stack.baseUrl,
    `${stack.env['SUPABASE_URL']}/health`,
    await createUser(stack.env, 'bystander'),
  );
  apiPid = await stack.pidOf('api');
  rssBefore = await residentMib(apiPid);
  process.stdout.write(`hostile addresses: seed ${SEED}, factor ${FACTOR}\n`);
});
afterAll(async () => {
  await bystander.stop();
  await stack.stop();
});

const TRAVERSALS = [
  '..',
  '%2e%2e',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2fetc/passwd',
  '..%5c..%5cetc',
  '..;/..',
  '....//',
  '%c0%ae%c0%ae/',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  '.git/config',
  '%2egit%2fconfig',
  '.ai-context',
  '%00',
  'index.html%00.png',
  '%0a',
  '%0d%0aX-Injected:%20yes',
  '%',
  '%zz',
  '%ED%A0%80',
  '%F0%9F%98%80',
  '%FF',
  '*',
  '-',
  '--help',
  ':(glob)**',
  'HEAD',
  'index.html/',
  'assets',
  'assets/',
  '__proto__',
  'constructor',
  ':projectId',
  '{*path}',
  'a'.repeat(3_000),
  '%20',
  "'; drop table jobs; --".replaceAll(' ', '%20'),
];
const segment = fc.oneof(
  fc.constantFrom('OWN', 'JOB', 'USER', 'UNKNOWN', 'index.html', '0', '1e9'),
  fc.constantFrom(...TRAVERSALS),
  fc
    .string({ unit: 'binary', maxLength: 30 })
    .map((text) => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, ''))),
);
const PLACES = [
  '/',
  '/create',
  '/project/S',
  '/api/health',
  '/api/config',
  '/api/projects',
  '/api/projects/S',
  '/api/projects/S/S',
  '/api/projects/OWN/code',
  '/api/projects/OWN/ai-context',
  '/api/projects/OWN/download',
  '/api/projects/OWN/preview',
  '/api/projects/OWN/thumbnail',
  '/api/projects/OWN/active-job',
  '/api/projects/OWN/jobs',
  '/api/jobs/S',
  '/api/jobs/JOB/cancel',
  '/game/S/S/S',
  '/game/USER/OWN/S',
  '/game/USER/OWN/S/S',
  '/game/~S/S',
  '/vendor/S/S',
  '/vendor/three@0.187.0/S',
  '/lib/S',
  '/js/S',
  '/css/S/S',
  '/callback/S',
  '/callback/JOB',
  '/rest/v1/S',
  '/rest/v1/projects',
  '/auth/v1/S',
  '/auth/v1/user',
  '/S',
  '/S/S',
];
const QUERIES = [
  '',
  '?limit=-1',
  '?limit=1e309',
  '?limit=99999999999999999999',
  '?limit[a]=1',
  '?limit=1&limit=2',
  '?access_token=x',
  '?access_token[]=a&access_token=b',
  '?access_token=TOKEN',
  '?raw',
  '?raw=1&access_token=TOKEN',
  '?%00=%00',
  '?%',
  '?select=*,a(b(c(',
  '?select=id&id=eq.1&or=(a.b',
  '?order=a.b.c.d,',
  '?limit=x&offset=-5',
  `?${'a=1&'.repeat(400)}`,
  '?__proto__[x]=1',
  '?select=%00',
];
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { authorization: 'Bearer TOKEN' },
  { authorization: 'Bearer ' },
  { authorization: `Bearer ${'a'.repeat(6_000)}` },
  { authorization: 'Bearer e30.e30.e30' },
  { authorization: 'Basic eDp5' },
  { authorization: 'Bearer TOKEN', apikey: 'ANON' },
  { apikey: 'ANON' },
  { apikey: 'x', prefer: 'return=x,count=x' },
  { authorization: 'Bearer TOKEN', range: 'bytes=9-1,-,x' },
  { authorization: 'Bearer TOKEN', range: 'bytes=0-0,1-1,2-2' },
  { authorization: 'Bearer TOKEN', 'if-none-match': 'W/"', 'if-modified-since': 'never' },
  { origin: 'null' },
  { origin: 'http://evil.example' },
  { host: 'evil.example:99999' },
  { 'x-forwarded-for': 'x'.repeat(2_000), 'x-forwarded-proto': 'gopher' },
  { 'content-type': 'application/json; charset=bogus' },
  { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  { 'content-type': 'multipart/form-data' },
  { accept: 'application/vnd.pgrst.object+json', authorization: 'Bearer TOKEN', apikey: 'ANON' },
  { cookie: '=;;==;\u00ff', referer: '\u00fe' },
  { 'x-stream-timestamp': '1', 'x-stream-signature': 'v1=' },
  { 'x-stream-timestamp': '99999999999999', 'x-stream-signature': `v1=${'0'.repeat(64)}` },
  { 'accept-encoding': 'x;q=9', 'accept-language': '*;q=x' },
];
const BODIES: readonly (string | undefined)[] = [
  undefined,
  '',
  'null',
  '{',
  '[]',
  '"x"',
  '1e999',
  '{"a":1}',
  '{"__proto__":{"x":1}}',
  '\u0000\u0001',
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  JSON.stringify({ email: 'x', password: 5 }),
  'x'.repeat(300_000),
  '{"callId":"JOB.1","fromSeq":1,"events":[]}',
  '{"callId":"JOB.1","fromSeq":-1,"events":[{"type":"stream","content":"x"}],"final":true}',
  '{"callId":"x","fromSeq":1e300,"events":{}}',
];
const request = fc.record({
  place: fc.constantFrom(...PLACES),
  segments: fc.array(segment, { minLength: 3, maxLength: 3 }),
  query: fc.constantFrom(...QUERIES),
  method: fc.constantFrom(
    'GET',
    'GET',
    'GET',
    'POST',
    'HEAD',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
  ),
  headers: fc.constantFrom(...HEADERS),
  body: fc.constantFrom(...BODIES),
});
type HostileRequest = typeof request extends fc.Arbitrary<infer T> ? T : never;

function fill(text: string): string {
  return text
    .replaceAll('OWN', projectId)
    .replaceAll('JOB', jobId)
    .replaceAll('USER', user.id)
    .replaceAll('UNKNOWN', randomUUID())
    .replaceAll('TOKEN', user.accessToken)
    .replaceAll('ANON', stack.env['SUPABASE_ANON_KEY'] ?? '');
}

function built({ place, segments, query, method, headers, body }: HostileRequest): {
  path: string;
  options: Ask;
} {
  let used = 0;
  const path = fill(place.replaceAll(/\bS\b/g, () => segments[used++] ?? '')) + fill(query);
  const hasBody = body !== undefined && !['GET', 'HEAD', 'TRACE'].includes(method);
  const filled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, fill(value)]),
  );
  return { path, options: { method, headers: filled, ...(hasBody ? { body: fill(body) } : {}) } };
}

/** Status, or why the connection ended without one. */
async function statusOf({ path, options }: ReturnType<typeof built>): Promise<number | string> {
  return ask(port, path, options).then(
    ({ status }) => status,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

/** Bytes on a bare connection; resolves with what came back when it ends or after a moment. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket
      .setEncoding('latin1')
      .on('data', (chunk: string) => {
        text += chunk;
      })
      .on('error', () => undefined)
      .on('close', () => resolve(text));
    socket.setTimeout(patient(1_000), () => socket.destroy());
  });
}

async function expectUnharmed(): Promise<void> {
  expect(await stack.pidOf('api')).toBe(apiPid);
  expect((await ask(port, '/api/health')).status).toBe(200);
  expect(bystander.isOpen).toBe(true);
  expect(bystander.slowestPongMs).toBeLessThan(patient(2_000));
  expect((await residentMib(apiPid)) - rssBefore).toBeLessThan(RSS_GROWTH_MIB);
}

describe('an address of any kind', () => {
  it('is never answered with 5xx, whatever stands in it, whatever comes along', async () => {
    const requests = fc.sample(request, { seed: SEED, numRuns: 600 * FACTOR }).map(built);
    const answers = new Map<number | string, number>();
    const wrong: unknown[] = [];
    for (let at = 0; at < requests.length; at += 10) {
      await Promise.all(
        requests.slice(at, at + 10).map(async (one) => {
          const status = await statusOf(one);
          answers.set(status, (answers.get(status) ?? 0) + 1);
          // The embedded services say 501 for what only hosted ones can do.
          // A refused body may end the connection before the answer is read; anything else without
          // an answer is wrong.
          const isFine =
            typeof status === 'number'
              ? status < 500 || (status === 501 && /^\/(auth|rest)\/v1\//.test(one.path))
              : ['EPIPE', 'ECONNRESET'].includes(status) &&
                (one.options.body?.length ?? 0) > 50_000;
          if (!isFine)
            wrong.push([
              status,
              one.options.method,
              one.path.slice(0, 200),
              one.options.headers,
              one.options.body?.slice(0, 60),
            ]);
        }),
      );
    }
    expect(wrong, `seed ${SEED}`).toEqual([]);
    // Proof that the requests reach what they aim at: some are good, most are refused in different
    // ways.
    expect([...answers.keys()]).toEqual(expect.arrayContaining([200, 302, 400, 401, 403, 404]));
    await expectUnharmed();
  });

  it('in broken or unusual HTTP is refused, or its connection closed', async () => {
    const answers = await Promise.all(
      [
        'GET\r\n\r\n',
        '\r\n\r\n\r\n',
        'GET / HTTP/9.9\r\n\r\n',
        'GET  /  HTTP/1.1\r\nHost: x\r\n\r\n',
        'GET / HTTP/1.1\r\n\r\n',
        `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
        `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
        'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        'GET http://other.example/api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n',
        'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        'GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n',
        'POST /callback/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: ' +
          'chunked\r\n\r\n0\r\n\r\nGET /',
        'POST /callback/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
        'POST /callback/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
        'POST /callback/x HTTP/1.1\r\nHost: x\r\nContent-Length: ' +
          '99999999999999\r\nConnection: close\r\n\r\nx',
        'GET / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\n\r\n',
        'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
        'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: ' +
          'Upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 99\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252]),
      ].map(raw),
    );
    const statuses = answers.map((text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0));
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(answers.join('')).not.toContain('root:');
    await expectUnharmed();
  });

  it('is answered to others while 500 connections ask for nothing, or for ever', async () => {
    const sockets = Array.from({ length: 500 }, (_, index) => {
      const socket = connect(port, '127.0.0.1', () => {
        if (index % 2 === 0)
          socket.write('POST /callback/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
      });
      return socket.on('error', () => undefined);
    });
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise((resolve) => {
            if (socket.connecting) socket.once('connect', resolve);
            else resolve(null);
          }),
      ),
    );
    await expectUnharmed();
    for (const socket of sockets) socket.destroy();
  });

  it('has harmed nobody in the end', async () => {
    await expectUnharmed();
    expect(bystander.pongs).toBeGreaterThan(5);
    expect(
      stack
        .logs()
        .split('\n')
        .filter((line) => /"level":(50|60)/.test(line) && /"name":"api"/.test(line)),
    ).toEqual([]);
  });
});
