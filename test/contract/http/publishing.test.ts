import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { injectScript } from '../../../src/game-page/injection.js';
import { finalAnswer } from '../../../public/js/net/later-answer.js';
import { createStore, type Store } from '../../../src/store/index.js';
import { hashOfFiles } from '../../../src/versions/kept/published-copies.js';
import { log } from '../../support/database.js';
import { Listener } from '../../support/listener.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { anyText, matching } from './matchers.js';
import { PIXEL } from './test-api.js';
import { copiesIn, keysIn } from '../../support/objects.js';
import { newAsset } from '../../support/own-assets.js';
import { publishVersion } from '../../support/versions.js';

/**
 * Publishing from the tap to an anonymous player and back, through workflows on the whole stack
 * (rest.md §9.3, §12).
 */
const stack = sharedStack();
let store: Store;
let alice: TestUser;
let bob: TestUser;
beforeAll(async () => {
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
  [alice, bob] = [await createUser(stack.env, 'alice'), await createUser(stack.env, 'bob')];
});

const LISTING = {
  title: '星よけ',
  description: '星をよける',
  howToPlay: '指で動かす',
  tags: ['星'],
  visibility: 'public',
  remix: 'disallowed',
  thumbnailUrl: null,
};

async function call(
  method: string,
  target: string,
  user: TestUser | null,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${stack.baseUrl}${target}`, {
    method,
    headers: {
      ...(user ? { authorization: `Bearer ${user.accessToken}` } : {}),
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

/** An asset of that user with its file where it belongs; answers its address in games. */
async function asset(
  user: TestUser,
  alias: string,
  bytes: Buffer,
  isPublic: boolean,
): Promise<string> {
  await newAsset(
    { store },
    stack.dataDir,
    { userId: user.id, projectId: null },
    { bytes, extension: '.png', stem: alias, isPublic },
  );
  return `/user-assets/${user.id}/${alias}.png`;
}

async function newGame(
  user: TestUser,
  files: Record<string, string | Buffer> = {
    'index.html': '<html><head></head><body>ゲーム</body></html>',
  },
): Promise<{ projectId: string; gameId: string; revision: string }> {
  const project = await store.projects.create(user.id, '星よけ');
  return {
    projectId: project.id,
    gameId: gameIdFor(project.id),
    revision: await publishVersion({ store }, stack.dataDir, user, project.id, files),
  };
}

const publish = (projectId: string, listing: object = LISTING, user = alice) =>
  call('POST', `/api/projects/${projectId}/publish`, user, listing);
const copies = async (gameId: string): Promise<string[]> =>
  (await keysIn(stack.dataDir, `g/${gameId}/`)).map((key) => path.basename(key));
const playUrlOf = async (gameId: string): Promise<string> =>
  ((await call('GET', `/api/games/${gameId}`, null)).json['game'] as { playUrl: string }).playUrl;

/** Answered 202 first, then by the action's address, as a client that does not wait. */
async function callLater(target: string, user: TestUser, body: object) {
  const headers = {
    authorization: `Bearer ${user.accessToken}`,
    'content-type': 'application/json',
  };
  const first = await fetch(`${stack.baseUrl}${target}`, {
    method: 'POST',
    headers: { ...headers, prefer: 'respond-async' },
    body: JSON.stringify(body),
  });
  expect([first.status, first.headers.get('location')]).toEqual([
    202,
    matching(/^\/api\/actions\//),
  ]);
  const get = (at: string) => fetch(`${stack.baseUrl}${at}`, { headers });
  const answer = await finalAnswer(first, { get });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

it('H1: a call that does not wait is answered later as one that waits', async () => {
  const { projectId, gameId, revision } = await newGame(alice);
  const of = (what: string) => `/api/projects/${projectId}/${what}`;
  expect(await callLater(of('publish'), alice, { ...LISTING, remix: 'allowed' })).toEqual({
    status: 200,
    json: { success: true, gameId, revision, url: `/game.html?id=${gameId}` },
  });
  expect(await callLater(`/api/games/${gameId}/remix`, bob, {})).toEqual({
    status: 200,
    json: { success: true, projectId: anyText },
  });
  const info = await call('POST', of('generate-publish-info'), alice, {});
  expect(await callLater(of('generate-publish-info'), alice, {})).toEqual(info);
  const shape = ({ status, json }: typeof info) => [status, Object.keys(json).toSorted()];
  const drawn = await call('POST', of('generate-thumbnail'), alice, { title: '星' });
  expect(shape(await callLater(of('generate-thumbnail'), alice, { title: '星' }))).toEqual(
    shape(drawn),
  );
  const done = { status: 200, json: { success: true } };
  expect(await callLater(of('unpublish'), alice, {})).toEqual(done);
});

/** At the address of its bytes, for which the row is asked once a second. */
const untilGone = (playUrl: string): Promise<void> =>
  expect.poll(async () => (await fetch(`${stack.baseUrl}${playUrl}`)).status).toBe(404);

describe('a published game', () => {
  it('plays for anybody from its own copy: files, libraries and public assets only', async () => {
    const [seen, secret] = [
      await asset(alice, 'hero', PIXEL, true),
      await asset(alice, 'secret', Buffer.concat([PIXEL, Buffer.from('x')]), false),
    ];
    const { projectId, gameId, revision } = await newGame(alice, {
      'index.html':
        '<html><head><script type="importmap">{"imports":{"three":"/vendor/three@0.187.0/' +
        `three.module.js"}}</script></head><img src="${seen}"><img src="${secret}"></html>`,
      'assets/js/main.js':
        `import 'three'; const hero = '${seen}?v=1'; ` +
        `import '/vendor/three@0.187.0/MaskPass.js';` +
        `import '/vendor/tween.js@25.0.0/tween.esm.js';`,
      'data.bin': Buffer.from([0, 255, 1]),
      'specs/game.md': '秘密の仕様',
      '.env': 'SECRET=1',
      'STYLE.md': '見た目',
    });
    const answer = await publish(projectId);
    expect(answer).toEqual({
      status: 200,
      json: { success: true, gameId, revision, url: `/game.html?id=${gameId}` },
    });

    const base = `/game/published/${gameId}/${revision}/`;
    const place = `_assets/${createHash('sha256').update(PIXEL).digest('hex')}.png`;
    const { contentHash = '' } = (await store.publishedGames.get(gameId)) ?? {};
    const fixed = `/game/published/${gameId}/${revision}.${contentHash}/`;
    expect(await playUrlOf(gameId)).toBe(`${fixed}index.html`);
    const played = await fetch(`${stack.baseUrl}${fixed}index.html`);
    expect(await played.text()).toContain(`<img src="${fixed}${place}">`);
    const page = await fetch(`${stack.baseUrl}${base}index.html`);
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox allow-scripts/);
    expect(await page.text()).toBe(
      injectScript(
        `<html><head><script type="importmap">{"imports":{"three":"${base}vendor/` +
          `three@0.187.0/three.module.js"}}</script></head><img src="${base}${place}"><img ` +
          `src="${secret}"></html>`,
      ),
    );

    const names = await copiesIn(stack.dataDir).list(gameId, revision);
    expect(names).toEqual([
      place,
      'assets/js/main.js',
      'data.bin',
      'index.html',
      'vendor/three@0.187.0/MaskPass.js',
      'vendor/three@0.187.0/Pass.js',
      'vendor/three@0.187.0/three.core.js',
      'vendor/three@0.187.0/three.module.js',
      'vendor/tween.js@25.0.0/tween.esm.js',
    ]);
    const served = await Promise.all(
      names.map(async (name) => ({
        path: name,
        bytes: Buffer.from(await (await fetch(`${stack.baseUrl}${base}${name}`)).arrayBuffer()),
      })),
    );
    expect(hashOfFiles(served)).toBe(contentHash);
    expect(served.find(({ path: name }) => name === 'assets/js/main.js')?.bytes.toString()).toBe(
      `import 'three'; const hero = '${base}${place}?v=1'; ` +
        `import '${base}vendor/three@0.187.0/MaskPass.js';` +
        `import '${base}vendor/tween.js@25.0.0/tween.esm.js';`,
    );
  });

  it('is announced to its maker, marked in his list, and found in the feed', async () => {
    const { projectId, gameId } = await newGame(alice);
    await publish(projectId);
    const { notifications } = (await call('GET', '/api/notifications', alice)).json as {
      notifications: { projectId?: string; code?: string }[];
    };
    const ofGame = notifications.filter((each) => each.projectId === projectId);
    expect(ofGame.map(({ code }) => code)).toEqual(['GAME_PUBLISHED', 'GAME_MADE']);
    expect(ofGame.slice(0, 1)).toEqual([
      {
        id: anyText,
        type: 'project',
        title: 'ゲームを公開しました',
        message: matching(/星よけ/),
        createdAt: anyText,
        read: false,
        icon: 'success',
        projectId,
        code: 'GAME_PUBLISHED',
        params: { title: matching(/星よけ/) },
      },
    ]);
    const { projects } = (await call('GET', '/api/projects', alice)).json as {
      projects: { id: string; isPublic: boolean; description: string }[];
    };
    expect(projects.find(({ id }) => id === projectId)).toMatchObject({
      isPublic: true,
      description: '星をよける',
    });
    expect((await store.projects.get(projectId))?.is_public).toBe(false);
    const { games } = (await call('GET', '/api/games?limit=50', null)).json as {
      games: { id: string }[];
    };
    expect(games.map(({ id }) => id)).toContain(gameId);
    expect((await call('GET', `/api/projects/${projectId}/publish`, alice)).json).toMatchObject({
      game: { gameId, visibility: 'public', url: `/game.html?id=${gameId}` },
    });
  });

  it('moves to the new version when published again, keeps address, likes, one copy', async () => {
    const { projectId, gameId, revision } = await newGame(alice);
    await publish(projectId);
    await call('PUT', `/api/games/${gameId}/like`, bob);
    const old = await playUrlOf(gameId);
    const next = await publishVersion({ store }, stack.dataDir, alice, projectId, {
      'index.html': '<html><head></head>二</html>',
    });
    expect(await playUrlOf(gameId)).toBe(old);
    const answers = await Promise.all([
      publish(projectId),
      publish(projectId, { ...LISTING, title: '星よけ2' }),
    ]);
    expect(answers.map(({ status, json }) => [status, json['revision']])).toEqual([
      [200, next],
      [200, next],
    ]);
    expect(await copies(gameId)).toEqual([next]);
    await untilGone(old);
    expect(await (await fetch(`${stack.baseUrl}${await playUrlOf(gameId)}`)).text()).toContain(
      '二',
    );
    expect((await call('GET', `/api/games/${gameId}`, null)).json).toMatchObject({
      game: { likeCount: 1 },
    });
    expect(revision).not.toBe(next);
  });

  it('that is unpublished is gone for everybody, and a second time changes nothing', async () => {
    const { projectId, gameId } = await newGame(alice);
    await publish(projectId);
    const playUrl = await playUrlOf(gameId);
    for (let times = 0; times < 2; times += 1) {
      expect(await call('POST', `/api/projects/${projectId}/unpublish`, alice)).toEqual({
        status: 200,
        json: { success: true },
      });
      await untilGone(playUrl);
      expect((await call('GET', `/api/games/${gameId}`, alice)).status).toBe(404);
      expect(await copies(gameId)).toEqual([]);
    }
    expect((await publish(projectId)).status).toBe(200);
    expect((await fetch(`${stack.baseUrl}${playUrl}`)).status).toBe(200);
  });

  it('that is private has no public address', async () => {
    const { projectId, gameId, revision } = await newGame(alice);
    expect((await publish(projectId, { ...LISTING, visibility: 'private' })).status).toBe(200);
    for (const target of [
      `/game/published/${gameId}/${revision}/index.html`,
      `/game/published/${gameId}/`,
      `/api/games/${gameId}`,
      `/api/games/${projectId}`,
    ]) {
      expect((await fetch(`${stack.baseUrl}${target}`)).status).toBe(404);
      expect(
        (
          await fetch(`${stack.baseUrl}${target}`, {
            headers: { authorization: `Bearer ${bob.accessToken}` },
          })
        ).status,
      ).toBe(404);
    }
    expect((await call('GET', `/api/games/${gameId}`, alice)).status).toBe(200);
  });

  it('goes with its project (F2)', async () => {
    const { projectId, gameId } = await newGame(alice);
    await publish(projectId);
    const playUrl = await playUrlOf(gameId);
    const listener = new Listener(stack.baseUrl, alice.accessToken);
    await listener.open();
    listener.send({ type: 'deleteProject', projectId });
    await expect(listener.until(({ type }) => type === 'projectDeleted')).resolves.toMatchObject({
      projectId,
    });
    listener.close();
    await untilGone(playUrl);
    expect(await copies(gameId)).toEqual([]);
  });

  it('another user can neither publish nor unpublish it', async () => {
    const { projectId } = await newGame(alice);
    await publish(projectId);
    for (const action of ['publish', 'unpublish'])
      expect(
        (await call('POST', `/api/projects/${projectId}/${action}`, bob, LISTING)).status,
      ).toBe(404);
    expect((await call('GET', `/api/games/${projectId}`, null)).status).toBe(200);
  });
});

describe('words for the publish page (§9.3)', () => {
  it('fit the page and its game', async () => {
    const { projectId } = await newGame(alice, {
      'index.html': '<html><head><title>ねこジャンプ</title></head></html>',
    });
    const answer = await call('POST', `/api/projects/${projectId}/generate-publish-info`, alice, {
      field: 'title',
    });
    expect(answer).toEqual({
      status: 200,
      json: {
        title: 'ねこジャンプ',
        description: matching(/ねこジャンプ/),
        howToPlay: anyText,
        tags: [anyText, anyText, anyText, anyText],
      },
    });
    expect((await call('GET', `/api/projects/${projectId}/publish-draft`, alice)).json).toBeNull();
  });

  it('a project that goes away meanwhile is answered, not waited for', async () => {
    expect(
      (await call('POST', `/api/projects/${randomUUID()}/generate-publish-info`, alice, {})).status,
    ).toBe(404);
  });
});
