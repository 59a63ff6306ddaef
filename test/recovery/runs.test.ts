import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { listAll } from '../../src/objects/object-store.js';
import { createScreenshots } from '../../src/objects/screenshots.js';
import { inFullRuns, sample } from '../scope.js';
import {
  codeAt,
  expectEndStays,
  expectNextAccepted,
  expectNothingLeft,
  expectOneEnd,
  expectOneLine,
  filesOf,
  servedCode,
  serviceClient,
  type JobEnd,
  type Player,
} from '../support/checker.js';
import { arm, untilHit } from '../support/crash.js';
import { crashingStack } from '../support/crashing-stack.js';
import { patient } from '../support/patience.js';
import { newGuest, newPlayer, say } from '../support/player.js';
import { runsOf } from '../support/processes.js';
import { sendSignal } from '../support/signals.js';

/**
 * Runs that are killed or cancelled, and the named crash points of the commit, of restore, tuning
 * and delete: what was asked for is done once, and its caller is answered. All points of a message:
 * full/crash-points.test.ts. Runs shared between two workers: full/shared-workers.test.ts.
 */
const crashing = crashingStack({ env: { DEMO_SECONDS: '2' } });

async function makeVersion(someone: Player, content: string): Promise<void> {
  const from = someone.listener.frames.length;
  await say(someone, content);
  await expect(someone.listener.untilEnd(from)).resolves.toMatchObject({ type: 'completed' });
}

const inMidStream = ({ listener }: Player) => listener.untilMidRun();

describe('A8: an accepted message ends in exactly one version', () => {
  it.each(
    sample(
      'whoever kills the model kills the run',
      ['model', 'runner'] as const,
      ['model'] as const,
    ),
  )('although its %s process is killed in mid-stream', async (kind) => {
    const player = await crashing.addPlayer();
    const jobId = await say(player);
    await inMidStream(player);
    const [victim] = await runsOf(crashing.stack.dataDir, kind);
    sendSignal(victim?.pid, 'SIGKILL');
    const end = await player.listener.untilEnd();
    expect(end).toMatchObject({ type: 'completed', jobId, attempt: 2 });
    await expectOneEnd(crashing.stack, player, jobId, 'completed');
    await expectNextAccepted(player);
  });
});

describe('A8: a message whose worker dies on either side of its commit point', () => {
  it.each(['after-import-before-publish', 'after-publish-before-complete'] as const)(
    '%s ends in exactly one new version',
    async (point) => {
      await crashing.workers.fill();
      const player = await crashing.addPlayer();
      const jobId = await crashing.sayWithCrash(player, point);
      await expectOneEnd(crashing.stack, player, jobId, 'completed');
      await expectNextAccepted(player);
    },
  );
});

describe('F1: a cancel ends a job once, and nothing is written afterwards', () => {
  const phases: [string, (player: Player) => Promise<unknown>][] = [
    ['in mid-stream', inMidStream],
    [
      'while its game is checked and saved',
      ({ listener }) =>
        listener.until((frame) => frame.type === 'progress' && Number(frame['progress']) >= 92),
    ],
  ];
  it.each(sample('a crash point stands for the later one', phases, phases.slice(0, 1)))(
    '%s',
    async (_name, phase) => {
      const player = await crashing.addPlayer();
      const jobId = await say(player);
      await phase(player);
      player.listener.send({ type: 'cancel', jobId });
      // Whoever cancels at the commit point may come too late; then the job completes (F1).
      const end = (await player.listener.untilEnd()).type as JobEnd;
      expect(['cancelled', 'completed']).toContain(end);
      await expectEndStays(crashing.stack, player, jobId, end);
    },
  );

  const points = [
    [
      'before its commit point, although the worker that was about to publish it wakes up later',
      'after-import-before-publish',
      ['cancelled', 'completed'],
    ],
    ['after its commit point as completed', 'after-publish-before-complete', ['completed']],
  ] as const;
  it.each(sample('test/workflows/generate-game has the later one', points, points.slice(0, 1)))(
    '%s',
    async (_name, point, ends) => {
      await crashing.workers.fill();
      const player = await crashing.addPlayer();
      await arm(crashing.stack, point, 'SIGSTOP');
      const jobId = await say(player);
      await untilHit(crashing.stack, point);
      player.listener.send({ type: 'cancel', jobId });
      const end = await player.listener.untilEnd().finally(() => {
        for (const pid of crashing.workers.pids()) process.kill(pid, 'SIGCONT');
      });
      expect(ends).toContain(end.type);
      await expectEndStays(crashing.stack, player, jobId, end.type as JobEnd);
    },
  );
});

