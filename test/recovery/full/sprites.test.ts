import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMirror } from '../../../src/store/mirror/mirror.js';
import { expectNextAccepted, expectOneEnd } from '../../support/checker.js';
import { arm, untilHit } from '../../support/crash.js';
import { moneyOf } from '../../support/money.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

const LIMIT_MS = patient(240_000);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { DRAW_SPRITES: 'true' } });
});
afterAll(() => stack?.stop());

describe('C4: a worker that dies when it has put sprites into a candidate', () => {
  it(
    'leaves one version with its images, each of them paid once',
    async () => {
      const player = await newPlayer(stack);
      await arm(stack, 'after-sprites');
      const jobId = await say(player);
      await untilHit(stack, 'after-sprites', LIMIT_MS / 2);
      await player.listener.until(({ type }) => type === 'completed', 0, LIMIT_MS);
      await expectOneEnd(stack, player, jobId, 'completed');

      const mirror = createMirror(stack.dataDir);
      const { head } = await mirror.state(player.user.id, player.projectId, []);
      const files = await mirror.listFiles(player.user.id, player.projectId, head ?? '');
      const images = files.filter(({ path }) => path.startsWith('images/'));
      expect(images.length).toBeGreaterThan(0);
      const bought = (await moneyOf(stack, player.user.id).of(jobId)) as { kind: string }[];
      expect(bought.filter(({ kind }) => kind === 'image')).toEqual(
        images.map(() => ({ kind: 'image', state: 'settled', usd: 0.04 })),
      );
      await expectNextAccepted(player);
      player.listener.close();
    },
    LIMIT_MS,
  );
});
