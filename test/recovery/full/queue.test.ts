import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatLineIdFor, jobIdFor } from '../../../src/contracts/base/ids.js';
import {
  expectNothingLeft,
  expectOneLine,
  serviceClient,
  type Player,
} from '../../support/checker.js';
import { holdRun } from '../../support/hold-run.js';
import { Listener } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack, type StackPart } from '../../support/stack.js';
import { Troubles } from '../../chaos/troubles.js';

/** Q3: no wish is dropped, whatever is killed or deployed while they wait. */
const MESSAGES = 50;
const COLOURS = ['青', '赤', '緑', '黄色', '紫'];
/** After so many ends the part is killed, or new runs start on the other one of two builds. */
const TROUBLES = new Map<number, StackPart | 'deploy'>([
  [8, 'worker'],
  [14, 'deploy'],
  [20, 'api'],
  [28, 'deploy'],
  [35, 'worker'],
]);

let stack: Stack;
let troubles: Troubles;
let player: Player;
beforeAll(async () => {
  stack = await startStack({
    env: {
      DEMO_SECONDS: '2',
      // The pace: two a second.
      RATE_LIMIT_AI_PER_MIN: '120',
      NO_PROGRESS_TIMEOUT_MS: '600000',
    },
  });
  troubles = await Troubles.prepare(stack);
  player = await newPlayer(stack);
});
afterAll(async () => {
  player.listener.close();
  await troubles.remove();
  await stack.stop();
});

async function endPart(part: StackPart): Promise<void> {
  await stack.untilRestarted(part, await stack.kill(part, 'SIGKILL'));
}

async function jobs(): Promise<{ id: string; status: string }[]> {
  const { data, error } = await serviceClient(stack)
    .from('jobs')
    .select('id, status')
    .eq('project_id', player.projectId)
    .order('created_at');
  // A gateway whose database is busy is asked again.
  return error ? [] : data;
}
const ended = async () =>
  (await jobs()).filter(({ status }) => ['completed', 'failed', 'cancelled'].includes(status));

/** What is sent before a device is signed in again is refused. */
const isBack = (device: Listener): Promise<unknown> =>
  device.until(({ type }) => type === 'projectSelected', device.frames.length);

/**
 * Waits with its place; what is refused, or was sent to a server that is killed, is sent again
 * under its id.
 */
async function queue(device: Listener, content: string): Promise<string> {
  const messageId = randomUUID();
  const jobId = jobIdFor(player.projectId, messageId);
  for (;;) {
    const from = device.frames.length;
    device.say(content, { skipStyleSelection: true, queue: true }, messageId);
    const told = await device.until(
      (frame) => frame.type === 'error' || (frame.type === 'jobStarted' && frame.jobId === jobId),
      from,
    );
    if (told.type === 'error') continue;
    expect(told).toMatchObject({ isExisting: true, queued: true });
    return jobId;
  }
}

it(
  'Q3: fifty messages from two devices during one job: fifty ends in order, through kills, deploys',
  async () => {
    const phone = new Listener(stack.baseUrl, player.user.accessToken, player.projectId);
    await phone.open();
    const sent = [await say(player)];
    await player.listener.untilMidRun();
    const goOn = await holdRun(stack);
    for (let number = 1; number <= MESSAGES; number += 1) {
      const device = number % 2 === 0 ? player.listener : phone;
      const colour = number % 10 === 0 ? COLOURS[number / 10 - 1] : undefined;
      const words = colour ? `背景を${colour}にして` : `どんなゲームが作れますか？（${number}）`;
      sent.push(await queue(device, words));
      if (number === MESSAGES / 2) {
        const back = [phone, player.listener].map(isBack);
        await endPart('api');
        await Promise.all(back);
      }
    }
    goOn();
    for (const [count, trouble] of TROUBLES) {
      await expect
        .poll(async () => (await ended()).length, { timeout: patient(240_000), interval: 500 })
        .toBeGreaterThanOrEqual(count);
      if (trouble !== 'deploy') await endPart(trouble);
      else expect(await troubles.make(trouble, 0)).not.toBeNull();
    }
    await expect
      .poll(async () => (await ended()).length, { timeout: patient(240_000), interval: 500 })
      .toBe(sent.length);
    expect(await jobs()).toEqual(sent.map((id) => ({ id, status: 'completed' })));
    expect(await expectOneLine(stack, player)).toHaveLength(1 + MESSAGES / 10);
    const { data } = await serviceClient(stack)
      .from('chat_history')
      .select('id, role')
      .eq('project_id', player.projectId)
      .order('created_at');
    // Each answer stands below the words that it is for.
    expect(data).toEqual(
      sent.flatMap((id) =>
        (['user', 'assistant'] as const).map((role) => ({ id: chatLineIdFor(id, role), role })),
      ),
    );
    await expectNothingLeft(stack);
    phone.close();
  },
  patient(900_000),
);
