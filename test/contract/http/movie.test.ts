import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { createLog } from '../../../src/log.js';
import { createStore, type Store } from '../../../src/store/index.js';
import type { Player } from '../../support/checker.js';
import { difference, openVideo, programsOf, spread, whiteShare } from '../../support/video.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { V2Rest } from '../journey/v2-rest.js';

/** rest.md §9.7 and §9.8, with videos of one second at half size. */
const FRAMES = 30;
const GENEROUS_MS = 240_000;
/** Twice what it may take on a quiet one: two videos have just kept this machine busy. */
const STOP_LIMIT_MS = 4_000;
const TITLE = { left: 0.06, top: 0.05, width: 0.88, height: 0.16 };
const SCREEN = { left: 0.25, top: 0.35, width: 0.5, height: 0.3 };

let stack: Stack;
let demo: DemoServer;
let store: Store;
let players: Player[] = [];
let bob: TestUser;

beforeAll(async () => {
  demo = await startDemoServer();
  stack = await startStack({
    env: {
      ANTHROPIC_API_KEY: 'a-key-for-tests',
      ANTHROPIC_BASE_URL: demo.url,
      VIDEO_SECONDS: '1',
      VIDEO_SCALE: '0.5',
    },
  });
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  );
  bob = await createUser(stack.env, 'bob');
  players = await Promise.all([newPlayer(stack), newPlayer(stack)]);
}, GENEROUS_MS);
afterAll(async () => {
  for (const player of players) player.listener.close();
  await stack?.stop();
  await demo?.close();
});

const headers = (as?: TestUser): Record<string, string> =>
  as ? { authorization: `Bearer ${as.accessToken}` } : {};
const at = (action: string, id: string): string => `${stack.baseUrl}/api/projects/${id}/${action}`;
const make = async (id: string, as?: TestUser, body: object = {}): Promise<[number, unknown]> => {
  const answer = await fetch(at('generate-movie', id), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers(as) },
    body: JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
};
const see = (
  id: string,
  as?: TestUser,
  more: Record<string, string> = {},
  method = 'GET',
): Promise<Response> => fetch(at('movie', id), { method, headers: { ...headers(as), ...more } });
const progressOf = async (actionId: string): Promise<number> =>
  (await store.actions.get(actionId))?.progress ?? 0;
const madeOf = (id: string): [number, unknown] => [
  200,
  {
    success: true,
    movieUrl: expect.stringMatching(new RegExp(`^/api/projects/${id}/movie\\?t=\\d+$`)) as unknown,
    duration: 1,
  },
];

async function newVersion(player: Player, wish?: string): Promise<void> {
  const from = player.listener.frames.length;
  await say(player, wish);
  await player.listener.until(({ type }) => type === 'completed', from);
}

describe('without a video', () => {
  it('there is none to be seen, and none of a project without a game', async () => {
    const [{ user, projectId }] = players as [Player];
    const absent = await see(projectId, user);
    expect([absent.status, await absent.text()]).toEqual([404, 'Movie not found']);
    expect(await make(projectId, user)).toEqual([404, { error: 'Game code not found' }]);
    expect(await make(projectId, bob)).toEqual([404, { error: 'Project not found' }]);
    expect(await make(projectId)).toEqual([401, { error: 'No access token provided' }]);
    expect(await make('x', user)).toEqual([400, { error: 'Invalid project ID' }]);
  });
});