inFullRuns(
  'test/workflows/restore-delete has their steps; a delete below is of the same kind',
  () => {
    describe('E5: a restore whose worker dies', () => {
      let player: Player;
      beforeAll(async () => {
        player = await newPlayer(crashing.stack);
        await makeVersion(player, '2Dのキャッチゲームを作って');
        await makeVersion(player, '背景を青にして');
      });
      afterAll(() => player?.listener.close());

      it.each(['after-restore-commit', 'after-restore-publish-before-answer'] as const)(
        '%s makes the old version current once, byte for byte',
        async (point) => {
          const before = await expectOneLine(crashing.stack, player);
          const [oldest] = before;
          await arm(crashing.stack, point);
          const from = player.listener.frames.length;
          player.listener.send({
            type: 'restoreVersion',
            projectId: player.projectId,
            versionId: oldest?.revision,
          });
          await expect(
            player.listener.until(
              ({ type }) => type === 'versionRestored' || type === 'error',
              from,
            ),
          ).resolves.toMatchObject({ type: 'versionRestored' });
          await untilHit(crashing.stack, point);
          const line = await expectOneLine(crashing.stack, player);
          expect(line.map(({ kind }) => kind)).toEqual([
            ...before.map(({ kind }) => kind),
            'restore',
          ]);
          expect(await servedCode(crashing.stack, player)).toBe(
            await codeAt(crashing.stack, player, oldest?.revision ?? ''),
          );
          await expectNextAccepted(player);
        },
      );
    });

    describe('H1: settings whose worker dies', () => {
      let player: Player;
      beforeAll(async () => {
        player = await newPlayer(crashing.stack);
        await makeVersion(player, '2Dのキャッチゲームを作って');
      });
      afterAll(() => player?.listener.close());

      it.each([
        ['after-tune-commit', 1.3],
        ['after-tune-publish-before-answer', 1.5],
      ] as const)('%s are saved once, and their caller is answered', async (point, speed) => {
        const before = await expectOneLine(crashing.stack, player);
        await arm(crashing.stack, point);
        const address = `${crashing.stack.baseUrl}/api/projects/${player.projectId}/settings`;
        const headers = {
          authorization: `Bearer ${player.user.accessToken}`,
          'content-type': 'application/json',
        };
        const body = JSON.stringify({ actionId: randomUUID(), values: { speed } });
        const put = async () => (await fetch(address, { method: 'PUT', headers, body })).json();
        const saved = await put();
        await untilHit(crashing.stack, point);
        const line = await expectOneLine(crashing.stack, player);
        expect(line.map(({ kind }) => kind)).toEqual([...before.map(({ kind }) => kind), 'tune']);
        expect(saved).toEqual({ success: true, revision: line.at(-1)?.revision, changed: true });
        expect(await put()).toEqual(saved);
        expect(await (await fetch(address, { headers })).json()).toMatchObject({
          settings: expect.arrayContaining([
            expect.objectContaining({ name: 'speed', value: speed }),
          ]) as unknown,
        });
        await expectNextAccepted(player);
      });
    });

    describe('D8: a guest’s game whose worker dies on its way to an account', () => {
      const keepScreenshot = ({ user: { id: userId }, projectId }: Player) =>
        createScreenshots(createFileObjectStore(crashing.stack.dataDir)).keep(
          { userId, projectId },
          'a'.repeat(64),
          Buffer.from('what a version looks like'),
        );
      /** What lies below a user's own prefixes of a project. */
      const keptBelow = async (userId: string, projectId: string): Promise<string[]> => {
        const objects = createFileObjectStore(crashing.stack.dataDir);
        const found: string[] = [];
        for (const root of ['plays', 'screenshots', 'tapes'])
          for await (const { key } of listAll(objects, `${root}/${userId}/${projectId}/`))
            found.push(key.replace(`${userId}/`, ''));
        return found;
      };

      it.each(['after-adopt-copies', 'after-adopt-rows'] as const)(
        '%s: has one owner, nothing is lost, and no guest is left',
        async (point) => {
          const guest = await newGuest(crashing.stack);
          await makeVersion(guest, '2Dのキャッチゲームを作って');
          guest.listener.close();
          const made = await expectOneLine(crashing.stack, guest);
          await keepScreenshot(guest);
          const kept = await keptBelow(guest.user.id, guest.projectId);
          expect(kept).not.toEqual([]);
          const owner = await crashing.addPlayer();
          await arm(crashing.stack, point);
          const ask = async () => {
            const answer = await fetch(`${crashing.stack.baseUrl}/api/account/adopt-guest`, {
              method: 'POST',
              headers: {
                authorization: `Bearer ${owner.user.accessToken}`,
                'content-type': 'application/json',
              },
              body: JSON.stringify({ guestToken: guest.user.accessToken }),
            });
            const body: unknown = await answer.json();
            return { status: answer.status, body };
          };
          expect(await ask()).toEqual({ status: 202, body: { state: 'running' } });
          await untilHit(crashing.stack, point);
          await expect
            .poll(ask, { timeout: patient(60_000) })
            .toEqual({ status: 200, body: { state: 'completed' } });
          const adopted = { ...guest, user: owner.user };
          expect(await expectOneLine(crashing.stack, adopted)).toEqual(made);
          expect(await keptBelow(owner.user.id, guest.projectId)).toEqual(kept);
          expect(await keptBelow(guest.user.id, guest.projectId)).toEqual([]);
          const service = serviceClient(crashing.stack);
          expect((await service.auth.admin.getUserById(guest.user.id)).data.user).toBeNull();
          await owner.listener.select(guest.projectId);
          await expectNextAccepted({ ...adopted, listener: owner.listener });
        },
      );
    });

    describe('F2: the end of an account whose worker dies', () => {
      it('leaves neither rows nor files nor a sign-in', async () => {
        const someone = await crashing.addPlayer();
        await makeVersion(someone, '2Dのキャッチゲームを作って');
        await arm(crashing.stack, 'after-delete-rows');
        const headers = {
          authorization: `Bearer ${someone.user.accessToken}`,
          'content-type': 'application/json',
        };
        const body = JSON.stringify({ confirm: 'DELETE' });
        const asked = await fetch(`${crashing.stack.baseUrl}/api/account/delete`, {
          method: 'POST',
          headers,
          body,
        });
        expect(asked.status).toBe(202);
        await untilHit(crashing.stack, 'after-delete-rows');
        const state = async (): Promise<unknown> =>
          (await fetch(`${crashing.stack.baseUrl}/api/account/deletion`, { headers })).status;
        await expect.poll(state, { timeout: patient(60_000) }).toBe(401);
        await expect
          .poll(() => filesOf(crashing.stack, someone), { timeout: patient(60_000) })
          .toEqual([]);
        const service = serviceClient(crashing.stack);
        for (const table of ['projects', 'jobs', 'actions'] as const) {
          const { data } = await service.from(table).select('*').eq('user_id', someone.user.id);
          expect(data).toEqual([]);
        }
        expect((await service.auth.admin.getUserById(someone.user.id)).data.user).toBeNull();
        expect(await filesOf(crashing.stack, someone)).toEqual([]);
        await expectNothingLeft(crashing.stack);
      });
    });
  },
);

describe('F2: a delete whose worker dies', () => {
  it.each(
    sample(
      'what is left to do is the same',
      ['after-delete-rows', 'after-delete-files'] as const,
      ['after-delete-rows'] as const,
    ),
  )('%s leaves neither rows nor files', async (point) => {
    const someone = await crashing.addPlayer();
    await makeVersion(someone, '2Dのキャッチゲームを作って');
    await arm(crashing.stack, point);
    someone.listener.send({ type: 'deleteProject', projectId: someone.projectId });
    await expect(
      someone.listener.until(({ type }) => type === 'projectDeleted'),
    ).resolves.toMatchObject({ projectId: someone.projectId, projects: [] });
    await untilHit(crashing.stack, point);
    for (const table of ['jobs', 'revisions', 'chat_history'] as const) {
      const { data } = await serviceClient(crashing.stack)
        .from(table)
        .select('*')
        .eq('project_id', someone.projectId);
      expect(data).toEqual([]);
    }
    expect(await filesOf(crashing.stack, someone)).toEqual([]);
    await expectNothingLeft(crashing.stack);
    await someone.listener.createProject();
    await expectNextAccepted(someone);
  });
});
