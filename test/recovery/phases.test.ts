import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CrashPoint } from '../../src/crash-points.js';
import { expectNextAccepted, expectOneEnd, type Player } from '../support/checker.js';
import { isFullRun } from '../scope.js';
import { arm, untilHit } from '../support/crash.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack, type StackPart } from '../support/stack.js';

/**
 * What all of us stand on goes away at an exact step of a job. TEST_SCOPE=full tries every part,
 * told to stop as well as killed.
 */
const PHASES: [string, CrashPoint][] = [
  ['opened', 'after-row'],
  ['planned', 'after-processing'],
  ['published', 'after-import-before-publish'],
  ['closed', 'after-complete-before-notify'],
];
const MORE_PHASES: [string, CrashPoint][] = [
  ['started', 'after-start-attempt'],
  ['streamed', 'mid-stream'],
  ['saved', 'after-candidate-commit'],
  ['finished', 'after-publish-before-complete'],
];
const phases = isFullRun ? [...PHASES, ...MORE_PHASES] : PHASES;
const TROUBLES: [StackPart, NodeJS.Signals][] = [
  ['api', 'SIGKILL'],
  ['postgres', 'SIGKILL'],
];
const MORE_TROUBLES: [StackPart, NodeJS.Signals][] = [
  ['api', 'SIGTERM'],
  ['postgres', 'SIGTERM'],
  ['supabase', 'SIGKILL'],
  ['temporal', 'SIGKILL'],
];
const troubles = isFullRun ? [...TROUBLES, ...MORE_TROUBLES] : TROUBLES;

let stack: Stack;
let player: Player;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '1' } });
});
afterAll(() => stack.stop());
afterEach(() => player.listener.close());

describe.each(troubles)('A8: a job whose %s is ended by %s', (part, signal) => {
  it.each(phases)(
    'in the moment in which it is %s, ends in exactly one version',
    async (_phase, point) => {
      player = await newPlayer(stack);
      const logged = stack.logs().length;
      await arm(stack, point, `${signal} ${await stack.pidOf(part)}`);
      const jobId = await say(player);
      await untilHit(stack, point);
      await stack.untilLogged(
        new RegExp(`"part":"${part}","pid":\\d+,"msg":"${part} is up again"`),
        { from: logged, timeoutMs: 90_000 },
      );
      await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
      await expectOneEnd(stack, player, jobId, 'completed');
      await expectNextAccepted(player);
    },
  );
});
