import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { createStore, type Store } from '../../../src/store/index.js';
import { createLog } from '../../../src/telemetry/log.js';
import type { Player } from '../../support/checker.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { publishVersion } from '../../support/versions.js';
import { coded } from '../../support/refusals.js';

/**
 * rest.md §9.4–9.6, and the images of a stack that has no image model and no network for cut-outs:
 * what is there is said, what can be done is done.
 */
let stack: Stack;
let demo: DemoServer;
let store: Store;
let player: Player;
let [alice, bob]: TestUser[] = [];
let projectId = '';

beforeAll(async () => {
  demo = await startDemoServer();
  stack = await startStack({
    env: {
      ANTHROPIC_API_KEY: 'a-key-for-tests',
      ANTHROPIC_BASE_URL: demo.url,
      CUTOUT_MODEL_FILE: '/nonexistent',
      RATE_LIMIT_AI_PER_MIN: '10000',
      RATE_LIMIT_WRITES_PER_MIN: '10000',
    },
  });
  [alice, bob] = [await createUser(stack.env, 'alice'), await createUser(stack.env, 'bob')];
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  );
  projectId = (await store.projects.create(alice.id, '星よけ')).id;
});
afterAll(async () => {
  player?.listener.close();
  await stack?.stop();
  await demo?.close();
});

const headers = (as?: TestUser): Record<string, string> =>
  as ? { authorization: `Bearer ${as.accessToken}` } : {};
const at = (action: string, id = projectId): string =>
  `${stack.baseUrl}/api/projects/${id}/${action}`;
const post = async (
  action: string,
  as: TestUser | undefined,
  body: object = {},
  id = projectId,
): Promise<[number, unknown]> => {
  const answer = await fetch(at(action, id), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers(as) },
    body: JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
};
const upload = async (
  file: Blob | null,
  as: TestUser | undefined = alice,
  field = 'thumbnail',
  name = 't.webp',
): Promise<[number, unknown]> => {
  const form = new FormData();
  if (file) form.set(field, file, name);
  else form.set('nothing', 'x');
  const answer = await fetch(at('upload-thumbnail'), {
    method: 'POST',
    headers: headers(as),
    body: form,
  });
  return [answer.status, await answer.json()];
};
const webp = async (): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(
    await sharp({ create: { width: 90, height: 160, channels: 3, background: '#3366cc' } })
      .webp()
      .toBuffer(),
  );
const seenBy = async (as?: TestUser, query = ''): Promise<number> =>
  (await fetch(`${at('thumbnail')}${query}`, { headers: headers(as) })).status;
const NOT_FOUND = 'Not found';

describe('GET …/thumbnail (§9.6)', () => {
  it('without one, of nonsense and of nobody: 404, text', async () => {
    for (const address of [
      at('thumbnail'),
      at('thumbnail', 'nonsense'),
      at('thumbnail', randomUUID()),
      `${at('thumbnail')}?t=1?t=2`,
    ]) {
      const answer = await fetch(address, { headers: headers(alice) });
      expect([answer.status, await answer.text()], address).toEqual([404, NOT_FOUND]);
    }
  });
});

describe('POST …/upload-thumbnail (§9.5)', () => {
  it('keeps the bytes as they are, for the owner alone until the game is published', async () => {
    const sent = await webp();
    const [status, body] = await upload(new Blob([sent], { type: 'image/webp' }));
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        thumbnailUrl: expect.stringMatching(
          new RegExp(`^/api/projects/${projectId}/thumbnail\\?t=\\d+$`),
        ) as unknown,
      },
    ]);
    const answer = await fetch(
      `${stack.baseUrl}${(body as { thumbnailUrl: string }).thumbnailUrl}?t=2`,
      { headers: headers(alice) },
    );
    expect([
      answer.status,
      answer.headers.get('content-type'),
      answer.headers.get('cache-control'),
    ]).toEqual([200, 'image/webp', 'public, max-age=0']);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(sent);
    expect(await seenBy(alice, `?access_token=${alice!.accessToken}`)).toBe(200);
    expect(await Promise.all([seenBy(), seenBy(bob)])).toEqual([404, 404]);
  });

  it.each<[string, () => ReturnType<typeof upload>, number, object]>([
    ['no file', () => upload(null), 400, { error: 'No file uploaded' }],
    [
      'another field',
      async () => upload(new Blob([await webp()]), alice, 'file'),
      400,
      { error: 'Unexpected field' },
    ],
    [
      'another type by name',
      () => upload(new Blob(['x'], { type: 'text/html' }), alice, 'thumbnail', 'x.html'),
      415,
      { error: 'Invalid file type' },
    ],
    [
      'another type by content',
      () => upload(new Blob(['<script>alert(1)</script>'], { type: 'image/webp' })),
      415,
      { error: 'Invalid file type' },
    ],
    [
      'a drawing that may hold a script',
      () =>
        upload(
          new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: 'image/svg+xml' }),
          alice,
          'thumbnail',
          'x.svg',
        ),
      415,
      { error: 'Invalid file type' },
    ],
    [
      'a few bytes that say they are 16,384 pixels wide',
      async () => {
        const bomb = Buffer.from(await webp());
        bomb.writeUInt16LE(0x3fff, bomb.indexOf('VP8 ') + 14);
        return upload(new Blob([new Uint8Array(bomb)], { type: 'image/webp' }));
      },
      413,
      coded('ImageTooLarge'),
    ],
    [
      'cut off',
      async () => upload(new Blob([(await webp()).subarray(0, -2)], { type: 'image/webp' })),
      400,
      coded('ImageUnreadable'),
    ],
    [
      'too large',
      () => upload(new Blob([new Uint8Array(1_048_576)], { type: 'image/webp' })),
      413,
      { error: 'File too large' },
    ],
    [
      'nobody',
      () => upload(new Blob(['x']), { ...alice!, accessToken: 'x' }),
      401,
      { error: 'Invalid or expired token' },
    ],
    ['another user', () => upload(new Blob(['x']), bob), 404, { error: 'Project not found' }],
  ])('%s: refused, and the old one stays', async (_what, send, status, body) => {
    expect(await send()).toEqual([status, body]);
    expect(await seenBy(alice)).toBe(200);
  });

  it('everybody sees it once the game is published, unless it is private', async () => {
    const listing = (visibility: 'public' | 'private') => ({
      title: '星よけ',
      description: '',
      howToPlay: '',
      tags: [],
      visibility,
      remix: 'allowed' as const,
      thumbnailUrl: null,
    });
    for (const [visibility, status] of [
      ['public', 200],
      ['private', 404],
    ] as const) {
      const actionId = randomUUID();
      await store.actions.open({ id: actionId, userId: alice!.id, projectId, kind: 'publishGame' });
      await store.publishedGames.publish(
        {
          actionId,
          userId: alice!.id,
          projectId,
          gameId: gameIdFor(projectId),
          revision: 'a'.repeat(40),
          listing: listing(visibility),
        },
        'hash',
      );
      expect(await Promise.all([seenBy(), seenBy(bob)])).toEqual([status, status]);
    }
    await store.publishedGames.remove(projectId);
    expect(await seenBy()).toBe(404);
  });
});

