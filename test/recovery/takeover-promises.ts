import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamWorkflowId } from '../../src/contracts/base/ids.js';
import { failedRef } from '../../src/git/job-refs.js';
import { openRepo } from '../../src/git/process.js';
import { resolve } from '../../src/git/refs.js';
import { createStore, type Store, type StoreConfig } from '../../src/store/index.js';
import { createMirror } from '../../src/store/mirror/mirror.js';
import { createLog } from '../../src/telemetry/log.js';
import type { About } from '../fixtures/data-dir/fill.js';
import { withTemporalOf } from '../support/builds.js';
import { Listener, type JobFrame } from '../support/listener.js';
import { patient } from '../support/patience.js';
import { GAME, say } from '../support/player.js';
import { newDataDir, startStack, type Stack } from '../support/stack.js';
import { signIn } from '../support/users.js';

/**
 * What is promised of a DATA_DIR that a killed stack of an older release left, when this code takes
 * it over: all that had ended is there, and all that was open has one reported end (U1, O1).
 * `fill` puts it into an empty folder.
 */
export function takeoverPromises(fill: (dataDir: string) => Promise<About>): void {
  let dataDir: string;
  let about: About;
  let stack: Stack;
  let store: Store;
  beforeAll(async () => {
    dataDir = await newDataDir();
    about = await fill(dataDir);
    stack = await startStack({ dataDir });
    store = createStore(stack.env as unknown as StoreConfig, createLog('test'));
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  const ownerOf = (name: string): About['players'][string] => {
    const owner = about.players[name];
    if (!owner) throw new Error(`the fixture has no ${name}`);
    return owner;
  };

  /** The owner is back: signed in as ever, on the project. */
  async function comeBack(name: string): Promise<{ listener: Listener; selected: JobFrame }> {
    const owner = ownerOf(name);
    const listener = new Listener(stack.baseUrl, await signIn(stack.env, owner));
    await listener.open();
    return { listener, selected: await listener.select(owner.projectId) };
  }

  async function read(name: string): Promise<string> {
    const { userId, projectId } = ownerOf(name);
    const head = await store.revisions.head(projectId);
    const page = await createMirror(dataDir).readFile(
      userId,
      projectId,
      head?.revision ?? '',
      'index.html',
    );
    return page?.toString('utf8') ?? '';
  }

  describe('work that was open on a build without a range', () => {
    it.each(['writing', 'waiting', 'played'])(
      'U1: a run that was %s fails as UPGRADED, costs nothing, and is sent again',
      async (name) => {
        const { jobId = '' } = ownerOf(name);
        const { listener, selected } = await comeBack(name);
        expect(selected).toMatchObject({
          activeJob: null,
          lastFailure: { jobId, code: 'UPGRADED', content: GAME },
        });
        const account = await store.operators.usageOf(jobId);
        expect(account.filter(({ state }) => state !== 'released' && state !== 'settled')).toEqual(
          [],
        );
        expect(
          account.filter(({ kind, state }) => kind === 'model' && state !== 'released'),
        ).toEqual([]);
        const from = listener.frames.length;
        const again = await say({ ...owner(name), listener }, GAME);
        await expect(listener.untilEnd(from)).resolves.toMatchObject({
          type: 'completed',
          jobId: again,
        });
        listener.close();
      },
    );

    it('U1: a message whose row had just been made is answered under its own id', async () => {
      const { jobId = '' } = ownerOf('pending');
      await expect
        .poll(async () => (await store.jobs.get(jobId))?.status, { timeout: patient(60_000) })
        .toBe('completed');
      expect(await store.revisions.ofJob(jobId)).not.toBeNull();
    });

    it('U1/E4: keeps the candidate that was being played as the work of a failed run', async () => {
      const { userId, projectId, jobId = '' } = ownerOf('played');
      const repo = openRepo(createMirror(dataDir).place(userId, projectId));
      expect(await resolve(repo, failedRef(jobId))).not.toBeNull();
    });

    it('U1: leaves no workflow of the old build, its streams included', async () => {
      await withTemporalOf(stack, async (client) => {
        const { jobId = '' } = ownerOf('writing');
        const stream = await client.workflow.getHandle(streamWorkflowId(jobId)).describe();
        expect(stream.status.name).toBe('TERMINATED');
      });
    });
  });

  describe('work that had ended', () => {
    it('O1: is there with its versions, its restore and its chat', async () => {
      const { listener, selected } = await comeBack('finished');
      expect(selected['versions']).toHaveLength(2);
      expect(selected['history']).toHaveLength(7);
      // N1: our own line got its code; what models and players wrote has none.
      const history = selected['history'] as { role: string; code?: string; params?: unknown }[];
      expect(history.filter(({ code }) => code !== undefined)).toMatchObject([
        { role: 'system', code: 'VERSION_RESTORED', params: { version: 'a146cd2' } },
      ]);
      listener.close();
      expect(await read('finished')).toContain('<canvas');
    });

    it('O1: a published game is played by anybody, its remix is its owner’s', async () => {
      const answer = await fetch(`${stack.baseUrl}/api/games/${about.games['published'] ?? ''}`);
      const { game } = (await answer.json()) as { game: { playUrl: string } };
      expect((await fetch(`${stack.baseUrl}${game.playUrl}`)).status).toBe(200);
      expect(await read('remixed')).toContain('<canvas');
      const notices = await store.notifications.list(ownerOf('finished').userId);
      expect(notices.map(({ code, params }) => ({ code, params }))).toContainEqual({
        code: 'GAME_PUBLISHED',
        params: { title: '星よけ' },
      });
    });

    it('O1: failed, cancelled and imported projects are as they were', async () => {
      for (const [name, status] of [
        ['failed', 'failed'],
        ['cancelled', 'cancelled'],
      ] as const)
        expect(await store.jobs.get(ownerOf(name).jobId ?? '')).toMatchObject({
          status,
          error_code: status === 'failed' ? 'RunTimedOut' : null,
        });
      expect(await read('imported')).toContain('ゲーム 1');
      const lines = await store.chatHistory.all(ownerOf('imported').projectId);
      expect(lines.filter(({ code }) => code !== undefined)).toEqual([]);
    });
  });

  function owner(name: string) {
    const { userId, email, password, projectId } = ownerOf(name);
    return { user: { id: userId, email, password, accessToken: '' }, projectId };
  }
}
