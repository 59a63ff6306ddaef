import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashOfFiles } from '../../../src/versions/kept/published-copies.js';
import { copiesIn } from '../../support/objects.js';
import { matching } from './matchers.js';
import { publishedIn } from './published.js';
import { startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
    GAMES_ORIGIN: 'http://games.test:3000',
  });
});
afterAll(() => api?.stop());

const file = (rest: string) =>
  api.ask(`/game/published/${rest}`, { headers: { host: 'games.test:3000' } });

const setRevision = (projectId: string, revision: string): Promise<unknown> =>
  api.database.sql('update public.games set revision = $2 where project_id = $1', [
    projectId,
    revision,
  ]);

it('L5: a published game has an address whose bytes never change: caches may keep it', async () => {
  const { gameId, projectId, revision } = await publishedIn(api, api.alice, 'public');
  const files = (what: string) => [
    {
      path: 'index.html',
      bytes: Buffer.from(`<img src="/game/published/${gameId}/${revision}/a/é.png">${what}`),
    },
    { path: 'a/é.png', bytes: Buffer.from([1, 2, 3]) },
  ];
  const write = async (of: ReturnType<typeof files>) => {
    await copiesIn(api.env['DATA_DIR'] ?? '').write(gameId, revision, of);
    return `${gameId}/${revision}.${hashOfFiles(of)}`;
  };
  const first = await write(files('one'));
  const page = await file(`${first}/index.html`);
  // What it loads has such an address as well.
  expect([page.status, page.text]).toEqual([
    200,
    `<img src="/game/published/${first}/a/é.png">one`,
  ]);
  const image = await file(`${first}/a/%C3%A9.png`);
  expect([image.status, [...image.bytes]]).toEqual([200, [1, 2, 3]]);
  for (const { headers } of [page, image])
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'cdn-cache-control': 'public, max-age=3600',
      'content-security-policy': matching(/^sandbox allow-scripts allow-pointer-lock; /),
      'x-content-type-options': 'nosniff',
    });

  // Other bytes of the same version have another address; the earlier one has its own, or leads on.
  const second = await write(files('two'));
  const third = await write(files('three'));
  expect((await file(`${first}/index.html`)).text).toBe(page.text);
  expect((await file(`${third}/index.html`)).text).toContain('three');
  for (const path of ['index.html', 'a/%C3%A9.png']) {
    const { status, headers } = await file(`${second}/${path}`);
    expect([status, headers['cache-control'], headers['location']]).toEqual([
      302,
      'no-store',
      `/game/published/${gameId}/${revision}/${path}`,
    ]);
  }
  // A version that was published a moment ago is there at once.
  const next = 'c'.repeat(40);
  const newest = files('newest');
  await copiesIn(api.env['DATA_DIR'] ?? '').write(gameId, next, newest);
  await setRevision(projectId, next);
  const now = await file(`${gameId}/${next}.${hashOfFiles(newest)}/index.html`);
  expect([now.status, now.text]).toEqual([200, expect.stringContaining('newest')]);
  await setRevision(projectId, revision);
  for (const wrong of [`${third}0/index.html`, `${third}/none.png`])
    expect((await file(wrong)).status).toBe(404);
  await api.database.sql(`update public.games set visibility = 'private' where project_id = $1`, [
    projectId,
  ]);
  await expect.poll(async () => (await file(`${first}/index.html`)).status).toBe(404);
});

it('no sender is more players than a network has, whatever browsers he says he has', async () => {
  const { gameId } = await publishedIn(api, api.alice, 'public');
  const ask = (path: string, more: object) => api.ask(`/api/games/${gameId}${path}`, more);
  for (let nth = 0; nth < 40; nth += 1)
    await ask('/play', { method: 'POST', headers: { 'user-agent': `browser ${nth}` } });
  const { game } = JSON.parse((await ask('', {})).text) as { game: { playCount: number } };
  expect(game.playCount).toBeGreaterThan(8);
  expect(game.playCount).toBeLessThanOrEqual(16);
});