describe('without an image model', () => {
  it('sprites are refused clearly (§7.10)', async () => {
    const answer = await fetch(`${stack.baseUrl}/api/generate-image`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers(alice) },
      body: JSON.stringify({ prompt: '猫' }),
    });
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { error: 'Image generation service not available', code: 'ImageServiceMissing' },
    ]);
  });

  it('images are not cut out, and that is said (§7.9)', async () => {
    const image = `data:image/webp;base64,${Buffer.from(await webp()).toString('base64')}`;
    const answer = await fetch(`${stack.baseUrl}/api/assets/remove-background`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers(alice) },
      body: JSON.stringify({ image }),
    });
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { error: 'Background removal service not configured', code: 'ImageServiceMissing' },
    ]);
  });

  it('a project without a game has nothing to show (§9.4)', async () => {
    // Whatever JSON the body is: nothing of it is needed.
    for (const body of [{}, [], { title: 7, actionId: 'x' }]) {
      expect(await post('generate-thumbnail', alice, body)).toEqual([
        500,
        {
          error: 'Failed to generate thumbnail',
          output: 'ファイルが見つかりません。',
          code: 'FILE_NOT_FOUND',
        },
      ]);
    }
    expect(await post('generate-thumbnail', bob)).toEqual([404, { error: 'Project not found' }]);
    expect(await post('generate-thumbnail', undefined)).toEqual([
      401,
      { error: 'No access token provided' },
    ]);
    expect(await post('generate-thumbnail', alice, {}, 'x')).toEqual([
      400,
      { error: 'Invalid project ID' },
    ]);
  });

  it('the thumbnail of a game is what it looks like, 9:16 WebP, and no version', async () => {
    player = await newPlayer(stack);
    const { projectId: game, user } = player;
    await say(player);
    await player.listener.until(({ type }) => type === 'completed');
    const before = (await store.revisions.head(game))?.revision;
    const [status, body] = await post('generate-thumbnail', user, { title: '星よけ' }, game);
    expect([status, body]).toMatchObject([200, { success: true }]);
    const answer = await fetch(
      `${stack.baseUrl}${(body as { thumbnailUrl: string }).thumbnailUrl}`,
      { headers: headers(user) },
    );
    const shot = sharp(Buffer.from(await answer.arrayBuffer()));
    expect(await shot.metadata()).toMatchObject({ format: 'webp', width: 720, height: 1_280 });
    expect(Math.max(...(await shot.stats()).channels.map(({ stdev }) => stdev))).toBeGreaterThan(5);
    expect(before).toBeDefined();
    expect((await store.revisions.head(game))?.revision).toBe(before);
  });

  it("the running game shows its maker's images there", async () => {
    const user = alice!;
    const red = new Blob(
      [
        new Uint8Array(
          await sharp({ create: { width: 8, height: 8, channels: 3, background: '#e01010' } })
            .png()
            .toBuffer(),
        ),
      ],
      { type: 'image/png' },
    );
    const form = new FormData();
    form.set('file', red, 'hero.png');
    const uploaded = (await (
      await fetch(`${stack.baseUrl}/api/assets/upload`, {
        method: 'POST',
        headers: headers(user),
        body: form,
      })
    ).json()) as { asset: { url: string } };
    const game = (await store.projects.create(user.id, '赤い絵')).id;
    await publishVersion({ store }, stack.dataDir, user, game, {
      'index.html':
        `<html><head></head><body style="background:#101020 url('${uploaded.asset.url}')"></` +
        'body></html>',
    });
    const [, body] = await post('generate-thumbnail', user, {}, game);
    const answer = await fetch(
      `${stack.baseUrl}${(body as { thumbnailUrl: string }).thumbnailUrl}`,
      { headers: headers(user) },
    );
    const { dominant } = await sharp(Buffer.from(await answer.arrayBuffer())).stats();
    expect([dominant.r > 180, dominant.g < 60, dominant.b < 60]).toEqual([true, true, true]);
  });
});
