import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import { bodyLimitOf, type HttpRoute } from '../../../src/contracts/http-routes/route.js';
import { signedHeaders } from '../../../src/runner/callback/signed-headers.js';
import { callbackKeyOf } from '../../../src/contracts/base/signatures.js';
import { patient } from '../../support/patience.js';
import { RawRequest } from '../../support/raw-request.js';
import { createUser, type TestUser } from '../../support/users.js';
import { uploaded } from './multipart.js';
import { bearer, PIXEL, startTestApi, type TestApi } from './test-api.js';

/**
 * Origin, limit and guard stand before the body of every route, by the table: what is refused is
 * answered although no byte of the body was sent.
 */
const KIB = 1024;
/** What a server may have taken from the line before it has counted it. */
const SLACK_BYTES = 64 * KIB;
/** What the buffers of a connection on this machine can hold, unread. */
const BUFFERS_BYTES = 64 * 1024 * KIB;
const JSON_TYPE = { 'content-type': 'application/json' };
const PARTS = { 'content-type': 'multipart/form-data; boundary=b' };
const FILE_HEAD =
  '--b\r\ncontent-disposition: form-data; name="FIELD"; filename="x.png"\r\n' +
  'content-type: image/png\r\n\r\n';

let api: TestApi;
let operator: TestUser;
let assetId: string;
beforeAll(async () => {
  api = await startTestApi();
  operator = await createUser(api.env, 'operator', { app_metadata: { role: 'operator' } });
  // Of an attempt that was never made nothing is kept.
  await api.database.sql('update jobs set attempt = 1 where id = $1', [api.jobId]);
  assetId = (await uploaded(api, api.alice, { bytes: PIXEL, name: 'own.png' })).id;
});
afterAll(() => api?.stop());

const named = (routes: readonly HttpRoute[]) =>
  routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);

/** The address of a thing of Alice's. */
function targetOf({ method, path }: HttpRoute): string {
  const address = path
    .replaceAll(/\{\*\w+\}/g, 'index.html')
    .replace(':projectId', api.gameId)
    .replace('/api/assets/:id', `/api/assets/${assetId}`)
    .replace(':jobId', api.jobId)
    .replace(':actionId', api.jobId)
    .replaceAll(/:\w+/g, randomUUID());
  return `${method.toUpperCase()} ${address}`;
}

/** Headers of somebody whom the guard lets through. */
function admitted({ guard, upload, method, path }: HttpRoute): Record<string, string> {
  const type = upload ? PARTS : JSON_TYPE;
  if (guard === 'operator') return { ...bearer(operator), ...type };
  if (guard !== 'signature') return { ...bearer(api.alice), ...type };
  const callId = `${api.jobId}.1`;
  const key = callbackKeyOf(api.env['CALLBACK_SECRET'] ?? '', callId);
  return signedHeaders({ callId, keyHex: key.toString('hex') }, `${method} ${path}`);
}

async function answerTo(
  port: number,
  target: string,
  headers: Record<string, string>,
  sizeBytes: number | null,
): Promise<{ status: number; text: string }> {
  const request = await RawRequest.open(port, target, headers, sizeBytes);
  const answer = await request.answer();
  expect(request.sentBytes).toBe(0);
  request.close();
  return answer;
}

describe('N2: without a token, every route answers before a byte of a body', () => {
  it.each(named(HTTP_ROUTES))('%s', async (_name, route) => {
    const { status } = await answerTo(api.process.port, targetOf(route), JSON_TYPE, 5_000_000);
    // A route that needs no token answers as without a body.
    if (['none', 'visitor', 'assetReader'].includes(route.guard)) expect(status).not.toBe(413);
    else expect(status).toBe(401);
  });

  it('and a row that reads a body has a guard or a signature before it', () => {
    const open = HTTP_ROUTES.filter((route) => bodyLimitOf(route) > 0 && route.guard === 'none');
    expect(open).toEqual([]);
  });

  it('a sandboxed document is refused before, and an address without a route', async () => {
    const ask = (target: string, headers: Record<string, string>) =>
      answerTo(api.process.port, target, { ...JSON_TYPE, ...headers }, null);
    expect((await ask('POST /api/generate-image', { origin: 'null' })).status).toBe(403);
    expect((await ask('POST /api/nothing', {})).status).toBe(404);
  });
});

describe('N2: beyond the limit, every route answers 429 before a byte of a body', () => {
  let limited: TestApi;
  beforeAll(async () => {
    const one = ['READS', 'WRITES', 'AI', 'FILES', 'PROJECTS', 'TOKENS'].map(
      (name) => [`RATE_LIMIT_${name}_PER_MIN`, '1'] as const,
    );
    limited = await startTestApi(Object.fromEntries(one));
    for (const rate of new Set(HTTP_ROUTES.map((route) => route.rate))) {
      const route = HTTP_ROUTES.find((each) => each.rate === rate);
      if (route) await answerTo(limited.process.port, targetOf(route), JSON_TYPE, 0);
    }
    await answerTo(limited.process.port, `POST /callback/${api.jobId}`, {}, 0);
  });
  afterAll(() => limited?.stop());

  it.each(named(HTTP_ROUTES))('%s', async (_name, route) => {
    const call = { 'x-stream-call': `${api.jobId}.1` };
    const headers = { ...JSON_TYPE, ...(route.guard === 'signature' ? call : {}) };
    const { status } = await answerTo(limited.process.port, targetOf(route), headers, 5_000_000);
    expect(status).toBe(429);
  });
});

