import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { finalAnswer } from '../../../public/js/net/later-answer.js';
import { createStore, type Store } from '../../../src/store/index.js';
import { log } from '../../support/database.js';
import {
  CUTOUT_TOKEN,
  startCutoutService,
  type FakeCutoutService,
} from '../../fakes/cutout-service.js';
import { errorText } from '../../../src/contracts/messages/message.js';
import { moneyOf } from '../../support/money.js';
import { patient } from '../../support/patience.js';
import { startSecondApi } from '../../support/second-api.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { CUTOUT_VERSION, cutoutOfService, cutoutServiceRows } from './remove-background.js';
import { matching } from './matchers.js';
import { publishingWorkerDies } from './publishing-worker-dies.js';
import { coded } from '../../support/refusals.js';

/**
 * rest.md §7.10, row by row, and what is beside it: the whole product with an image model and a
 * cut-out service whose calls are seen, a model of words that says no, and a worker that dies.
 */
let stack: Stack;
let demo: DemoServer;
let service: FakeCutoutService;
let store: Store;
let [alice, bob]: TestUser[] = [];
/** What the image model was asked, by what the user had wished. */
const asked: string[] = [];
const askedFor = (wish: string): number => asked.filter((prompt) => prompt.startsWith(wish)).length;

beforeAll(async () => {
  demo = await startDemoServer({
    onImageRequest: ({ model, prompt }) => {
      asked.push(prompt);
      models.add(model);
    },
  });
  service = await startCutoutService(await cutoutOfService());
  stack = await startStack({
    env: {
      REPLICATE_API_TOKEN: CUTOUT_TOKEN,
      REPLICATE_BASE_URL: service.url,
      REPLICATE_MODEL_VERSION: CUTOUT_VERSION,
      GEMINI_API_KEY: 'a-key-for-tests',
      GEMINI_BASE_URL: `${demo.url}/gemini`,
      GEMINI_MODEL_IMAGE: 'the-model-of-this-test',
      RATE_LIMIT_AI_PER_MIN: '10000',
      USER_DAILY_USD: '50',
      ANTHROPIC_API_KEY: 'a-key-for-tests',
      ANTHROPIC_BASE_URL: `${demo.url}/fault/refusal`,
    },
  });
  [alice, bob] = [await createUser(stack.env, 'alice'), await createUser(stack.env, 'bob')];
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
});
afterAll(async () => {
  await stack?.stop();
  await demo?.close();
  await service?.close();
});
const models = new Set<string>();

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

