import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBreaker } from '../../../src/activities/modal/breaker.js';
import { createModalCalls } from '../../../src/activities/modal/call.js';
import { connectModal, type ModalConnection } from '../../../src/activities/modal/client.js';
import { replicationActivities } from '../../../src/activities/modal/replication/activities.js';
import { createHydrate } from '../../../src/activities/modal/replication/hydrate.js';
import { createVolume, type Volume } from '../../../src/activities/modal/replication/volume.js';
import type { ReplicationActivities } from '../../../src/activities/ports/backend-ports.js';
import { runnerVersion } from '../../../src/activities/runner-input/bundle.js';
import {
  volumeNameOf,
  volumeRepoOf,
  type ReplicationReport,
} from '../../../src/contracts/execution/modal.js';
import { commitFiles } from '../../../src/git/commit.js';
import { openRepo } from '../../../src/git/process.js';
import { initBare, listRefs, resolve, updateRef } from '../../../src/git/refs.js';
import { withHydration, type Hydrate } from '../../../src/store/mirror/hydration.js';
import { createMirror, type Mirror } from '../../../src/store/mirror/mirror.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { startModalEmulator, type ModalEmulator } from '../../support/modal-emulator.js';
import { patient } from '../../support/patience.js';
import { expectSameBytes } from '../../support/bytes.js';

const MAIN = 'refs/heads/main';
const SECRETS = {
  anthropic: { ANTHROPIC_API_KEY: 'sk-test' },
};

let database: TestDatabase;
let emulator: ModalEmulator;
let connection: ModalConnection | undefined;
let dataDir: string;
let mirror: Mirror;
let volume: Volume;
let hydrate: Hydrate;
let replication: ReplicationActivities;
let userId: string;
let projectId: string;

beforeAll(async () => {
  [database, emulator] = await Promise.all([
    startDatabase(),
    startModalEmulator({ secrets: SECRETS }),
  ]);
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-replication-'));
  await emulator.deployOurs();
  const { store } = database;
  connection = await connectModal(
    { ...emulator.env, MODAL_ENVIRONMENT: undefined, MODAL_APP: 'dreamcore' },
    await runnerVersion(),
  );
  const breaker = createBreaker({
    report: (found) => store.backendState.reportBreaker(found),
    log,
  });
  const ledger = {
    started: store.modalCalls.started,
    ended: (id: string) => store.modalCalls.ended(id),
    recordCall: store.usage.recordCall,
  };
  volume = createVolume(
    createModalCalls({
      ...{ connection, breaker, version: await runnerVersion(), ledger, log },
      callbackSecret: 'c'.repeat(32),
    }),
  );
  mirror = createMirror(dataDir);
  const deps = { store, mirror, volume, log };
  hydrate = createHydrate(deps);
  replication = replicationActivities(deps, hydrate);
});
afterAll(async () => {
  connection?.close();
  await Promise.all([
    database.stop(),
    emulator.stop(),
    rm(dataDir, { recursive: true, force: true }),
  ]);
});
beforeEach(async () => {
  userId = (await database.createUser()).id;
  projectId = (await database.store.projects.create(userId, '新しいゲーム')).id;
});

const volumeFolder = () => emulator.volumeFolder(volumeNameOf(userId));
const mirrorRepo = async () => openRepo(await mirror.ensure(userId, projectId));
const volumeRepo = () => initBare(path.join(volumeFolder(), volumeRepoOf(projectId)));
const replicate = (): Promise<ReplicationReport> =>
  replication.replicateProject({ userId, projectId });
const nothing = { revisions: 0, assets: 0 };

/** A version, made in the repository of whoever works and published. */
async function publish(
  place: 'mirror' | 'volume',
  text: string,
  parent: string | null,
): Promise<string> {
  const repo = place === 'mirror' ? await mirrorRepo() : await volumeRepo();
  const jobId = randomUUID();
  const target = { ref: `refs/jobs/${jobId}/1`, expected: null, parent };
  const revision = await commitFiles(
    repo,
    [],
    [{ path: 'index.html', content: text }],
    { subject: text },
    target,
  );
  await database.sql(
    `insert into public.revisions (project_id, ordinal, revision, parent, job_id, kind, subject)
     select $1, count(*) + 1, $2, $3, $4, 'generate', $5 from public.revisions
     where project_id = $1`,
    [projectId, revision, parent, jobId, text],
  );
  return revision;
}

async function mains(): Promise<(string | null)[]> {
  return [await resolve(await mirrorRepo(), MAIN), await resolve(await volumeRepo(), MAIN)];
}

