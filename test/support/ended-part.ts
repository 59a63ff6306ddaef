import { expect } from 'vitest';
import type { CrashPoint } from '../../src/process/crash-points.js';
import { patient } from './patience.js';
import { expectNextAccepted, expectOneEnd, type Player } from './checker.js';
import { arm, untilHit } from './crash.js';
import { say } from './player.js';
import type { Stack, StackPart } from './stack.js';

/**
 * A part is sent this signal in the moment in which a message of the player passes the point: the
 * launcher starts it again, and the message ends in exactly one version all the same (A8).
 */
export async function expectPartMayEndAt(
  stack: Stack,
  player: Player,
  [part, signal]: readonly [StackPart, NodeJS.Signals],
  point: CrashPoint,
): Promise<void> {
  const logged = stack.logs().length;
  await arm(stack, point, `${signal} ${await stack.pidOf(part)}`);
  const jobId = await say(player);
  await untilHit(stack, point);
  await stack.untilLogged(new RegExp(`"part":"${part}","pid":\\d+,"msg":"${part} is up again"`), {
    from: logged,
    timeoutMs: patient(90_000),
  });
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
  await expectNextAccepted(player);
}
