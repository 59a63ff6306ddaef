import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type Store } from '../../../src/store/index.js';
import type { Player } from '../../support/checker.js';
import { arm, untilHit } from '../../support/crash.js';
import { keysIn } from '../../support/objects.js';
import { openVideo, programsOf } from '../../support/video.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

/** A video of one second at half size, whose worker dies while it is made. */
let stack: Stack;
let store: Store;
let player: Player;

/** Somebody who has a game. */
async function maker(): Promise<Player> {
  const made = await newPlayer(stack);
  await say(made);
  await made.listener.until(({ type }) => type === 'completed');
  return made;
}

beforeAll(async () => {
  stack = await startStack({ env: { VIDEO_SECONDS: '1', VIDEO_SCALE: '0.5' } });
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  );
  player = await maker();
});
afterAll(async () => {
  player?.listener.close();
  await stack?.stop();
});

/** Asks for the video of a player's game. */
function askFor({ user, projectId }: Player, actionId: string): Promise<Response> {
  return fetch(`${stack.baseUrl}/api/projects/${projectId}/generate-movie`, {
    method: 'POST',
    headers: { authorization: `Bearer ${user.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ actionId }),
  });
}

it('F4: the worker is killed mid-render: one video, whole, for the caller who waits', async () => {
  const { user, projectId } = player;
  const actionId = randomUUID();
  const address = `${stack.baseUrl}/api/projects/${projectId}`;
  const headers = { authorization: `Bearer ${user.accessToken}` };
  const answer = askFor(player, actionId);
  // The second half is the rendering.
  while (((await store.actions.get(actionId))?.progress ?? 0) < 52) await sleep(20);
  const old = await stack.kill('worker');
  await stack.untilRestarted('worker', old);
  expect((await answer).status).toBe(200);
  const video = await openVideo(
    Buffer.from(await (await fetch(`${address}/movie`, { headers })).arrayBuffer()),
  );
  expect(video.frames).toHaveLength(30);
  expect(await keysIn(stack.dataDir, `v/${projectId}/`)).toEqual([
    `v/${projectId}/${(await store.revisions.head(projectId))?.revision}`,
  ]);
  expect((await store.actions.get(actionId))?.state).toBe('completed');
  expect(await programsOf(actionId)).toEqual([]);
});

it('H1: the worker is killed when the video is there: told as made, also once more', async () => {
  const other = await maker();
  const actionId = randomUUID();
  await arm(stack, 'after-video-before-answer');
  const answer = askFor(other, actionId);
  await untilHit(stack, 'after-video-before-answer');
  expect((await answer).status).toBe(200);
  expect((await store.actions.get(actionId))?.state).toBe('completed');
  expect((await askFor(other, actionId)).status).toBe(200);
  other.listener.close();
});