async function expectLevel(head: string): Promise<void> {
  expect(await mains()).toEqual([head, head]);
  expect(await replicate()).toEqual({
    userId,
    projectId,
    toVolume: nothing,
    toMirror: nothing,
    problem: null,
  });
  expect(await database.store.volumeHeads.get(projectId)).toBe(head);
}

function asset(text: string | Buffer, ext = '.png') {
  const bytes = Buffer.from(text);
  return { name: `${createHash('sha256').update(bytes).digest('hex')}${ext}`, bytes };
}

// Every step of these is a container of its own.
vi.setConfig({ testTimeout: 180_000 });

describe('E6: replication keeps mirror and Volume level', () => {
  it('versions go whichever way they lack, incrementally, whoever made them', async () => {
    const first = await publish('mirror', 'one', null);
    expect(await replicate()).toMatchObject({
      toVolume: { revisions: 1 },
      toMirror: nothing,
      problem: null,
    });
    await expectLevel(first);
    const second = await publish('volume', 'two', first);
    const third = await publish('volume', 'three', second);
    expect(await replication.replicateProject({ userId, projectId, dryRun: true })).toMatchObject({
      toVolume: nothing,
      toMirror: { revisions: 2 },
    });
    expect(await mains()).toEqual([first, first]);
    expect(await replicate()).toMatchObject({
      toVolume: nothing,
      toMirror: { revisions: 2, assets: 0 },
      problem: null,
    });
    await expectLevel(third);
    expect((await mirror.readFile(userId, projectId, third, 'index.html'))?.toString()).toBe(
      'three',
    );
    expect(await listRefs(await volumeRepo(), 'refs/incoming')).toEqual([]);
  });

  it('a lost mirror comes back from the Volume, a lost Volume from the mirror', async () => {
    let head = await publish('mirror', 'one', null);
    for (const text of ['two', 'three']) head = await publish('mirror', text, head);
    await replicate();
    await mirror.remove(userId, projectId);
    expect(await replicate()).toMatchObject({ toMirror: { revisions: 3 }, problem: null });
    await expectLevel(head);
    await rm(path.join(volumeFolder(), 'projects'), { recursive: true });
    expect(await replicate()).toMatchObject({ toVolume: { revisions: 3 }, problem: null });
    await expectLevel(head);
  });

  it("E7: a lost mirror's reader gets the current version, or else RevisionLost", async () => {
    const first = await publish('mirror', 'one', null);
    const second = await publish('mirror', 'two', first);
    await replicate();
    await mirror.remove(userId, projectId);
    const hydrating = withHydration(mirror, hydrate);
    const reads = await Promise.all(
      [first, second].map((revision) =>
        hydrating.readFile(userId, projectId, revision, 'index.html'),
      ),
    );
    expect(reads.map(String)).toEqual(['one', 'two']);
    const third = await publish('mirror', 'three', second);
    await mirror.remove(userId, projectId);
    await expect(hydrating.readFile(userId, projectId, third, 'index.html')).rejects.toMatchObject({
      kind: 'RevisionLost',
    });
    expect(await replicate()).toMatchObject({ problem: 'the newest version is in neither store' });
  });

  it('a killed transfer costs a repeat: files that a commit lacks are sent again', async () => {
    const head = await publish('volume', 'one', null);
    await replicate();
    // What a killed unpacking leaves: the commit is there, its files are not.
    const objects = path.join(volumeFolder(), volumeRepoOf(projectId), 'objects');
    const files = (await readdir(objects, { recursive: true })).filter(
      (file) => /^..\/.{38}$/.test(file) && file !== `${head.slice(0, 2)}/${head.slice(2)}`,
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) await rm(path.join(objects, file));
    expect(await replicate()).toMatchObject({ toVolume: { revisions: 1 }, problem: null });
    await expectLevel(head);
  });

  it('an unpublished main, ahead or aside of the line, is told and left as it is', async () => {
    const first = await publish('mirror', 'one', null);
    await replicate();
    const repo = await volumeRepo();
    const stray = await commitFiles(
      repo,
      [],
      [{ path: 'index.html', content: 'stray' }],
      { subject: 'stray' },
      { ref: 'refs/jobs/x/1', expected: null, parent: first },
    );
    await updateRef(repo, MAIN, stray, first);
    for (const dryRun of [true, false]) {
      expect(await replication.replicateProject({ userId, projectId, dryRun })).toMatchObject({
        problem: 'main of the Volume stands at a commit that is no published version',
      });
    }
    expect(await mains()).toEqual([first, stray]);
    const second = await publish('mirror', 'two', first);
    expect((await replicate()).problem).toMatch(
      /main of the Volume stands at a commit that is no published version/,
    );
    expect(await mains()).toEqual([second, stray]);
    expect((await volume.state(userId, projectId, [second])).has).toEqual([second]);
  });

  it('a project without versions, and one that does not exist, need nothing', async () => {
    expect(await replicate()).toEqual({
      userId,
      projectId,
      toVolume: nothing,
      toMirror: nothing,
      problem: null,
    });
  });
});

