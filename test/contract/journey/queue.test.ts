import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inFullRuns } from '../../scope.js';
import { expectNothingLeft, filesOf } from '../../support/checker.js';
import { holdRun } from '../../support/hold-run.js';
import { isRunText, Listener, type JobFrame } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser } from '../../support/users.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    env: {
      DEMO_SECONDS: '1',
      MAX_RUNNING_JOBS: '1',
      MAX_QUEUED_JOBS: '2',
      // A run that a test holds is silent for as long as the test needs.
      NO_PROGRESS_TIMEOUT_MS: '300000',
    },
  });
});
afterAll(() => stack.stop());

interface QueuedPlayer {
  readonly listener: Listener;
  readonly projectId: string;
  readonly userId: string;
}

async function player(): Promise<QueuedPlayer> {
  const user = await createUser(stack.env);
  const listener = new Listener(stack.baseUrl, user.accessToken);
  await listener.open();
  return { listener, projectId: await listener.createProject(), userId: user.id };
}

/** E1: its version as an object, and no folder of its own. */
async function expectObjectsAlone(player: QueuedPlayer): Promise<void> {
  expect(await filesOf(stack, player)).toHaveLength(1);
  expect(await readdir(path.join(stack.dataDir, 'users')).catch(() => [])).toEqual([]);
}

const GAME = '2Dのキャッチゲームを作って';
const started = ({ type }: { type: string }) => type === 'jobStarted';

describe('when all slots are taken', () => {
  it('B2/G2/E1: a job waits visibly, short work goes on, past the limit is refused', async () => {
    const [first, second, third, fourth, asker] = await Promise.all([
      player(),
      player(),
      player(),
      player(),
      player(),
    ]);
    const isPlace = (place: number) => (frame: JobFrame) =>
      frame.type === 'progress' &&
      String(frame['message']).includes(`順番待ち: およそ${place}番目`);
    first.listener.say(GAME);
    await first.listener.until(isRunText);
    const goOn = await holdRun(stack);
    second.listener.say(GAME);
    await second.listener.until(isPlace(1), 0, patient(30_000));

    asker.listener.say('どんなゲームが作れますか？');
    await expect(asker.listener.untilEnd()).resolves.toMatchObject({
      type: 'completed',
      result: { mode: 'chat' },
    });
    expect(first.listener.frames.some(({ type }) => type === 'completed')).toBe(false);

    third.listener.say(GAME);
    await third.listener.until(isPlace(2), 0, patient(30_000));
    fourth.listener.say(GAME);
    await expect(fourth.listener.until((frame) => frame.type === 'error')).resolves.toMatchObject({
      message: 'System is busy. Please try again in a moment.',
      error: { code: 'SYSTEM_LIMIT_EXCEEDED' },
    });
    // Refused where the job would be made: what a message asks for is not known yet, so a question
    // is refused as well.
    const from = asker.listener.frames.length;
    asker.listener.say('どんなゲームが作れますか？');
    await expect(asker.listener.until(({ type }) => type === 'error', from)).resolves.toMatchObject(
      { error: { code: 'SYSTEM_LIMIT_EXCEEDED' } },
    );
    const lists = await Promise.all(
      [fourth, asker].map(({ listener }) => listener.select(listener.selected ?? '')),
    );
    expect(lists.map(({ history }) => (history as unknown[]).length)).toEqual([0, 2]);

    goOn();
    for (const { listener } of [first, second, third])
      await expect(listener.untilEnd()).resolves.toMatchObject({ type: 'completed' });
    await expectObjectsAlone(first);
    const again = fourth.listener.frames.length;
    fourth.listener.say('どんなゲームが作れますか？');
    await expect(fourth.listener.untilEnd(again)).resolves.toMatchObject({ type: 'completed' });
    for (const { listener } of [first, second, third, fourth, asker]) listener.close();
  });

  inFullRuns('store/jobs has the limit of a user', () => {
    it('A7: one user has one running job; his other project gets both error shapes', async () => {
      const { listener, projectId } = await player();
      listener.say(GAME);
      const { jobId } = (await listener.until(started)) as { jobId: string };
      await listener.until(isRunText);
      const goOn = await holdRun(stack);
      await listener.createProject();
      const from = listener.frames.length;
      listener.say(GAME);
      await expect(listener.until(({ type }) => type === 'error', from)).resolves.toEqual({
        type: 'error',
        message: 'Too many concurrent requests. Please wait for the current job to finish.',
        error: {
          code: 'USER_LIMIT_EXCEEDED',
          message: 'Too many concurrent requests. Please wait for the current job to finish.',
        },
      });
      await listener.select(projectId);
      goOn();
      listener.send({ type: 'cancel', jobId });
      await listener.until((frame) => frame.type === 'cancelled');
      listener.close();
    });
  });
});

inFullRuns('test/workflows/fairness has the order in which users are served', () => {
  describe('one user who floods', () => {
    it(
      'has one job at a time, and whoever came between is served before his next one',
      async () => {
        const [flooder, other] = await Promise.all([player(), player()]);
        flooder.listener.say(GAME);
        await flooder.listener.until(isRunText);
        const goOn = await holdRun(stack);
        const from = flooder.listener.frames.length;
        const projects = [
          await flooder.listener.createProject(),
          await flooder.listener.createProject(),
        ];
        const isRefused = ({ type, error }: JobFrame) =>
          type === 'error' &&
          (error as { code?: string } | undefined)?.code === 'USER_LIMIT_EXCEEDED';
        // Each when the one before is answered: those that wait for others meet the time of A6.
        for (let sent = 1; sent <= 10; sent += 1) {
          flooder.listener.say(GAME);
          await expect
            .poll(() => flooder.listener.frames.slice(from).filter(isRefused).length, {
              timeout: patient(30_000),
            })
            .toBe(sent);
        }

        other.listener.say(GAME);
        await other.listener.until(started, 0, patient(30_000));
        goOn();
        // His next message is accepted the moment his job has ended: behind the other user's.
        const again = flooder.listener.frames.length;
        const keepsSending = setInterval(() => flooder.listener.say(GAME), 300);
        const next = await flooder.listener
          .until(started, again)
          .finally(() => clearInterval(keepsSending));
        expect(projects).toContain((next['job'] as { project_id: string }).project_id);
        await expect(other.listener.untilEnd()).resolves.toMatchObject({ type: 'completed' });
        expect(flooder.listener.frames.slice(again).some(({ type }) => type === 'completed')).toBe(
          false,
        );
        await expect(flooder.listener.untilEnd(again)).resolves.toMatchObject({
          type: 'completed',
        });
        for (const { listener } of [flooder, other]) listener.close();
      },
      patient(180_000),
    );
  });
});

describe('what a project leaves on disk', () => {
  it('F2: deleting a project in the middle of a job stops the job and leaves nothing', async () => {
    const { listener, projectId } = await player();
    listener.say(GAME);
    await listener.until(isRunText);
    listener.send({ type: 'deleteProject', projectId });
    await expect(
      listener.until(({ type }) => type === 'projectDeleted', 0, patient(20_000)),
    ).resolves.toMatchObject({ projectId, projects: [] });
    await expect.poll(() => filesOf(stack, { projectId })).toEqual([]);
    await expectNothingLeft(stack);
    listener.close();
  });
});
