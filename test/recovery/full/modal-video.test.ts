import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MODAL_FUNCTION } from '../../../src/contracts/execution/modal.js';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type Store } from '../../../src/store/index.js';
import type { Player } from '../../support/checker.js';
import { keysIn } from '../../support/objects.js';
import { openVideo, programsOf } from '../../support/video.js';
import { modalControlOf, type ModalControl } from '../../support/modal-emulator.js';
import { expectNothingRuns } from '../../support/modal-story.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

/** A video of one second at half size, whose container dies while it renders it. */
let stack: Stack;
let modal: ModalControl;
let store: Store;
let player: Player;

beforeAll(async () => {
  stack = await startStack({
    modalEmulator: true,
    env: { VIDEO_SECONDS: '1', VIDEO_SCALE: '0.5' },
  });
  modal = modalControlOf(stack);
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  );
  player = await newPlayer(stack);
});
afterAll(async () => {
  player?.listener.close();
  await stack?.stop();
});

const videos = async () =>
  (await modal.state()).calls.filter((call) => call.function === MODAL_FUNCTION.video);

it('G1/F4: a container dies: Modal makes the video again: one, whole, for the caller', async () => {
  await say(player);
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed' });
  const { user, projectId } = player;
  const actionId = randomUUID();
  const address = `${stack.baseUrl}/api/projects/${projectId}`;
  const headers = { authorization: `Bearer ${user.accessToken}` };
  const answer = fetch(`${address}/generate-movie`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ actionId }),
  });
  // Told by its callbacks; the second half is the rendering.
  while (((await store.actions.get(actionId))?.progress ?? 0) < 52) await sleep(20);
  expect(await modal.killContainers({ function: MODAL_FUNCTION.video, outcome: 'failure' })).toBe(
    1,
  );
  expect((await answer).status).toBe(200);
  const video = await openVideo(
    Buffer.from(await (await fetch(`${address}/movie`, { headers })).arrayBuffer()),
  );
  expect([video.codec, video.frames.length]).toEqual(['h264', 30]);
  expect(await keysIn(stack.dataDir, `v/${projectId}/`)).toEqual([
    `v/${projectId}/${(await store.revisions.head(projectId))?.revision}`,
  ]);
  expect((await store.actions.get(actionId))?.state).toBe('completed');
  expect(await videos()).toHaveLength(2);
  await expectNothingRuns(stack);
  expect(await programsOf(actionId)).toEqual([]);
});