/** Each of a dozen calls begins a container. */
const DOZEN_CALLS = { timeout: patient(150_000) };

describe('assets go both ways by their sha256', () => {
  it('real files, equal afterwards; what is no asset stays where it is', DOZEN_CALLS, async () => {
    const [here, there, both] = [
      asset(randomBytes(3_000_000)),
      asset('<svg/>', '.svg'),
      asset('same', ''),
    ];
    for (const { name, bytes } of [here, both]) await mirror.assets.write(userId, name, bytes);
    for (const { name, bytes } of [there, both]) await volume.writeAsset(userId, name, bytes);
    await writeFile(path.join(dataDir, 'users', userId, 'assets', 'notes.txt'), 'mine');
    expect(await replicate()).toMatchObject({
      toVolume: { assets: 1 },
      toMirror: { assets: 1 },
      problem: null,
    });
    expect(await mirror.assets.list(userId)).toEqual(await volume.listAssets(userId));
    expectSameBytes(await mirror.assets.read(userId, there.name), there.bytes);
    expectSameBytes(await volume.readAsset(userId, here.name), here.bytes);
    expect(await replicate()).toMatchObject({ toVolume: nothing, toMirror: nothing });
  });

  it('bytes that are not what their name says go nowhere, and the others still go', async () => {
    const [damaged, fine] = [asset('a'), asset('b')];
    await mirror.assets.write(userId, fine.name, fine.bytes);
    await writeFile(path.join(dataDir, 'users', userId, 'assets', damaged.name), 'other');
    expect(await replicate()).toMatchObject({
      toVolume: { assets: 1 },
      problem: expect.stringContaining(damaged.name) as string,
    });
    expect(await volume.listAssets(userId)).toEqual([{ name: fine.name, sizeBytes: 1 }]);
    await expect(mirror.assets.write(userId, fine.name, damaged.bytes)).rejects.toMatchObject({
      kind: 'OPERATION_FAILED',
    });
  });
});

describe('rounds', () => {
  const targets = (isDueOnly: boolean) =>
    replication.listReplicationTargets({
      userId,
      projectId: null,
      isDueOnly,
      after: null,
      limit: 10,
    });

  it('visit what is not known to be level, of users who have a Volume', async () => {
    const head = await publish('mirror', 'one', null);
    expect(await targets(false)).toEqual([{ userId, projectId }]);
    expect(await targets(true)).toEqual([]);
    await replicate();
    expect(await targets(true)).toEqual([]);
    await publish('mirror', 'two', head);
    expect(await targets(true)).toEqual([{ userId, projectId }]);
    await replicate();
    await database.sql(
      `update public.volume_heads set updated_at = now() - interval '8 days' where project_id = $1`,
      [projectId],
    );
    expect(await targets(true)).toEqual([{ userId, projectId }]);
  });

  it('let old candidates on the Volume go, and folders of projects gone for 14 days', async () => {
    await publish('mirror', 'one', null);
    await replicate();
    expect(await replication.pruneVolume({ userId, projectId })).toEqual({ removed: 0 });
    const [old, young] = [randomUUID(), randomUUID()];
    for (const folder of [old, young])
      await mkdir(path.join(volumeFolder(), 'projects', folder), { recursive: true });
    const longAgo = new Date(Date.now() - 15 * 24 * 60 * 60_000);
    await utimes(path.join(volumeFolder(), 'projects', old), longAgo, longAgo);
    await utimes(path.join(volumeFolder(), 'projects', projectId), longAgo, longAgo);
    expect(await replication.removeOrphans({ userId, dryRun: true })).toEqual({ removed: 1 });
    expect(await replication.removeOrphans({ userId, dryRun: false })).toEqual({ removed: 1 });
    expect((await volume.listProjects(userId)).map((folder) => folder.projectId).sort()).toEqual(
      [projectId, young].sort(),
    );
    await database.store.projects.remove(projectId);
    expect(await replication.listUsersWithOrphans()).not.toContain(userId);
    await database.sql(
      `update public.volume_heads set updated_at = now() - interval '15 days'
       where project_id = $1`,
      [projectId],
    );
    expect(await replication.listUsersWithOrphans()).toContain(userId);
    await utimes(path.join(volumeFolder(), 'projects', projectId), longAgo, longAgo);
    expect(await replication.removeOrphans({ userId, dryRun: false })).toEqual({ removed: 1 });
    expect(await replication.listUsersWithOrphans()).not.toContain(userId);
  });
});
