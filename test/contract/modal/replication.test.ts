import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBreaker } from '../../../src/activities/modal/breaker.js';
import { createModalCalls } from '../../../src/activities/modal/call.js';
import { connectModal, type ModalConnection } from '../../../src/activities/modal/client.js';
import { replicationActivities } from '../../../src/activities/modal/replication/activities.js';
import { createVolume, type Volume } from '../../../src/activities/modal/replication/volume.js';
import type { ReplicationActivities } from '../../../src/activities/ports/backend-ports.js';
import { runnerVersion } from '../../../src/activities/runner-input/bundle.js';
import {
  volumeNameOf,
  volumeRepoOf,
  type ReplicationReport,
} from '../../../src/contracts/execution/modal.js';
import { git, openRepo, type Repo } from '../../../src/git/process.js';
import { resolve, updateRef } from '../../../src/git/refs.js';
import { assetNameOf, createAssets } from '../../../src/objects/assets.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import type { ObjectStore } from '../../../src/objects/object-store.js';
import { createAlerts } from '../../../src/store/alerts.js';
import { layOut, sealVersion } from '../../../src/versions/format/encode.js';
import { commitBytes, treeOid } from '../../../src/versions/format/git-ids.js';
import type { ObjectPlace } from '../../../src/versions/format/manifest.js';
import { VersionObjects } from '../../../src/versions/kept/places.js';
import type { Versions } from '../../../src/versions/kept/versions.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { startModalEmulator, type ModalEmulator } from '../../support/modal-emulator.js';
import { newAsset } from '../../support/own-assets.js';
import { patient } from '../../support/patience.js';
import { makeVersion, versionsIn, type GameFiles } from '../../support/versions.js';

const MAIN = 'refs/heads/main';
const SECRETS = { anthropic: { ANTHROPIC_API_KEY: 'sk-test' } };

let database: TestDatabase;
let emulator: ModalEmulator;
let connection: ModalConnection | undefined;
let dataDir: string;
let objects: ObjectStore;
let versions: Versions;
let volume: Volume;
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
  const version = await runnerVersion();
  connection = await connectModal(
    { ...emulator.env, MODAL_ENVIRONMENT: undefined, MODAL_APP: 'dreamcore' },
    version,
  );
  const report = (found: Parameters<typeof store.backendState.reportBreaker>[0]) =>
    store.backendState.reportBreaker(found);
  const ledger = {
    started: store.modalCalls.started,
    ended: (id: string) => store.modalCalls.ended(id),
    recordCall: store.usage.recordCall,
  };
  volume = createVolume(
    createModalCalls({
      ...{ connection, breaker: createBreaker({ report, log }), version, ledger, log },
      callbackSecret: 'c'.repeat(32),
    }),
  );
  versions = versionsIn(dataDir, store);
  const alerts = createAlerts({ config: { ALERT_WEBHOOK_URL: undefined }, store, log });
  objects = createFileObjectStore(dataDir);
  const assets = createAssets(objects);
  replication = replicationActivities({ assets, store, versions, volume, alerts, log });
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
const view = (): Repo => openRepo(path.join(volumeFolder(), volumeRepoOf(projectId)));
const replicate = (): Promise<ReplicationReport> =>
  replication.replicateProject({ userId, projectId });
const sent = (revisions: number, assets = 0, problem: string | null = null) => ({
  userId,
  projectId,
  toVolume: { revisions, assets },
  problem,
});

/** A version that is made, with its row. */
async function publish(files: GameFiles, parent: string | null): Promise<string> {
  const workId = randomUUID();
  const { revision, place } = await makeVersion(versions, { projectId, workId }, files, { parent });
  await addRow(revision, parent, workId, place);
  return revision;
}

async function addRow(
  revision: string,
  parent: string | null,
  workId: string,
  place: ObjectPlace,
): Promise<void> {
  await database.sql(
    `insert into public.revisions
         (project_id, ordinal, revision, parent, job_id, kind, subject, object_sha, object_bytes)
       select $1, count(*) + 1, $2, $3, $4, 'generate', 'x', $5, $6 from public.revisions
       where project_id = $1`,
    [projectId, revision, parent, workId, place.sha, place.sizeBytes],
  );
}
/** As a row of an older release is before its version is moved. */
const forgetObject = (revision: string) =>
  database.sql(
    'update public.revisions set object_sha = null, object_bytes = null where revision = $1',
    [revision],
  );
const page = (text: string): GameFiles => ({ 'index.html': text, 'a/same.txt': 'same' });

