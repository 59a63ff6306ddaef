import { notice } from '../../../src/contracts/messages/message.js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import type { GameCard } from '../../../src/contracts/media/publishing.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createScreenshots } from '../../../src/objects/screenshots.js';
import type { TestUser } from '../../support/users.js';
import { anyText } from './matchers.js';
import { askJson, PIXEL, startTestApi, type TestApi, type Who } from './test-api.js';
import { publishVersion } from '../../support/versions.js';

/**
 * rest.md §9.1 and §9.2, what is refused before it is published, and notifications (§12) on a real
 * database and API; who may call what are rows of endpoints.ts. Temporal is away: what needs it is
 * in publishing.test.ts.
 */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.stop());

/** Of a screenshot. */
const NAME = 'a'.repeat(64);
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const send = (method: string, target: string, as: Who, body?: unknown) =>
  askJson(api, method, target, as, body);

describe('the draft (§9.1, §9.2)', () => {
  const address = () => `/api/projects/${api.gameId}/publish-draft`;
  const whole = {
    title: '星よけ',
    description: '説明',
    howToPlay: '指で',
    tags: ['星', '宇宙'],
    visibility: 'unlisted',
    remix: 'disallowed',
    thumbnailUrl: '/t',
  };

  it('is null before anything was written', async () => {
    const answer = await send('GET', address(), 'alice');
    expect([answer.status, answer.text]).toEqual([200, 'null']);
  });

  it('that begins with some fields has the defaults of the page besides', async () => {
    const draft = `/api/projects/${api.emptyId}/publish-draft`;
    const [first, second] = await Promise.all([
      send('POST', draft, 'alice', { title: '星', visibility: 'unlisted' }),
      send('POST', draft, 'alice', { description: '説明' }),
    ]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect((await send('GET', draft, 'alice')).json()).toMatchObject({
      ...{ title: '星', description: '説明', tags: [] },
      ...{ visibility: 'unlisted', remix: 'allowed', thumbnailUrl: null },
    });
  });

  it("comes back as the row with V2's aliases, and is no version", async () => {
    const before = await api.database.store.revisions.head(api.gameId);
    expect((await send('PUT', address(), 'alice', whole)).json()).toEqual({ success: true });
    const { title, description, tags, visibility } = whole;
    expect((await send('GET', address(), 'alice')).json()).toEqual({
      project_id: api.gameId,
      title,
      description,
      how_to_play: '指で',
      tags,
      visibility,
      remix: 'disallowed',
      thumbnail_url: '/t',
      updated_at: anyText,
      howToPlay: '指で',
      thumbnailUrl: '/t',
    });
    expect(await api.database.store.revisions.head(api.gameId)).toEqual(before);
  });

  it('that is sent back as it was read is the same draft', async () => {
    const read = (await send('GET', address(), 'alice')).json() as { updated_at: string };
    expect((await send('PUT', address(), 'alice', read)).status).toBe(200);
    expect((await send('GET', address(), 'alice')).json()).toEqual({
      ...read,
      updated_at: anyText,
    });
  });

  it.each<[string, object]>([
    ['nothing', {}],
    [
      'nulls',
      {
        title: null,
        description: null,
        howToPlay: null,
        tags: null,
        visibility: null,
        remix: null,
        thumbnailUrl: null,
      },
    ],
    ['empty texts', { title: '', tags: [], visibility: '', remix: '', thumbnailUrl: '' }],
  ])('replaces the whole: %s means the defaults', async (_, body) => {
    await send('PUT', address(), 'alice', whole);
    expect((await send('PUT', address(), 'alice', body)).status).toBe(200);
    expect((await send('GET', address(), 'alice')).json()).toMatchObject({
      title: '',
      description: '',
      howToPlay: '',
      tags: [],
      visibility: 'public',
      remix: 'allowed',
      thumbnailUrl: null,
    });
  });

  it.each(['allowed', 'disallow', 'disallowed'])('remix %s is really saved', async (remix) => {
    await send('PUT', address(), 'alice', { ...whole, remix });
    expect((await send('GET', address(), 'alice')).json()).toMatchObject({ remix });
  });

  it('takes tags that come as JSON text', async () => {
    await send('PUT', address(), 'alice', { ...whole, tags: '["一","二"]' });
    expect((await send('GET', address(), 'alice')).json()).toMatchObject({ tags: ['一', '二'] });
  });

  it.each<[string, object]>([
    ['tags', { tags: 'not json' }],
    ['tags', { tags: [1] }],
    ['tags', { tags: { a: 1 } }],
    ['title', { title: 7 }],
    ['title', { title: 'x'.repeat(201) }],
    ['visibility', { visibility: 'everyone' }],
    ['remix', { remix: 'maybe' }],
    ['thumbnailUrl', { thumbnailUrl: {} }],
  ])('refuses a wrong %s: %j', async (field, body) => {
    const answer = await send('PUT', address(), 'alice', body);
    expect([answer.status, answer.json()]).toEqual([400, { error: `Invalid ${field}` }]);
  });

  it.each(['not json', '{"a":1}', '[1]'])(
    'with tags %s in the database is read as one without tags, and breaks no list',
    async (tags) => {
      await api.database.sql('update public.publish_drafts set tags = $2 where project_id = $1', [
        api.gameId,
        tags,
      ]);
      expect((await send('GET', address(), 'alice')).json()).toMatchObject({ tags: [] });
      expect((await send('GET', '/api/projects', 'alice')).status).toBe(200);
    },
  );
});

describe('publishing what cannot be published', () => {
  it.each<[string, object, number, string]>([
    ['no title', { title: ' ' }, 400, 'title is required'],
    ['a wrong visibility', { title: '題', visibility: 'all' }, 400, 'Invalid visibility'],
  ])('%s', async (_, body, status, error) => {
    await send('PUT', `/api/projects/${api.gameId}/publish-draft`, 'alice', {});
    const answer = await send('POST', `/api/projects/${api.gameId}/publish`, 'alice', body);
    expect([answer.status, answer.json()]).toEqual([status, { error }]);
  });

  it('a project without a game', async () => {
    const answer = await send('POST', `/api/projects/${api.emptyId}/publish`, 'alice', {
      title: '題',
    });
    expect([answer.status, answer.json()]).toEqual([404, { error: 'Game code not found' }]);
  });
});

describe('notifications (§12)', () => {
  const read = async (as: Who) =>
    (
      (await send('GET', '/api/notifications', as)).json() as {
        notifications: { id: string; code: string; read: boolean; createdAt: string }[];
      }
    ).notifications;
  const tell = (user: TestUser, id: string) =>
    api.database.store.notifications.tell({
      id,
      userId: user.id,
      projectId: api.gameId,
      notice: notice('GAME_PUBLISHED', { title: '題' }),
      icon: 'success',
    });

  it('begin with a welcome for everybody', async () => {
    expect(await read('bob')).toEqual([
      {
        id: anyText,
        type: 'system',
        title: 'DreamCoreへようこそ',
        message: anyText,
        createdAt: anyText,
        read: false,
        icon: 'welcome',
        code: 'WELCOME',
        params: {},
      },
    ]);
  });

  it("are told once, newest first, in the page's shape, and read one by one or all", async () => {
    const ids = [randomUUID(), randomUUID()];
    for (const id of [...ids, ...ids]) await tell(api.alice, id);
    const first = await read('alice');
    expect(first.filter(({ code }) => code !== 'GAME_MADE')).toHaveLength(3);
    expect(first.find(({ id }) => id === ids[0])).toEqual({
      id: ids[0],
      type: 'project',
      title: 'ゲームを公開しました',
      message: '「題」を登録しました。',
      code: 'GAME_PUBLISHED',
      params: { title: '題' },
      createdAt: anyText,
      read: false,
      icon: 'success',
      projectId: api.gameId,
    });
    expect(first.map(({ createdAt }) => createdAt)).toEqual(
      first
        .map(({ createdAt }) => createdAt)
        .sort()
        .reverse(),
    );
    for (let times = 0; times < 2; times += 1)
      expect((await send('POST', `/api/notifications/${ids[0]}/read`, 'alice')).json()).toEqual({
        success: true,
      });
    expect((await read('alice')).filter((each) => each.read).map(({ id }) => id)).toEqual([ids[0]]);
    expect((await send('POST', '/api/notifications/read-all', 'alice')).json()).toEqual({
      success: true,
    });
    expect((await read('alice')).every((each) => each.read)).toBe(true);
    expect((await read('bob')).every((each) => !each.read)).toBe(true);
  });

  it.each<[string, number, string]>([
    ['not-a-uuid', 400, 'Invalid notification ID'],
    [UNKNOWN, 404, 'Notification not found'],
  ])('reading %s: %i', async (id, status, error) => {
    const answer = await send('POST', `/api/notifications/${id}/read`, 'alice');
    expect([answer.status, answer.json()]).toEqual([status, { error }]);
  });

  it('of another user are not there', async () => {
    const id = randomUUID();
    await tell(api.alice, id);
    expect((await send('POST', `/api/notifications/${id}/read`, 'bob')).status).toBe(404);
  });
});

describe('the image of a game that was published without one', () => {
  it('is the screenshot of its version, and its loop, for all who may see the game', async () => {
    const { store } = api.database;
    const dataDir = api.env['DATA_DIR'] ?? '';
    const { id: projectId } = await store.projects.create(api.bob.id, '絵を待たないゲーム');
    const [gameId, ids] = [gameIdFor(projectId), { userId: api.bob.id, projectId }];
    const files = { 'index.html': '<html></html>' };
    const make = () =>
      publishVersion(api.database, dataDir, api.bob, projectId, files, { screenshot: NAME });
    const screenshots = createScreenshots(createFileObjectStore(dataDir));
    await screenshots.keep(ids, NAME, PIXEL);
    const publish = async (visibility: 'public' | 'private', revision: string) => {
      const actionId = randomUUID();
      await store.actions.open({ id: actionId, ...ids, kind: 'publishGame' });
      const listing = { title: '題', description: '', howToPlay: '', tags: [], thumbnailUrl: null };
      await store.publishedGames.publish(
        {
          actionId,
          ...ids,
          gameId,
          revision,
          listing: { ...listing, visibility, remix: 'allowed' },
        },
        'h'.repeat(64),
      );
    };
    const ask = (path: string, as: Who) => askJson(api, 'GET', path, as);
    const isNewest = async () =>
      (
        (await ask(`/api/projects/${projectId}/publish`, 'bob')).json() as {
          game: { isNewest: boolean };
        }
      ).game.isNewest;
    const first = await make();
    await publish('public', first);
    expect(await isNewest()).toBe(true);
    const { game } = (await ask(`/api/games/${gameId}`, 'anybody')).json() as { game: GameCard };
    const { games } = (await ask('/api/games', 'anybody')).json() as { games: GameCard[] };
    expect(games.map(({ thumbnailUrl }) => thumbnailUrl)).toEqual([game.thumbnailUrl]);
    for (const as of ['anybody', 'alice', 'bob'] as const)
      expect((await ask(game.thumbnailUrl ?? '', as)).status).toBe(200);
    const loop = `/api/projects/${projectId}/thumbnail?loop=1`;
    expect((await ask(loop, 'anybody')).status).toBe(204);
    await screenshots.keepLoop(ids, NAME, Buffer.from('three seconds'));
    for (const as of ['anybody', 'alice', 'bob'] as const)
      expect(await ask(loop, as)).toMatchObject({ status: 200, text: 'three seconds' });
    const page = await ask(`/play/${gameId}`, 'anybody');
    expect(page.text).toContain(`/api/games/${gameId}/share-image?t=`);
    await make();
    expect(await isNewest()).toBe(false);
    await publish('private', first);
    expect((await ask(`/api/projects/${projectId}/thumbnail`, 'alice')).status).toBe(404);
    expect((await ask(loop, 'alice')).status).toBe(204);
    expect((await ask(loop, 'bob')).status).toBe(200);
  });
});
