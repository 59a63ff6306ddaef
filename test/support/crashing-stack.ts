import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { CrashPoint } from '../../src/process/crash-points.js';
import type { Player } from './checker.js';
import { arm, untilHit } from './crash.js';
import { newPlayer, say } from './player.js';
import { startStack, type Stack, type StackOptions } from './stack.js';
import { startWorkers, type Workers } from './workers.js';

/** Every point that a message passes from its admission to its last frame. */
export const MESSAGE_POINTS = [
  'after-admit',
  'after-row',
  'after-processing',
  'after-start-attempt',
  'mid-stream',
  'after-candidate-commit',
  'after-return-before-import',
  'after-import-before-publish',
  'after-publish-before-complete',
  'after-complete-before-notify',
] as const satisfies readonly CrashPoint[];

/** A stack whose workers die. Its parts are there from the first test on. */
export interface CrashingStack {
  readonly stack: Stack;
  readonly workers: Workers;
  /** A new player, who leaves after the test. */
  addPlayer(): Promise<Player>;
  /**
   * Sends a message in whose course a process dies at the point, and waits until it has ended well
   * all the same.
   */
  sayWithCrash(player: Player, point: CrashPoint): Promise<string>;
}

/**
 * Starts such a stack for the tests of a file, with two workers: a test waits for the take-over and
 * not for the start of a process.
 */
export function crashingStack(options: StackOptions): CrashingStack {
  let stack: Stack;
  let workers: Workers;
  const players: Player[] = [];
  beforeAll(async () => {
    stack = await startStack({
      ...options,
      leaveDown: [...(options.leaveDown ?? []), 'worker'],
    });
    workers = await startWorkers(stack, 2);
  });
  afterAll(async () => {
    await workers?.stop();
    await stack?.stop();
  });
  afterEach(() => {
    for (const { listener } of players.splice(0)) listener.close();
    // The next test begins with the worker that is left, while its new companion starts.
    void workers.fill();
  });
  return {
    get stack() {
      return stack;
    },
    get workers() {
      return workers;
    },
    async addPlayer() {
      const player = await newPlayer(stack);
      players.push(player);
      return player;
    },
    sayWithCrash: (player, point) => sayWithCrash(stack, player, point),
  };
}

async function sayWithCrash(stack: Stack, player: Player, point: CrashPoint): Promise<string> {
  await arm(stack, point);
  const jobId = await say(player);
  await untilHit(stack, point);
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
  return jobId;
}