/** The view shows the line of rows, and git finds nothing wrong with it. */
async function expectShown(): Promise<void> {
  await git(view(), ['fsck', '--full', '--strict']);
  const shown = String(await git(view(), ['rev-list', MAIN])).trim();
  expect(shown.split('\n')).toEqual(await database.store.revisions.line(projectId));
  expect(await replicate()).toEqual(sent(0));
}

// Every step of these is a container of its own.
vi.setConfig({ testTimeout: 180_000 });

describe('E6: the Volume shows what is published', () => {
  it('with the ids of the rows, oldest first, and only what it lacks is sent', async () => {
    let head: string | null = null;
    for (const text of ['one', 'two', 'three']) head = await publish(page(text), head);
    expect(await replication.replicateProject({ userId, projectId, dryRun: true })).toEqual(
      sent(3),
    );
    expect(await resolve(view(), MAIN)).toBeNull();
    expect(await replicate()).toEqual(sent(3));
    await expectShown();
    await publish(page('four'), head);
    expect(await replicate()).toEqual(sent(1));
    await expectShown();
    expect(String(await git(view(), ['show', `${MAIN}:index.html`]))).toBe('four');
  });

  it('a Volume that was lost, or is damaged, is sent everything', async () => {
    const first = await publish(page('one'), null);
    await publish(page('two'), first);
    await replicate();
    await rm(path.join(volumeFolder(), 'projects'), { recursive: true });
    expect(await replicate()).toEqual(sent(2));
    await expectShown();
    const packs = path.join(view().gitDir, 'objects', 'pack');
    for (const name of await readdir(packs)) await rm(path.join(packs, name));
    expect(await replicate()).toMatchObject({ toVolume: { revisions: 2 } });
    await expectShown();
  });

  it('a version that is too large for a request goes in parts, which do not stay', async () => {
    const sprites = { 'a.png': randomBytes(9_000_000), 'b.png': randomBytes(9_000_000) };
    const first = await publish({ ...page('large'), ...sprites }, null);
    await publish({ ...page('small'), ...sprites }, first);
    expect(await replicate()).toEqual(sent(2));
    await expectShown();
    const parts = path.join(volumeFolder(), 'projects', projectId, 'parcels');
    const left = await readdir(parts, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });

  it('an unpublished main, ahead or aside of the line, is told and left as it is', async () => {
    const first = await publish(page('one'), null);
    await replicate();
    const tree = String(await git(view(), ['rev-parse', `${first}^{tree}`])).trim();
    const commit = ['-c', 'user.name=x', '-c', 'user.email=x@x', 'commit-tree', tree, '-m', 'x'];
    const aside = String(await git(view(), commit)).trim();
    await updateRef(view(), MAIN, aside, first);
    const problem = 'main of the Volume stands at a commit that is not published';
    for (const dryRun of [true, false])
      expect(await replication.replicateProject({ userId, projectId, dryRun })).toEqual(
        sent(0, 0, problem),
      );
    const second = await publish(page('two'), first);
    expect(await replicate()).toEqual(sent(1, 0, problem));
    expect(await resolve(view(), MAIN)).toBe(aside);
    expect((await volume.state(userId, projectId, [second])).has).toEqual([second]);
  });

  it('a version that git refuses raises an alert until it is taken', async () => {
    const first = await publish(page('one'), null);
    await publish(page('two'), first);
    await database.sql('delete from public.revisions where revision = $1', [first]);
    await expect(replicate()).rejects.toMatchObject({ kind: 'CandidateRefused' });
    const standing = () =>
      database.sql(
        `select 1 from public.alerts where kind = 'viewRefused' and key = $1
         and cleared_at is null`,
        [projectId],
      );
    expect(await standing()).toHaveLength(1);
    expect(await resolve(view(), MAIN)).toBeNull();
    await database.sql('delete from public.revisions where project_id = $1', [projectId]);
    await publish(page('other'), null);
    await replicate();
    expect(await standing()).toEqual([]);
    await expectShown();
  });

  it('U3: a version that is not moved yet holds up those after it, and nothing else', async () => {
    const asset = { bytes: randomBytes(100), extension: '.png' };
    await newAsset(database, dataDir, { userId, projectId }, asset);
    const first = await publish(page('one'), null);
    const second = await publish(page('two'), first);
    const third = await publish(page('three'), second);
    const { place } = await versions.describe({ projectId, revision: second });
    await forgetObject(second);
    const waits = `version ${second} has no object, so it stops before`;
    expect(await replicate()).toEqual(sent(1, 1, waits));
    expect(await resolve(view(), MAIN)).toBe(first);
    const due = { userId, projectId: null, isDueOnly: true, after: null, limit: 1 };
    expect(await replication.listReplicationTargets(due)).toEqual([{ userId, projectId }]);
    await database.store.unmoved.nameObject({ projectId, revision: second }, place, []);
    expect(await replicate()).toEqual(sent(2));
    expect(await resolve(view(), MAIN)).toBe(third);
    await expectShown();
  });

  it('a version of an older release that a Volume has needs no object to be followed', async () => {
    const first = await publish(page('one'), null);
    await replicate();
    await forgetObject(first);
    await publish(page('two'), first);
    expect(await replicate()).toEqual(sent(1));
    await expectShown();
  });

  it('a commit of V2 upon one that is no version is shown, and those after it', async () => {
    const first = await publish(page('one'), null);
    const { segments, files } = await layOut([{ path: 'v2.js', bytes: Buffer.from('v2') }], [], []);
    const made = { tree: treeOid(files), parent: 'a'.repeat(40), message: { subject: 'v2' } };
    const commit = commitBytes({ ...made, madeAt: new Date(0) });
    const sealed = await sealVersion(segments, { parent: first, commit, files });
    const workId = randomUUID();
    const place = await new VersionObjects(objects).put(projectId, workId, sealed);
    const second = sealed.manifest.revision;
    await addRow(second, first, workId, place);
    const third = await publish(page('three'), second);
    expect(await replicate()).toEqual(sent(3));
    await git(view(), ['fsck', '--full', '--strict']);
    const shown = String(await git(view(), ['rev-list', '--branches']))
      .trim()
      .split('\n');
    expect(new Set(shown)).toEqual(new Set([third, second, first]));
    expect(await resolve(view(), MAIN)).toBe(third);
    expect(await replicate()).toEqual(sent(0));
  });

  it('a project without versions, and one that does not exist, need nothing', async () => {
    expect(await replicate()).toEqual(sent(0));
  });
});

/** Each of a dozen calls begins a container. */
const DOZEN_CALLS = { timeout: patient(150_000) };

describe('assets go to the Volume by their names, which are their contents', () => {
  it('those that it lacks; what is there only stays there', DOZEN_CALLS, async () => {
    const place = { userId, projectId };
    const bytes = randomBytes(3_000_000);
    await newAsset(database, dataDir, place, { bytes, extension: '.png' });
    const theirs = Buffer.from('<svg/>');
    const name = `${createHash('sha256').update(theirs).digest('hex')}.svg`;
    await volume.writeAsset(userId, name, theirs);
    expect(await replicate()).toEqual(sent(0, 1));
    expect((await volume.listAssets(userId)).map(({ sizeBytes }) => sizeBytes).sort()).toEqual([
      ...[bytes.length, theirs.length].sort(),
    ]);
    expect(await replicate()).toEqual(sent(0));
  });

  it('bytes that are not what their name says go nowhere, and the others still go', async () => {
    const place = { userId, projectId };
    const damaged = await newAsset(database, dataDir, place, {
      bytes: Buffer.from('a'),
      extension: '.png',
    });
    const fine = await newAsset(database, dataDir, place, {
      bytes: Buffer.from('b'),
      extension: '.png',
    });
    await objects.put(damaged.storage_path, Buffer.from('other'));
    const damagedName = assetNameOf(damaged.storage_path);
    expect(await replicate()).toEqual(sent(0, 1, `asset ${damagedName} is damaged`));
    expect(await volume.listAssets(userId)).toEqual([
      { name: assetNameOf(fine.storage_path), sizeBytes: 1 },
    ]);
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

  it('visit what is not known to be shown, of users who have a Volume', async () => {
    const head = await publish(page('one'), null);
    expect(await targets(false)).toEqual([{ userId, projectId }]);
    expect(await targets(true)).toEqual([]);
    await replicate();
    expect(await targets(true)).toEqual([]);
    await publish(page('two'), head);
    expect(await targets(true)).toEqual([{ userId, projectId }]);
    await replicate();
    await database.sql(
      `update public.volume_heads set updated_at = now() - interval '8 days' where project_id = $1`,
      [projectId],
    );
    expect(await targets(true)).toEqual([{ userId, projectId }]);
  });

  it('let folders of projects gone for 14 days go', async () => {
    await publish(page('one'), null);
    await replicate();
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
