import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type Store } from '../../../src/store/index.js';
import type { Player } from '../../support/checker.js';
import { patient } from '../../support/patience.js';
import { difference, openVideo, programsOf, spread, whiteShare } from '../../support/video.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import type { TestUser } from '../../support/users.js';

/** rest.md §9.7 with videos of one second at half size: what each takes minutes of both cores. */
const FRAMES = 30;
const GENEROUS_MS = patient(240_000);
/** Twice what it may take on a quiet one: two videos have just kept this machine busy. */
const STOP_LIMIT_MS = patient(4_000);
const TITLE = { left: 0.06, top: 0.05, width: 0.88, height: 0.16 };
const SCREEN = { left: 0.25, top: 0.35, width: 0.5, height: 0.3 };

let stack: Stack;
let demo: DemoServer;
let store: Store;
let players: Player[] = [];

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
