import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { errorText } from '../../../src/contracts/messages/message.js';
import {
  expectNextAccepted,
  expectOneEnd,
  serviceClient,
  type Player,
} from '../../support/checker.js';
import { arm, untilHit } from '../../support/crash.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

/**
 * A folder of the data folder on a disk of its own, which is full at the wrong moment. Mounting is
 * root's alone.
 */
const run = promisify(execFile);
const FULL = { type: 'failed', error: errorText('DiskFull') };

let stack: Stack;
let player: Player;
let disk: SmallDisk | null = null;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '2' } });
});
afterAll(() => stack.stop());
afterEach(async () => {
  player.listener.close();
  await disk?.remove();
  disk = null;
});

/** All objects: a draft is renamed into its place, which is on the same disk. */
const objects = (): string => path.join(stack.dataDir, 'objects');

interface SmallDisk {
  fill(): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

async function mountAt(folder: string): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  const filler = path.join(folder, 'filler');
  return {
    fill: () =>
      expect(writeFile(filler, Buffer.alloc(2 * 1024 * 1024))).rejects.toMatchObject({
        code: 'ENOSPC',
      }),
    empty: () => rm(filler, { force: true }),
    remove: async () => {
      await run('umount', ['--lazy', folder]);
    },
  };
}

/** With room again everything works as if nothing had been. */
async function expectNextVersion(content?: string): Promise<void> {
  await expectNextAccepted(player);
  const from = player.listener.frames.length;
  const jobId = await say(player, content);
  await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed', jobId });
  await expectOneEnd(stack, player, jobId, 'completed');
}

it('E2: a disk that is full when a game is saved fails the job clearly', async () => {
  player = await newPlayer(stack);
  disk = await mountAt(objects());
  const jobId = await say(player);
  await player.listener.untilMidRun();
  await disk.fill();
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ ...FULL, jobId });
  await expectOneEnd(stack, player, jobId, 'failed');
  await disk.empty();
  await expectNextVersion();
});

it('C4: a disk that has no room for a scratch folder fails the job clearly', async () => {
  player = await newPlayer(stack);
  const firstId = await say(player);
  await expect(player.listener.untilEnd()).resolves.toMatchObject({
    type: 'completed',
    jobId: firstId,
  });
  disk = await mountAt(path.join(stack.dataDir, 'scratch'));
  await disk.fill();
  const from = player.listener.frames.length;
  const jobId = await say(player, '敵を速くして');
  await expect(player.listener.untilEnd(from)).resolves.toMatchObject({ ...FULL, jobId });
  await disk.empty();
  await expectOneEnd(stack, player, jobId, 'failed');
  await expectNextVersion('背景を青にして');
});

it('E4: a disk full at the commit point keeps no version back, nor the next one', async () => {
  player = await newPlayer(stack);
  disk = await mountAt(objects());
  await arm(stack, 'after-import-before-publish', 'SIGSTOP');
  const jobId = await say(player);
  await untilHit(stack, 'after-import-before-publish');
  await disk.fill();
  process.kill(await stack.pidOf('worker'), 'SIGCONT');
  await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
  const { data } = await serviceClient(stack)
    .from('revisions')
    .select('job_id')
    .eq('project_id', player.projectId);
  expect(data).toEqual([{ job_id: jobId }]);
  await disk.empty();
  await expectNextVersion('背景を青にして');
});