async function call(
  method: string,
  path: string,
  options: { as?: TestUser | undefined; body?: unknown; signal?: AbortSignal } = {},
): Promise<Answered> {
  const { as, body, signal } = options;
  const answer = await fetch(`${stack.baseUrl}${path}`, {
    method,
    ...(signal ? { signal } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      'content-type': 'application/json',
      ...(as ? { authorization: `Bearer ${as.accessToken}` } : {}),
    },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const generate = (
  prompt: unknown,
  more: { as?: TestUser | undefined; actionId?: string; signal?: AbortSignal } = {},
): Promise<Answered> => {
  const { actionId, signal } = more;
  return call('POST', '/api/generate-image', {
    as: 'as' in more ? more.as : alice,
    body: { prompt, ...(actionId ? { actionId } : {}) },
    ...(signal ? { signal } : {}),
  });
};
const action = (actionId: string, as = alice): Promise<Answered> =>
  call('GET', `/api/actions/${actionId}`, { as });
const untilState = (actionId: string, state: string): Promise<void> =>
  expect
    .poll(async () => (await action(actionId)).body['state'], { timeout: patient(60_000) })
    .toBe(state);

describe('POST /api/generate-image (§7.10)', () => {
  it('answers a sprite without its ground, trimmed, as PNG, and the prompt sent', async () => {
    const { status, body } = await generate('緑のスライム', {});
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['actionId', 'image', 'prompt', 'success']);
    expect(body['success']).toBe(true);
    expect(body['prompt']).toBe(asked.find((prompt) => prompt.startsWith('緑のスライム')));
    expect(body['prompt']).toMatch(/#FF00FF/);
    expect([...models]).toEqual(['the-model-of-this-test']);
    const [head, data] = String(body['image']).split(',');
    expect(head).toBe('data:image/png;base64');
    const { data: pixels, info } = await sharp(Buffer.from(data ?? '', 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    expect(info.width).toBeLessThan(400);
    expect([...pixels.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    const magenta = Array.from({ length: info.width * info.height }, (_, at) =>
      pixels.subarray(at * 4, at * 4 + 4),
    ).filter(
      ([red, green, blue, alpha]) => alpha! > 0 && red! > 180 && green! < 100 && blue! > 180,
    );
    expect(magenta).toEqual([]);
  });

  it.each([
    ['a NUL', 'a cat\0 asleep', 'a cat asleep'],
    ['half a character', 'a dog\ud800 asleep', 'a dog\ufffd asleep'],
  ])('answers an image whose wish has %s: drawn once, and kept', async (_, prompt, kept) => {
    const actionId = randomUUID();
    expect(await generate(prompt, { actionId })).toMatchObject({ status: 200 });
    expect(askedFor(kept)).toBe(1);
    expect((await action(actionId)).body).toMatchObject({ state: 'completed' });
  });

  const REQUIRED = { error: 'prompt is required' };
  it.each<[string, unknown, number, object]>([
    ['no prompt', undefined, 400, REQUIRED],
    ['an empty one', '', 400, REQUIRED],
    ['blanks', '  ', 400, REQUIRED],
    ['nothing that a row can hold', ' \0\0 ', 400, REQUIRED],
    ['a number', 5, 400, REQUIRED],
    ['null', null, 400, REQUIRED],
    ['one that no model reads', 'あ'.repeat(10_001), 400, { error: 'prompt is too long' }],
    [
      'one that the model blocks',
      '[demo:blocked]',
      500,
      { success: false, ...coded('ImageRefused') },
    ],
    [
      'an image that the model withholds',
      '[demo:safety]',
      500,
      { success: false, ...coded('ImageRefused') },
    ],
    [
      'an answer that is no image',
      '[demo:broken]',
      500,
      { success: false, ...coded('ImageUnreadable') },
    ],
    [
      'a request that the model does not take',
      '[demo:400]',
      500,
      { success: false, ...coded('ModelBadRequest') },
    ],
    [
      'a key that the model does not take',
      '[demo:403]',
      500,
      { success: false, ...coded('ModelKeyInvalid') },
    ],
  ])('%s: refused', async (_what, prompt, status, body) => {
    expect(await generate(prompt)).toEqual({ status, body });
  });

  it('what may pass is tried three times; only what has not passed by then is told', async () => {
    const rows = [
      ['[demo:429]', 'ModelRateLimited'],
      ['[demo:503]', 'ModelOverloaded'],
      ['[demo:500]', 'ModelUnavailable'],
      ['[demo:no-image]', 'ImageNotMade'],
    ] as const;
    await Promise.all([
      ...rows.map(async ([prompt, kind]) => {
        const body = { success: false, ...coded(kind) };
        expect(await generate(prompt)).toEqual({ status: 500, body });
        expect(askedFor(prompt), prompt).toBe(3);
      }),
      ...['[demo:429-once]', '[demo:503-once]'].map(async (prompt) => {
        expect((await generate(prompt)).status).toBe(200);
        expect(askedFor(prompt), prompt).toBe(2);
      }),
    ]);
  });

  it('nobody but a user may ask', async () => {
    expect(await generate('猫', { as: undefined })).toEqual({
      status: 401,
      body: { error: 'No access token provided' },
    });
    expect(await generate('猫', { as: { ...alice!, accessToken: 'x' } })).toEqual({
      status: 401,
      body: { error: 'Invalid or expired token' },
    });
  });

  it('a body of 100 KiB is read, one byte more or what is no JSON refused', async () => {
    const send = async (body: string) => {
      const headers = {
        authorization: `Bearer ${alice!.accessToken}`,
        'content-type': 'application/json',
      };
      const url = `${stack.baseUrl}/api/generate-image`;
      return (await fetch(url, { method: 'POST', headers, body })).status;
    };
    const sized = (bytes: number) => `{"prompt":"","more":"${'x'.repeat(bytes - 23)}"}`;
    expect(await send(sized(100 * 1024))).toBe(400);
    expect(await send(sized(100 * 1024 + 1))).toBe(413);
    expect(await send('{')).toBe(400);
  });

  it('a cut-off client finds the image with its next call; the one after draws anew', async () => {
    const actionId = randomUUID();
    const cut = new AbortController();
    const first = generate('[demo:slow-2] 犬', { actionId, signal: cut.signal });
    first.catch(() => undefined);
    await expect.poll(() => askedFor('[demo:slow-2] 犬'), { timeout: patient(60_000) }).toBe(1);
    cut.abort();
    await expect(first).rejects.toThrow();
    await untilState(actionId, 'completed');
    const second = await generate('[demo:slow-2] 犬');
    expect(second).toMatchObject({ status: 200, body: { success: true, actionId } });
    expect(askedFor('[demo:slow-2] 犬')).toBe(1);
    const third = await generate('[demo:slow-2] 犬');
    expect(third.body['actionId']).not.toBe(actionId);
    expect(askedFor('[demo:slow-2] 犬')).toBe(2);
  });

  it('H1: the same name is answered the same image; a new name draws anew', async () => {
    const actionId = randomUUID();
    const cut = new AbortController();
    const first = generate('[demo:slow-2] 馬', { actionId, signal: cut.signal });
    first.catch(() => undefined);
    await expect.poll(() => askedFor('[demo:slow-2] 馬'), { timeout: patient(60_000) }).toBe(1);
    cut.abort();
    await untilState(actionId, 'completed');
    expect(await generate('[demo:slow-2] 馬', { actionId })).toMatchObject({
      status: 200,
      body: { success: true, actionId },
    });
    expect(askedFor('[demo:slow-2] 馬')).toBe(1);
    expect((await generate('[demo:slow-2] 馬', { actionId })).body['actionId']).toBe(actionId);
    expect(askedFor('[demo:slow-2] 馬')).toBe(1);
    const third = await generate('[demo:slow-2] 馬', { actionId: randomUUID() });
    expect([third.status, third.body['actionId'] === actionId]).toEqual([200, false]);
    expect(askedFor('[demo:slow-2] 馬')).toBe(2);
  });

  it('what goes wrong here has the same shape as what goes wrong there', async () => {
    const carol = await createUser(stack.env, 'carol');
    await mkdir(path.join(stack.dataDir, 'objects', 'images'), { recursive: true });
    await writeFile(
      path.join(stack.dataDir, 'objects', 'images', carol.id),
      'where a folder should be',
    );
    expect(await generate('猫', { as: carol })).toEqual({
      status: 500,
      body: { success: false, ...coded('OPERATION_FAILED') },
    });
  });

  it('the same wish twice at once is one image, of another user another one', async () => {
    const answers = await Promise.all([
      generate('[demo:slow-2] 兎'),
      generate('[demo:slow-2] 兎'),
      generate('[demo:slow-2] 兎', { as: bob }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[0]?.body['actionId']).toBe(answers[1]?.body['actionId']);
    expect(answers[2]?.body['actionId']).not.toBe(answers[0]?.body['actionId']);
    expect(askedFor('[demo:slow-2] 兎')).toBe(2);
  });
});

describe('POST …/generate-publish-info (§9.3)', () => {
  it('whatever goes wrong is 500, with a sentence', async () => {
    const { id } = await store.projects.create(alice?.id ?? '', '星よけ');
    const answer = await call('POST', `/api/projects/${id}/generate-publish-info`, {
      as: alice,
      body: {},
    });
    expect(answer).toEqual({
      status: 500,
      body: { error: 'この内容のゲームは作れませんでした。別の内容でお試しください。' },
    });
  });
});

describe('POST …/generate-thumbnail (§9.4)', () => {
  it('H1: a call that comes again is answered the first outcome, undrawn', async () => {
    const { id } = await store.projects.create(alice!.id, '星よけ');
    const actionId = randomUUID();
    const draw = () =>
      call('POST', `/api/projects/${id}/generate-thumbnail`, {
        as: alice,
        body: { title: '月の庭', actionId },
      });
    const drawn = () => asked.filter((prompt) => prompt.includes('月の庭')).length;
    const together = await Promise.all([draw(), draw()]);
    expect([...together, await draw()].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(drawn()).toBe(1);
  });
});

describe('/api/actions/:actionId', () => {
  it('H2: an action that nothing works on any more is ended by its owner', async () => {
    const abandoned = randomUUID();
    await store.actions.open({
      id: abandoned,
      userId: alice!.id,
      projectId: null,
      kind: 'generateImage',
    });
    expect(await call('POST', `/api/actions/${abandoned}/cancel`, { as: alice })).toEqual({
      status: 200,
      body: { success: true, outcome: 'cancelled' },
    });
    expect((await action(abandoned)).body['state']).toBe('cancelled');
  });

  it('an image is stopped at once, and its caller hears so', async () => {
    const actionId = randomUUID();
    const drawing = generate('[demo:slow-60] 象', { actionId });
    await expect.poll(() => askedFor('[demo:slow-60] 象'), { timeout: patient(60_000) }).toBe(1);
    const startedMs = Date.now();
    expect(await call('POST', `/api/actions/${actionId}/cancel`, { as: alice })).toEqual({
      status: 200,
      body: { success: true, outcome: 'cancelled' },
    });
    expect(await drawing).toEqual({
      status: 500,
      body: { success: false, ...coded('RunCancelled') },
    });
    // Two seconds on a quiet machine, of the sixty that it would have taken.
    expect(Date.now() - startedMs).toBeLessThan(patient(10_000));
    expect((await action(actionId)).body).toMatchObject({
      id: actionId,
      kind: 'generateImage',
      projectId: null,
      state: 'cancelled',
    });
    expect((await action(`${actionId}/answer`)).body).toEqual(await drawing);
    expect(await call('POST', `/api/actions/${actionId}/cancel`, { as: alice })).toEqual({
      status: 200,
      body: { success: true, outcome: 'tooLate' },
    });
  });

  it('only its owner sees and stops it', async () => {
    const actionId = String((await generate('狐')).body['actionId']);
    expect((await action(actionId)).body).toMatchObject({
      id: actionId,
      state: 'completed',
      error: null,
    });
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/answer'],
      ['POST', '/cancel'],
    ] as const) {
      const at = (id: string): string => `/api/actions/${id}${path}`;
      expect(await call(method, at(actionId), { as: bob })).toEqual({
        status: 403,
        body: { error: 'Access denied' },
      });
      expect(await call(method, at(actionId))).toEqual({
        status: 401,
        body: { error: 'No access token provided' },
      });
      expect(await call(method, at(randomUUID()), { as: alice })).toEqual({
        status: 404,
        body: { error: 'Action not found' },
      });
      expect(await call(method, at('x'), { as: alice })).toEqual({
        status: 400,
        body: { error: 'Invalid action ID' },
      });
    }
  });

  it("somebody else's name for a call cannot be taken", async () => {
    const actionId = String((await generate('狸')).body['actionId']);
    expect(await generate('狸', { as: bob, actionId })).toEqual({
      status: 403,
      body: { error: 'Access denied' },
    });
  });
});

cutoutServiceRows(() => ({ stack, service, alice: alice!, bob: bob! }));

describe('when a part dies', () => {
  it('a worker that is killed while an image is drawn: one image, by the next worker', async () => {
    const actionId = randomUUID();
    const drawing = generate('[demo:slow-4] 鯨', { actionId });
    await expect.poll(() => askedFor('[demo:slow-4] 鯨'), { timeout: patient(60_000) }).toBe(1);
    await stack.untilRestarted('worker', await stack.kill('worker'));
    expect(await drawing).toMatchObject({ status: 200, body: { success: true, actionId } });
    expect((await action(actionId)).body['state']).toBe('completed');
    expect(askedFor('[demo:slow-4] 鯨')).toBe(2);
  });

  it('H1: an API that leaves says where to ask; the answer is there, of one drawing', async () => {
    const leaving = await startSecondApi(await stack.pidOf('api'), { DRAIN_MS: '0' });
    const [actionId, wish] = [randomUUID(), '[demo:slow-4] 鶴'];
    const headers = {
      authorization: `Bearer ${alice!.accessToken}`,
      'content-type': 'application/json',
    };
    const drawing = fetch(`http://127.0.0.1:${leaving.port}/api/generate-image`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ prompt: wish, actionId }),
    });
    await expect.poll(() => askedFor(wish), { timeout: patient(60_000) }).toBe(1);
    const stopped = leaving.stop();
    const first = await drawing;
    expect([first.status, first.headers.get('location')]).toEqual([
      503,
      `/api/actions/${actionId}`,
    ]);
    // As the browser client does.
    const get = (at: string) => fetch(`${stack.baseUrl}${at}`, { headers });
    const answer = await finalAnswer(first, { get });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      expect.objectContaining({ success: true, actionId, image: matching(/^data:/) }),
    ]);
    expect(askedFor(wish)).toBe(1);
    await stopped;
    // As after any answer, the wish is free.
    await expect.poll(async () => (await generate(wish)).body['actionId']).not.toBe(actionId);
  });
});

describe('H3: images are paid as runs are', () => {
  it('an image counts what it costs; after the day is used up none is drawn', async () => {
    const bill = moneyOf(stack, alice!.id);
    const { body } = await generate('払った星', { actionId: randomUUID() });
    const paid = { kind: 'image', state: 'settled', usd: 0.04 };
    expect(await bill.of(String(body['actionId']))).toEqual([paid]);
    expect((await generate('[demo:blocked] 星', {})).status).toBe(500);
    const project = await store.projects.create(alice!.id);
    const thumbnail = `/api/projects/${project.id}/generate-thumbnail`;

    await bill.spend(49.99);
    const code = 'SPENDING_LIMIT_EXCEEDED';
    const refusal = { error: errorText(code), code };
    const actionId = randomUUID();
    const refused = await generate('払えない星', { actionId });
    expect(refused).toEqual({ status: 429, body: refusal });
    expect(await call('POST', thumbnail, { as: alice, body: {} })).toEqual({
      status: 429,
      body: refusal,
    });
    expect(askedFor('払えない星')).toBe(0);
    expect(await bill.of(actionId)).toEqual([]);
    await bill.forgive();
    expect((await generate('払えない星', { actionId })).status).toBe(429);
    expect((await generate('払えない星', {})).status).toBe(200);
  });
});

publishingWorkerDies(() => ({ stack, alice: alice! }));

describe('the keys of the services', () => {
  it('are in no answer and no log', () => {
    for (const key of ['a-key-for-tests', CUTOUT_TOKEN]) expect(stack.logs()).not.toContain(key);
  });
});
