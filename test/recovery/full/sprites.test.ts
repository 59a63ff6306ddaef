import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { message } from '../../../src/contracts/messages/message.js';
import {
  expectNextAccepted,
  expectOneEnd,
  expectOneLine,
  type Owned,
  type Player,
} from '../../support/checker.js';
import { arm, untilHit } from '../../support/crash.js';
import { moneyOf } from '../../support/money.js';
import { patient } from '../../support/patience.js';
import { createUser } from '../../support/users.js';
import { commandOn } from '../../contract/ops/command.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { versionsOf } from '../../support/versions.js';

const LIMIT_MS = patient(240_000);
/** Figures of a game of catching. */
const SPRITES = 3;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { DRAW_SPRITES: 'true' } });
});
afterAll(() => stack?.stop());

/** Images that the newest version has as files. */
async function imagesOf(player: Owned): Promise<string[]> {
  const { projectId } = player;
  const revision = (await expectOneLine(stack, player)).at(-1)?.revision ?? '';
  const files = await versionsOf(stack).listFiles({ projectId, revision });
  return files.map(({ path }) => path).filter((path) => path.startsWith('images/'));
}

/** What the job's sprites have cost: released ones nothing. */
async function boughtFor({ user }: Pick<Player, 'user'>, jobId: string): Promise<unknown[]> {
  const rows = (await moneyOf(stack, user.id).of(jobId)) as { kind: string; state: string }[];
  return rows.filter(({ kind, state }) => kind === 'image' && state !== 'released');
}

const PAID = { kind: 'image', state: 'settled', usd: 0.04 };

describe.each([
  ['a sprite is drawn and not yet kept', 'after-draw-before-keep'],
  ['sprites are in the candidate', 'after-sprites'],
] as const)('C4: a worker that dies when %s', (_, point) => {
  it(
    'leaves one version with its images, each of them paid once; who is missing is said',
    async () => {
      const player = await newPlayer(stack);
      await arm(stack, point);
      const jobId = await say(player);
      await untilHit(stack, point, LIMIT_MS / 2);
      const { params } = (await player.listener.until(
        ({ type }) => type === 'completed',
        0,
        LIMIT_MS,
      )) as { params?: { paragraphs: unknown[] } };
      await expectOneEnd(stack, player, jobId, 'completed');

      const images = await imagesOf(player);
      expect(await boughtFor(player, jobId)).toEqual(images.map(() => PAID));
      const missing = SPRITES - images.length;
      expect(params?.paragraphs.slice(1) ?? []).toEqual(
        missing === 0 ? [] : [message('SPRITES_MISSING', { missing, total: SPRITES })],
      );
      await expectNextAccepted(player);
      player.listener.close();
    },
    LIMIT_MS,
  );
});

it(
  'E9: a rerun has sprites, drawn anew by its run, or those of the candidate that it plays',
  async () => {
    const player = await newPlayer(stack);
    const jobId = await say(player);
    await player.listener.until(({ type }) => type === 'completed', 0, LIMIT_MS);
    player.listener.close();
    const images = await imagesOf(player);
    expect(images.length).toBeGreaterThan(0);
    for (const from of ['run', 'play']) {
      const user = await createUser(stack.env, 'operator');
      const asked = ['--as', user.id, '--from', from, '--json'];
      const told = await commandOn(stack)('rerun', jobId, ...asked);
      expect(told.code, told.err).toBe(0);
      const rerun = JSON.parse(told.out) as { jobId: string; projectId: string };
      const stateOf = async () => {
        const { out } = await commandOn(stack)('show', rerun.jobId, '--json');
        return (JSON.parse(out) as { work: { state: string } }).work.state;
      };
      await expect.poll(stateOf, { timeout: LIMIT_MS / 2, interval: 2_000 }).toBe('completed');
      const there = await imagesOf({ user, projectId: rerun.projectId });
      expect(there.every((image) => images.includes(image))).toBe(true);
      expect(there.length).toBeGreaterThan(0);
      const bought = await boughtFor({ user }, rerun.jobId);
      expect(bought.length).toBe(from === 'run' ? there.length : 0);
    }
  },
  LIMIT_MS,
);
