import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ERROR_POLICY } from '../../../src/contracts/errors.js';
import { expectNextAccepted, expectOneEnd, repoOf } from '../../support/checker.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

/** A project's repository on a disk of its own, which is full when the candidate is to be saved. Mounting needs root. */
const run = promisify(execFile);
let stack: Stack;
beforeAll(async () => { stack = await startStack({ env: { DEMO_SECONDS: '2' } }); });
afterAll(() => stack.stop());

it('E2: a disk that is full when a game is saved fails the job clearly; with room again the next one succeeds', async () => {
  expect(process.getuid?.(), 'a small disk can be mounted by root only').toBe(0);
  const player = await newPlayer(stack);
  const repo = repoOf(stack, player);
  await mkdir(repo, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', repo]);
  try {
    const jobId = await say(player);
    await player.listener.until((frame) => frame.type === 'stream' && (frame.seq ?? 0) > 8);
    const filler = path.join(repo, 'filler');
    await expect(writeFile(filler, Buffer.alloc(2 * 1024 * 1024))).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'failed', jobId, error: ERROR_POLICY.DiskFull.sentence });
    await expectOneEnd(stack, player, jobId, 'failed');
    await rm(filler);
    await expectNextAccepted(player);
    const from = player.listener.frames.length;
    const nextId = await say(player);
    await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed', jobId: nextId });
    await expectOneEnd(stack, player, nextId, 'completed');
  } finally {
    player.listener.close();
    await run('umount', [repo]);
  }
});