const READING = HTTP_ROUTES.filter((route) => bodyLimitOf(route) > 0);

describe('N2: a body that is too large is refused', () => {
  it.each(named(READING))('before a byte of it where it says so: %s', async (_name, route) => {
    const size = bodyLimitOf(route) + 1;
    const { status } = await answerTo(api.process.port, targetOf(route), admitted(route), size);
    expect(status).toBe(413);
  });

  it.each(named(READING))('else within 64 KB more: %s', async (_name, route) => {
    const limit = bodyLimitOf(route);
    const { port } = api.process;
    const request = await RawRequest.open(port, targetOf(route), admitted(route), null);
    const head = route.upload ? FILE_HEAD.replace('FIELD', route.upload.field) : '{"image":"';
    await request.send(head, true);
    await request.send('x'.repeat(limit + SLACK_BYTES - head.length), true);
    // Nothing more is sent: the answer has come of no more than this.
    expect((await request.answer()).status).toBe(413);
    expect(request.sentBytes).toBeLessThanOrEqual(limit + SLACK_BYTES);
    await request.closed;
  });

  it.each(['keep-alive', 'close'])(
    'who goes on sending (%s) hears it, then is cut',
    async (how) => {
      const { port } = api.process;
      const headers = { ...JSON_TYPE, connection: how };
      const request = await RawRequest.open(port, 'POST /api/generate-image', headers, null, true);
      expect((await request.answer()).status).toBe(401);
      await request.flood(BUFFERS_BYTES);
      expect(request.sentBytes).toBeLessThan(BUFFERS_BYTES);
      expect((await api.ask('/api/health')).status).toBe(200);
    },
  );
});

describe('JSON', () => {
  const ask = (body: string | Buffer, headers: Record<string, string> = {}) =>
    api.ask('/api/generate-image', {
      method: 'POST',
      as: api.alice,
      headers: { ...JSON_TYPE, ...headers },
      body,
    });

  it.each(['gzip', 'deflate', 'br'])('is never inflated: %s is 415', async (encoding) => {
    const answer = await ask(gzipSync('{"prompt":"x"}'), { 'content-encoding': encoding });
    expect(answer.status).toBe(415);
  });

  it.each([
    ['deep', '['.repeat(100 * KIB)],
    ['deep and closed', `${'{"a":['.repeat(6_000)}${']}'.repeat(6_000)}`],
    ['wide', `[${'{},'.repeat(33_000)}{}]`],
    ['a text that never ends', `{"prompt":"${'\\"'.repeat(50_000)}`],
    ['cut', '{"prompt":'],
    ['a number', '7'],
  ])('that is %s is 400, and the next request is answered', async (_name, body) => {
    expect((await ask(body)).status).toBe(400);
    expect((await api.ask('/api/health')).status).toBe(200);
  });
});

describe('large bodies', () => {
  const target = 'POST /api/assets/remove-background';
  const open = (user: TestUser) =>
    RawRequest.open(api.process.port, target, { ...bearer(user), ...JSON_TYPE }, 4_000_000);

  it('come one at a time from each user; another user is not held up', async () => {
    const first = await open(api.alice);
    // The API reads on: what it has taken is more than the line holds.
    await first.send(`{"image":"${'x'.repeat(3_900_000)}`, false);
    const second = await open(api.alice);
    const refused = await second.answer();
    expect([refused.status, /\r\nretry-after: 5\r\n/i.test(refused.text)]).toEqual([429, true]);
    const others = await open(api.bob);
    await others.send(`{"image":"${'x'.repeat(4_000_000 - 12)}"}`, false);
    // It is no image: read to its end, which bob's place did allow.
    expect((await others.answer()).status).not.toBe(429);
    first.close();
    await expect
      .poll(
        async () => {
          const again = await open(api.alice);
          await again.send(`{"image":"${'x'.repeat(4_000_000 - 12)}"}`, false);
          return (await again.answer()).status;
        },
        { timeout: patient(20_000) },
      )
      .not.toBe(429);
    for (const request of [second, others]) request.close();
  });
});

describe('what goes to Supabase', () => {
  it.each([
    ['POST /rest/v1/projects', 1024 * KIB + 1, 413],
    ['POST /auth/v1/token?grant_type=password', 64 * KIB + 1, 413],
    ['POST /rest/v1/projects', null, 411],
    ['PUT /auth/v1/user', null, 411],
  ])('%s of %s bytes: %i before a byte of it', async (target, sizeBytes, status) => {
    const answer = await answerTo(api.process.port, target, JSON_TYPE, sizeBytes);
    expect(answer.status).toBe(status);
  });
});
