import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser } from '../../support/users.js';
import { newProject, Socket } from './socket.js';

/** One slot and one place in the queue, so that three users are enough to fill them. */
let stack: Stack;
beforeAll(async () => { stack = await startStack({ env: { DEMO_SECONDS: '6', MAX_RUNNING_JOBS: '1', MAX_QUEUED_JOBS: '1' } }); });
afterAll(() => stack.stop());

async function player(): Promise<Socket> {
  const socket = await Socket.signedIn(stack.baseUrl, await createUser(stack.env));
  await newProject(socket);
  return socket;
}

const wish = { type: 'message', content: '2Dのパズルゲームを作って', skipStyleSelection: true };

describe('B2: more players than slots', () => {
  it('the second waits and is told his place, the third is refused, and both of the first get their games', async () => {
    const [first, second, third] = [await player(), await player(), await player()];
    expect(await first.ask(wish)).toMatchObject({ type: 'jobStarted' });
    await first.next('stream');
    expect(await second.ask(wish)).toMatchObject({ type: 'jobStarted' });
    for (let frame = await second.next('progress'); frame['message'] !== '順番待ち: およそ1番目'; frame = await second.next('progress')) {
      expect(frame['message']).not.toMatch(/^順番待ち/);
    }
    const message = 'System is busy. Please try again in a moment.';
    expect(await third.ask(wish)).toEqual({ type: 'error', message, error: { code: 'SYSTEM_LIMIT_EXCEEDED', message } });
    await Promise.all([first.next('gameUpdated'), second.next('gameUpdated')]);
    await Promise.all([first, second, third].map((socket) => socket.close()));
  });
});