describe('POST …/generate-movie', () => {
  it(
    'makes two videos at once: each has its title and its running game',
    async () => {
      await Promise.all([
        newVersion(players[0]!),
        newVersion(players[1]!, '2Dのシューティングゲームを作って'),
      ]);
      const actionIds = players.map(() => randomUUID());
      const heads = await Promise.all(
        players.map(({ projectId }) => store.revisions.head(projectId)),
      );
      const made = Promise.all(
        players.map(({ projectId, user }, index) =>
          make(projectId, user, { actionId: actionIds[index] }),
        ),
      );
      let seen = 0;
      while ((seen = await progressOf(actionIds[0]!)) === 0) await sleep(50);
      expect(seen).toBeLessThan(100);
      expect(await made).toEqual(players.map(({ projectId }) => madeOf(projectId)));
      const videos = await Promise.all(
        players.map(async ({ projectId, user }) =>
          openVideo(Buffer.from(await (await see(projectId, user)).arrayBuffer())),
        ),
      );
      for (const video of videos) {
        expect(video).toMatchObject({ codec: 'h264', width: 540, height: 960, rate: '30/1' });
        expect(video.frames).toHaveLength(FRAMES);
        for (const frame of video.frames) expect(await spread(frame)).toBeGreaterThan(10);
        for (const [frame, least] of [
          [video.frames[4]!, 0.03],
          [video.frames[29]!, 0.03],
        ] as const) {
          const white = await whiteShare(frame, TITLE);
          expect(white > least && white < 0.5, `${white}`).toBe(true);
        }
        expect(await difference(video.frames[9]!, video.frames[13]!, SCREEN)).toBeGreaterThan(0.5);
      }
      expect(
        await difference(videos[0]!.frames[10]!, videos[1]!.frames[10]!, SCREEN),
      ).toBeGreaterThan(5);
      for (const actionId of actionIds)
        expect([(await store.actions.get(actionId))?.state, await programsOf(actionId)]).toEqual([
          'completed',
          [],
        ]);
      expect(
        await Promise.all(players.map(({ projectId }) => store.revisions.head(projectId))),
      ).toEqual(heads);
    },
    GENEROUS_MS,
  );

  it('F4: the same call again finds the video', async () => {
    const [{ user, projectId }] = players as [Player];
    const before = (await see(projectId, user)).headers.get('last-modified');
    const actionId = randomUUID();
    expect(await make(projectId, user, { actionId })).toEqual(madeOf(projectId));
    expect([
      (await see(projectId, user)).headers.get('last-modified'),
      await store.actions.get(actionId),
    ]).toEqual([before, null]);
  });

  it('V2’s publish page asks for it, gets its address, probes by HEAD, plays a blob', async () => {
    const [{ user, projectId }] = players as [Player];
    const page = new V2Rest(stack.baseUrl, user.accessToken);
    const made = await page.call('POST', `/api/projects/${projectId}/generate-movie`, {});
    expect([made.status, made.json]).toEqual(madeOf(projectId));
    const { movieUrl } = made.json as { movieUrl: string };
    expect((await page.call('HEAD', movieUrl)).status).toBe(200);
    const video = await page.get(movieUrl);
    expect([
      video.status,
      video.headers.get('content-type'),
      video.bytes.subarray(4, 8).toString(),
    ]).toEqual([200, 'video/mp4', 'ftyp']);
    expect(String(video.bytes.length)).toBe(video.headers.get('content-length'));
  });

  it(
    'a stopped one ends within 4 s with all it started; the old video stays, a new may begin',
    async () => {
      const [player] = players as [Player];
      const { user, projectId } = player;
      await newVersion(player, 'ライフを5にして');
      for (let round = 1; round <= 2; round += 1) {
        const actionId = randomUUID();
        const answer = make(projectId, user, { actionId });
        while ((await progressOf(actionId)) === 0) await sleep(30);
        expect(await programsOf(actionId)).not.toEqual([]);
        const stoppedMs = performance.now();
        const stopped = await fetch(`${stack.baseUrl}/api/actions/${actionId}/cancel`, {
          method: 'POST',
          headers: headers(user),
        });
        expect(await stopped.json()).toEqual({ success: true, outcome: 'cancelled' });
        expect(await answer).toEqual([
          500,
          { error: 'Failed to render video', output: '停止しました。' },
        ]);
        while ((await programsOf(actionId)).length > 0) await sleep(20);
        expect(performance.now() - stoppedMs).toBeLessThan(STOP_LIMIT_MS);
      }
      expect((await see(projectId, user, {}, 'HEAD')).status).toBe(200);
    },
    GENEROUS_MS,
  );
});

describe('GET …/movie', () => {
  it('is a file with ranges, for its owner alone', async () => {
    const [{ user, projectId }] = players as [Player];
    const whole = await see(projectId, user);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect([
      whole.status,
      whole.headers.get('content-type'),
      whole.headers.get('accept-ranges'),
      whole.headers.get('cache-control'),
    ]).toEqual([200, 'video/mp4', 'bytes', 'public, max-age=0']);
    const head = await see(projectId, user, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(bytes.length),
      '',
    ]);
    const part = await see(projectId, user, { range: 'bytes=4-7' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      `bytes 4-7/${bytes.length}`,
      'ftyp',
    ]);
    expect((await see(projectId, user, { range: `bytes=${bytes.length}-` })).status).toBe(416);
    expect([
      (await see(projectId)).status,
      (await see(projectId, bob)).status,
      (await see(projectId, bob, {}, 'HEAD')).status,
    ]).toEqual([401, 404, 404]);
  });

  it('goes with its project', async () => {
    const [, { user, projectId, listener }] = players as [Player, Player];
    const folder = path.join(stack.dataDir, 'users', user.id, 'projects', projectId);
    await access(folder);
    listener.send({ type: 'deleteProject', projectId });
    while (
      await access(folder).then(
        () => true,
        () => false,
      )
    )
      await sleep(50);
    expect((await see(projectId, user)).status).toBe(404);
  });
});
