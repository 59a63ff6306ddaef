import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { codeAt, expectNextAccepted, expectNothingLeft, expectOneEnd, expectOneLine, servedCode, serviceClient, type Player } from '../support/checker.js';
import { crashSwitch, type CrashSwitch } from '../support/crash.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack } from '../support/stack.js';
import { startWorkers, type Workers } from '../support/workers.js';

/** A process dies (`kill -9`, by its own hand) at each named point; the promise of A8 must hold every time. */
let crash: CrashSwitch;
let stack: Stack;
let workers: Workers;
let players: Player[] = [];

beforeAll(async () => {
  crash = await crashSwitch();
  stack = await startStack({ dataDir: crash.dataDir, env: { DEMO_SECONDS: '1', ...crash.env }, leaveDown: ['worker'] });
  // Two, so that a test waits for the take-over and not for the start of a process.
  workers = await startWorkers(stack, 2);
});
afterAll(async () => {
  await workers?.stop();
  await stack?.stop();
  await crash.remove();
});
afterEach(async () => {
  for (const { listener } of players.splice(0)) listener.close();
  await workers.fill();
});

async function player(): Promise<Player> {
  const created = await newPlayer(stack);
  players.push(created);
  return created;
}

/** A player who has a game already, and one more version of it. */
async function playerWithVersions(): Promise<Player> {
  const created = await player();
  for (const content of ['2Dのキャッチゲームを作って', '背景を青にして']) {
    const from = created.listener.frames.length;
    await say(created, content);
    await expect(created.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed' });
  }
  return created;
}

describe('A8: a message whose process dies', () => {
  it.each([
    'after-admit', 'after-row', 'after-start-attempt', 'mid-stream', 'after-candidate-commit',
    'after-return-before-import', 'after-import-before-publish', 'after-publish-before-complete', 'after-complete-before-notify',
  ] as const)('%s ends in exactly one new version', async (point) => {
    const someone = await player();
    await crash.arm(point);
    const jobId = await say(someone);
    await crash.untilHit(point);
    await expect(someone.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    await expectOneEnd(stack, someone, jobId, 'completed');
    await expectNextAccepted(someone);
  });
});

describe('E5: a restore whose worker dies', () => {
  it.each(['after-restore-commit', 'after-restore-publish-before-answer'] as const)('%s makes the old version current once, byte for byte', async (point) => {
    const someone = await playerWithVersions();
    const [oldest] = await expectOneLine(stack, someone);
    await crash.arm(point);
    someone.listener.send({ type: 'restoreVersion', projectId: someone.projectId, versionId: oldest?.revision });
    await someone.listener.until(({ type }) => type === 'versionRestored' || type === 'error');
    await crash.untilHit(point);
    expect(someone.listener.frames.at(-1)).toMatchObject({ type: 'versionRestored' });
    const line = await expectOneLine(stack, someone);
    expect(line.map(({ kind }) => kind)).toEqual(['generate', 'generate', 'restore']);
    expect(await servedCode(stack, someone)).toBe(await codeAt(stack, someone, oldest?.revision ?? ''));
    await expectNextAccepted(someone);
  });
});

describe('F2: a delete whose worker dies', () => {
  it.each(['after-delete-rows', 'after-delete-files'] as const)('%s leaves neither rows nor files', async (point) => {
    const someone = await playerWithVersions();
    await crash.arm(point);
    someone.listener.send({ type: 'deleteProject', projectId: someone.projectId });
    await expect(someone.listener.until(({ type }) => type === 'projectDeleted')).resolves.toMatchObject({ projectId: someone.projectId, projects: [] });
    await crash.untilHit(point);
    for (const table of ['jobs', 'revisions', 'chat_history'] as const) {
      const { data } = await serviceClient(stack).from(table).select('*').eq('project_id', someone.projectId);
      expect(data).toEqual([]);
    }
    await expectNothingLeft(stack);
    await someone.listener.createProject();
    await expectNextAccepted(someone);
  });
});
