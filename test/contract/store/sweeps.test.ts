import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sweepScratch } from '../../../src/activities/local/scratch-sweep.js';
import { createAlerts } from '../../../src/store/alerts.js';
import { maintenanceActivities } from '../../../src/activities/shared/maintenance/maintenance.js';
import {
  removeDeletedAssets,
  removeOrphanFolders,
} from '../../../src/activities/shared/maintenance/sweeps.js';
import { commitFiles } from '../../../src/git/commit.js';
import { openRepo } from '../../../src/git/process.js';
import { listRefs } from '../../../src/git/refs.js';
import { createActionImages } from '../../../src/objects/action-images.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createScreenshots } from '../../../src/objects/screenshots.js';
import { createPlayRecords } from '../../../src/objects/play-records.js';
import { createRecordings } from '../../../src/objects/recordings.js';
import { compareLocal } from '../../../src/ops/compare-local.js';
import { createMirror, type Mirror } from '../../../src/store/mirror/mirror.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';

const DAY_MS = 24 * 60 * 60_000;

let database: TestDatabase;
let dataDir: string;
let mirror: Mirror;
let [maker, other]: TestUser[] = [];
beforeAll(async () => {
  database = await startDatabase();
  [maker, other] = [await database.createUser('maker'), await database.createUser('other')];
});
afterAll(() => database.stop());
beforeEach(async () => {
  await rm(dataDir ?? '', { recursive: true, force: true });
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-sweeps-'));
  await mkdir(path.join(dataDir, 'scratch'));
  mirror = createMirror(dataDir);
  await database.sql('delete from public.projects');
  await database.sql('delete from public.assets');
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const deps = () => {
  const { store } = database;
  return { dataDir, mirror, log, store, alerts: createAlerts({ config: {}, store, log }) };
};
/** What stands in the quarantine, by its path below the data folder. */
async function quarantined(): Promise<string[]> {
  const entries = await readdir(path.join(dataDir, 'removed'), { recursive: true });
  return entries.map((entry) => entry.split(path.sep).slice(1).join('/'));
}
const isThere = (...place: string[]): Promise<boolean> =>
  access(path.join(dataDir, ...place)).then(
    () => true,
    () => false,
  );
/** Also as if nobody had touched it for so long. */
async function age(place: string, days: number): Promise<void> {
  const then = new Date(Date.now() - days * DAY_MS);
  await utimes(path.join(dataDir, place), then, then);
}
async function folder(place: string, days: number): Promise<string> {
  await mkdir(path.join(dataDir, place), { recursive: true });
  await writeFile(path.join(dataDir, place, 'left'), 'x');
  await age(place, days);
  return place;
}

describe('F2: folders without a row', () => {
  it('go after a day: of projects, users and published games; nothing else does', async () => {
    const project = await database.store.projects.create(maker!.id);
    const of = (userId: string, id: string) => `users/${userId}/projects/${id}`;
    const gone = [
      await folder(of(maker!.id, randomUUID()), 2),
      await folder(`published/${randomUUID()}`, 2),
      await folder(`users/${randomUUID()}`, 2),
    ];
    const kept = [
      await folder(of(maker!.id, project.id), 2),
      await folder(of(maker!.id, randomUUID()), 0.5),
      await folder(of(maker!.id, 'no-id'), 2),
      await folder(`published/${randomUUID()}`, 0.5),
    ];
    await age(`users/${maker!.id}`, 2);
    expect(await removeOrphanFolders(deps())).toBe(3);
    expect(await Promise.all(gone.map((place) => isThere(place)))).toEqual([false, false, false]);
    expect(await Promise.all(kept.map((place) => isThere(place)))).not.toContain(false);
    expect(await quarantined()).toEqual(expect.arrayContaining(gone.slice(0, 1)));
    expect(await quarantined()).toEqual(expect.arrayContaining([`${gone[2]}/left`]));
    expect(await removeOrphanFolders(deps())).toBe(0);
  });

  it('U2: stay, with an alert, when too much of a long listing has no row', async () => {
    const { store } = database;
    const own = await Promise.all(
      Array.from({ length: 195 }, async () => (await store.projects.create(maker!.id)).id),
    );
    const of = (id: string) => folder(`users/${maker!.id}/projects/${id}`, 2);
    for (const id of own) await of(id);
    const orphans = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    for (const id of [...orphans, randomUUID()]) await of(id);
    await age(`users/${maker!.id}`, 2);
    expect(await removeOrphanFolders(deps())).toBe(0);
    const standing = () =>
      database.sql(
        `select key, details from public.alerts where kind = 'sweepStopped' and cleared_at is null`,
      );
    expect(await standing()).toEqual([{ key: 'projects', details: { listed: 200, unknown: 5 } }]);
    await database.sql('insert into public.projects (id, user_id) values ($1, $2)', [
      orphans[0],
      maker!.id,
    ]);
    expect(await removeOrphanFolders(deps())).toBe(4);
    expect(await standing()).toEqual([]);
  });

  it('stay when the database knows nobody whose files are here: it is another one', async () => {
    const place = await folder(`users/${randomUUID()}`, 2);
    expect(await removeOrphanFolders(deps())).toBe(0);
    expect(await isThere(place)).toBe(true);
  });
});

describe('C4: scratch folders on the host of a worker', () => {
  const left = (callId: string, seconds = 120): Promise<string> =>
    folder(`scratch/${callId}`, seconds / 86_400);
  const remaining = async (): Promise<string[]> => (
    await sweepScratch(deps()),
    readdir(path.join(dataDir, 'scratch'))
  );

  it('go when nobody waits for the call: no row, a row that ended, an older attempt', async () => {
    const [open, ended] = [await job('processing', 2), await job('failed', 1)];
    await left(`${randomUUID()}.1`);
    await left(`${ended}.1`);
    await left(`${open}.1`);
    await left(`${open}.2`);
    expect(await remaining()).toEqual([`${open}.2`]);
  });

  it('stay while an action is open, whatever the attempt, and go with its end', async () => {
    const actionId = randomUUID();
    await database.store.actions.open({
      id: actionId,
      userId: maker!.id,
      projectId: null,
      kind: 'generateImage',
    });
    await left(`${actionId}.1`);
    expect(await remaining()).toEqual([`${actionId}.1`]);
    await database.store.actions.cancel(actionId);
    expect(await remaining()).toEqual([]);
  });

  it('stay for a moment after the end, and other names for an hour', async () => {
    const fresh = `${randomUUID()}.1`;
    await left(fresh, 5);
    await left('in-abc.bundle', 1_800);
    await left('in-old.bundle', 4_000);
    expect((await remaining()).sort()).toEqual([fresh, 'in-abc.bundle'].sort());
  });
});

/** A job of the maker with so many attempts. */
async function job(status: string, attempt: number): Promise<string> {
  const { id: projectId } = await database.store.projects.create(maker!.id);
  const id = randomUUID();
  await database.sql(
    `insert into public.jobs (id, project_id, user_id, status, attempt)
     values ($1, $2, $3, $4, $5)`,
    [id, projectId, maker!.id, status, attempt],
  );
  return id;
}

/** An asset of the maker whose file nobody touched for forty days; deleted so many days ago. */
async function asset(stem: string, deletedDays: number | null, bytes = stem): Promise<string> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const name = `${hash}.png`;
  await mirror.assets.write(maker!.id, name, Buffer.from(bytes));
  const place = `users/${maker!.id}/assets/${name}`;
  await age(place, 40);
  const made = await database.store.assets.create(
    {
      ownerId: maker!.id,
      stem,
      extension: '.png',
      originalName: stem,
      storagePath: path.join(dataDir, place),
      mimeType: 'image/png',
      sizeBytes: 1,
      hash,
      isPublic: stem.startsWith('public'),
      tags: null,
      description: null,
      projectId: null,
    },
    1e9,
  );
  if (made.outcome !== 'created') throw new Error('no asset was made');
  if (deletedDays !== null) {
    await database.store.assets.softDelete(made.asset.id);
    await database.sql('alter table public.assets disable trigger assets_updated_at');
    await database.sql(
      `update public.assets set updated_at = now() - make_interval(days => $2) where id = $1`,
      [made.asset.id, deletedDays],
    );
    await database.sql('alter table public.assets enable trigger assets_updated_at');
  }
  return place;
}

/** A game with two versions, the older of which is this page. */
async function game(owner: TestUser, page: string): Promise<string> {
  const { id: projectId } = await database.store.projects.create(owner.id);
  const repo = openRepo(await mirror.ensure(owner.id, projectId));
  let parent: string | null = null;
  for (const content of [page, '<p>nothing</p>']) {
    const revision: string = await commitFiles(
      repo,
      [],
      [{ path: 'index.html', content }],
      { subject: '作った' },
      { ref: 'refs/heads/main', expected: parent, parent },
    );
    const jobId = randomUUID();
    await database.store.actions.open({ id: jobId, userId: owner.id, projectId, kind: 'restore' });
    await database.sql(
      `insert into public.revisions (project_id, ordinal, revision, parent, job_id, kind, subject)
       values ($1, $2, $3, $4, $5, 'generate', '')`,
      [projectId, parent === null ? 1 : 2, revision, parent, jobId],
    );
    parent = revision;
  }
  return projectId;
}

describe('F2: files of deleted assets', () => {
  it('go into the quarantine after the window, unless they are needed', async () => {
    await game(maker!, '<img src="named.png"> <img src="%E7%8C%AB.png">');
    await game(other!, '<img src="public-named.png"> <img src="private-other.png">');
    const gone = [
      await asset('old', 15),
      await asset('public-old', 15),
      await asset('private-other', 15),
    ];
    const kept = [
      await asset('present', null),
      await asset('young', 13),
      await asset('named', 15),
      await asset('猫', 15),
      await asset('public-named', 15),
      await asset('twin', 31, 'present'),
    ];
    const fresh = await asset('sent-again', 15);
    await age(fresh, 0);
    expect(await removeDeletedAssets(deps())).toBe(3);
    expect(await Promise.all(gone.map((place) => isThere(place)))).toEqual([false, false, false]);
    expect(await Promise.all([...kept, fresh].map((place) => isThere(place)))).not.toContain(false);
    expect(await quarantined()).toEqual(expect.arrayContaining(gone));
    expect(await removeDeletedAssets(deps())).toBe(0);
    expect((await database.store.assets.removedNames(maker!.id)).size).toBe(3);
  });

  it('stay while versions that may name them are not here', async () => {
    const projectId = await game(maker!, '<p>nothing</p>');
    const place = await asset('old', 15);
    await rm(path.join(dataDir, 'users', maker!.id, 'projects', projectId), { recursive: true });
    expect(await removeDeletedAssets(deps())).toBe(0);
    expect(await isThere(place)).toBe(true);
  });
});

const keepHouse = () => {
  const objects = createFileObjectStore(dataDir);
  return maintenanceActivities({
    ...deps(),
    objects,
    images: createActionImages(objects),
    records: createPlayRecords(objects),
    recordings: createRecordings(objects),
    screenshots: createScreenshots(objects),
  }).collectGarbage();
};

it('E8: house-keeping removes what came from another machine two weeks ago', async () => {
  const old = await folder(`imports/${randomUUID()}`, 15);
  const recent = await folder(`imports/${randomUUID()}`, 13);
  await keepHouse();
  expect([await isThere(old), await isThere(recent)]).toEqual([false, true]);
});

it('U2: house-keeping erases what was removed when the window is over, not before', async () => {
  const entry = (days: number) =>
    folder(`removed/${Date.now() - days * DAY_MS}-${randomUUID()}/users/x`, 0);
  const [old, recent] = [await entry(14.01), await entry(13.9)];
  await keepHouse();
  expect([await isThere(old), await isThere(recent)]).toEqual([false, true]);
});

it('U2: a ref that alone holds a published version stays, others of its age go', async () => {
  const { id: projectId } = await database.store.projects.create(maker!.id);
  const repo = openRepo(await mirror.ensure(maker!.id, projectId));
  const madeAt = new Date(Date.now() - 2 * DAY_MS);
  const commit = (ref: string) =>
    commitFiles(
      repo,
      [],
      [{ path: 'index.html', content: ref }],
      { subject: ref, madeAt },
      { ref, expected: null, parent: null },
    );
  const [held, unpublished] = [randomUUID(), randomUUID()].map((id) => `refs/jobs/${id}/1`);
  const revision = await commit(held!);
  await commit(unpublished!);
  const insert = `insert into public.revisions
    (project_id, ordinal, revision, job_id, kind, subject) values ($1, 1, $2, $3, 'generate', '')`;
  await database.sql(insert, [projectId, revision, randomUUID()]);
  await keepHouse();
  expect((await listRefs(repo, 'refs/jobs')).map(({ ref }) => ref)).toEqual([held]);
  await mirror.advanceMain(maker!.id, projectId, revision);
  await keepHouse();
  expect(await listRefs(repo, 'refs/jobs')).toEqual([]);
});

it('U2: npx dreamcore sync names rows whose bytes are gone, without Modal too', async () => {
  const whole = await game(maker!, '<p>whole</p>');
  const lost = await game(maker!, '<p>lost</p>');
  const file = await asset('present', null);
  const compare = (projectId: string | null) =>
    compareLocal(database.store, dataDir, {
      userId: null,
      projectId,
      isDueOnly: false,
      dryRun: true,
    });
  expect(await compare(null)).toMatchObject({ looked: 2, problems: 0, reports: [] });
  await rm(path.join(dataDir, 'users', maker!.id, 'projects', lost), { recursive: true });
  expect(await compare(lost)).toMatchObject({
    reports: [{ projectId: lost, problem: '2 of 2 version(s) are lost' }],
  });
  await rm(path.join(dataDir, file));
  expect(await compare(whole)).toMatchObject({
    problems: 1,
    reports: [{ projectId: whole, problem: '1 asset(s) of its owner are lost' }],
  });
});
