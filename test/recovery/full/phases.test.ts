import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import type { CrashPoint } from '../../../src/process/crash-points.js';
import type { Player } from '../../support/checker.js';
import { expectPartMayEndAt } from '../../support/ended-part.js';
import { newPlayer } from '../../support/player.js';
import { startStack, type Stack, type StackPart } from '../../support/stack.js';

/**
 * What all of us stand on goes away at an exact step of a job: every part, told to stop as well as
 * killed, at every step. Two of them, and mid-stream: ../restarts.test.ts.
 */
const PHASES: [string, CrashPoint][] = [
  ['opened', 'after-row'],
  ['planned', 'after-processing'],
  ['started', 'after-start-attempt'],
  ['streamed', 'mid-stream'],
  ['saved', 'after-candidate-commit'],
  ['published', 'after-import-before-publish'],
  ['finished', 'after-publish-before-complete'],
  ['closed', 'after-complete-before-notify'],
];
const PARTS: StackPart[] = ['api', 'postgres', 'supabase', 'temporal'];

let stack: Stack;
let player: Player;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '1' } });
});
afterAll(() => stack.stop());
afterEach(() => player.listener.close());

describe.each(
  PARTS.flatMap((part) =>
    (['SIGKILL', 'SIGTERM'] as const).map((signal) => [part, signal] as const),
  ),
)('A8: a job whose %s is ended by %s', (part, signal) => {
  it.each(PHASES)(
    'in the moment in which it is %s, ends in exactly one version',
    async (_phase, point) => {
      player = await newPlayer(stack);
      await expectPartMayEndAt(stack, player, [part, signal], point);
    },
  );
});
