import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  codeAt,
  expectNextAccepted,
  expectNothingLeft,
  expectOneLine,
  filesOf,
  servedCode,
  serviceClient,
  type Player,
} from '../support/checker.js';
import { arm, untilHit } from '../support/crash.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack } from '../support/stack.js';
import { startWorkers, type Workers } from '../support/workers.js';

/**
 * The named crash points of restore and delete: what was asked for is done once, and its caller is
 * answered.
 */
let stack: Stack;
let workers: Workers;
let player: Player;

beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '0' }, leaveDown: ['worker'] });
  workers = await startWorkers(stack, 2);
  player = await newPlayer(stack);
  await makeVersion(player, '2Dのキャッチゲームを作って');
  await makeVersion(player, '背景を青にして');
});
afterAll(async () => {
  player?.listener.close();
  await workers?.stop();
  await stack?.stop();
});
afterEach(() => void workers.fill());

async function makeVersion(someone: Player, content: string): Promise<void> {
  const from = someone.listener.frames.length;
  await say(someone, content);
  await expect(someone.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed' });
}

describe('E5: a restore whose worker dies', () => {
  it.each(['after-restore-commit', 'after-restore-publish-before-answer'] as const)(
    '%s makes the old version current once, byte for byte',
    async (point) => {
      const before = await expectOneLine(stack, player);
      const [oldest] = before;
      await arm(stack, point);
      const from = player.listener.frames.length;
      player.listener.send({
        type: 'restoreVersion',
        projectId: player.projectId,
        versionId: oldest?.revision,
      });
      await expect(
        player.listener.until(({ type }) => type === 'versionRestored' || type === 'error', from),
      ).resolves.toMatchObject({ type: 'versionRestored' });
      await untilHit(stack, point);
      const line = await expectOneLine(stack, player);
      expect(line.map(({ kind }) => kind)).toEqual([...before.map(({ kind }) => kind), 'restore']);
      expect(await servedCode(stack, player)).toBe(
        await codeAt(stack, player, oldest?.revision ?? ''),
      );
      await expectNextAccepted(player);
    },
  );
});

describe('F2: a delete whose worker dies', () => {
  it.each(['after-delete-rows', 'after-delete-files'] as const)(
    '%s leaves neither rows nor files',
    async (point) => {
      const someone = await newPlayer(stack);
      await makeVersion(someone, '2Dのキャッチゲームを作って');
      await arm(stack, point);
      someone.listener.send({ type: 'deleteProject', projectId: someone.projectId });
      await expect(
        someone.listener.until(({ type }) => type === 'projectDeleted'),
      ).resolves.toMatchObject({ projectId: someone.projectId, projects: [] });
      await untilHit(stack, point);
      for (const table of ['jobs', 'revisions', 'chat_history'] as const) {
        const { data } = await serviceClient(stack)
          .from(table)
          .select('*')
          .eq('project_id', someone.projectId);
        expect(data).toEqual([]);
      }
      expect(await filesOf(stack, someone)).toEqual([]);
      await expectNothingLeft(stack);
      await someone.listener.createProject();
      await expectNextAccepted(someone);
      someone.listener.close();
    },
  );
});
