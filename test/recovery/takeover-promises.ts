import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamWorkflowId } from '../../src/contracts/base/ids.js';
import { readMarker } from '../../src/disk/data-marker.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { listAll } from '../../src/objects/object-store.js';
import { gitObject } from '../../src/versions/format/git-ids.js';
import { createVersions, type Versions } from '../../src/versions/kept/versions.js';
import { createStore, type Store, type StoreConfig } from '../../src/store/index.js';
import { createLog } from '../../src/telemetry/log.js';
import type { About } from '../fixtures/data-dir/fill.js';
import { gitIn } from '../contract/import/v2-folders.js';
import { arm, untilHit } from '../support/crash.js';
import { withTemporalOf } from '../support/builds.js';
import { Listener, type JobFrame } from '../support/listener.js';
import { patient } from '../support/patience.js';
import { GAME, say } from '../support/player.js';
import { newDataDir, startStack, type Stack } from '../support/stack.js';
import { signIn } from '../support/users.js';

/** The same restore has another id in each data folder that is made anew. */
const SHORT_ID = expect.stringMatching(/^[0-9a-f]{7}$/) as unknown;

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
  let versions: Versions;
  beforeAll(async () => {
    dataDir = await newDataDir();
    about = await fill(dataDir);
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
    const { projectId } = ownerOf(name);
    const head = await store.revisions.head(projectId);
    const page = await versions.readFile(
      { projectId, revision: head?.revision ?? '' },
      'index.html',
    );
    return page?.toString('utf8') ?? '';
  }

  it('U1: a start that is killed amid the move fails, and the next one goes on', async () => {
    await arm({ dataDir }, 'after-move-object');
    await expect(startStack({ dataDir })).rejects.toThrow();
    await untilHit({ dataDir }, 'after-move-object');
    stack = await startStack({ dataDir });
    store = createStore(stack.env as unknown as StoreConfig, createLog('test'));
    versions = createVersions(createFileObjectStore(dataDir), store.revisions);
  });

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
      const { projectId, jobId: workId = '' } = ownerOf('played');
      await expect
        .poll(() => versions.failed({ projectId, workId }), { timeout: patient(30_000) })
        .toHaveLength(1);
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
        { role: 'system', code: 'VERSION_RESTORED', params: { version: SHORT_ID } },
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

  describe('U1: versions that lay in repositories', () => {
    const movedFrom = (): string => path.join(dataDir, 'before-objects');

    it('E2: are all there byte for byte under their ids; repositories as they were', async () => {
      await expect
        .poll(async () => (await readMarker(dataDir))?.move, { timeout: patient(60_000) })
        .toBeUndefined();
      let compared = 0;
      for (const { userId, projectId } of Object.values(about.players)) {
        const place = path.join('users', userId, 'projects', projectId, 'repo.git');
        const repo = path.join(movedFrom(), place);
        for (const revision of await oldRevisions(repo, projectId)) {
          const listed = gitIn(repo, ['ls-tree', '-r', '--full-tree', revision]).trim().split('\n');
          const made = await versions.readAll({ projectId, revision });
          expect(
            made.map(({ path: name, bytes }) => `${gitObject('blob', bytes).oid}\t${name}`),
          ).toEqual(listed.map((line) => line.slice('100644 blob '.length)));
          compared += 1;
        }
      }
      expect(compared).toBeGreaterThan(4);
    });

    /** Those of its rows that were made before the takeover. */
    async function oldRevisions(repo: string, projectId: string): Promise<string[]> {
      // A project without versions may have none.
      const known = existsSync(repo) ? gitIn(repo, ['rev-list', '--all']).split('\n') : [];
      return (await store.revisions.line(projectId)).filter((each) => known.includes(each));
    }

    it('another start moves nothing', async () => {
      const before = await storedAt();
      await stack.stop();
      stack = await startStack({ dataDir });
      expect(stack.logs()).not.toMatch(/moved \d+ of/);
      expect(await storedAt()).toEqual(before);
    });

    /** When each version's object was written. */
    async function storedAt(): Promise<Record<string, number>> {
      const found: Record<string, number> = {};
      for await (const { key, modifiedAt } of listAll(createFileObjectStore(dataDir), 'p/'))
        found[key] = modifiedAt.getTime();
      return found;
    }
  });

  function owner(name: string) {
    const { userId, email, password, projectId } = ownerOf(name);
    return { user: { id: userId, email, password, accessToken: '' }, projectId };
  }
}
