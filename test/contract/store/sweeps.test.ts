import { randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sweepScratch } from '../../../src/activities/local/scratch-sweep.js';
import { createAlerts } from '../../../src/store/alerts.js';
import { maintenanceActivities } from '../../../src/activities/shared/maintenance/maintenance.js';
import {
  removeOldPlays,
  removeOrphans,
  removeUnnamedAssets,
  removeUnpublished,
} from '../../../src/activities/shared/maintenance/sweeps.js';
import { notice } from '../../../src/contracts/messages/message.js';
import { createActionImages } from '../../../src/objects/action-images.js';
import { removeProjectObjects } from '../../../src/objects/kept-places.js';
import { holdSweeps, releaseSweeps } from '../../../src/objects/unverified.js';
import { createFileObjectStore, objectFile } from '../../../src/objects/file-object-store.js';
import { listAll, readAll, type ObjectStore } from '../../../src/objects/object-store.js';
import { createPlayRecords } from '../../../src/objects/play-records.js';
import { createRecordings } from '../../../src/objects/recordings.js';
import { verifyRows } from '../../../src/ops/verify-rows.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { copiesIn } from '../../support/objects.js';
import { newAsset } from '../../support/own-assets.js';
import type { TestUser } from '../../support/users.js';
import { publishVersion, versionsIn } from '../../support/versions.js';

const DAY_MS = 24 * 60 * 60_000;

let database: TestDatabase;
let dataDir: string;
let objects: ObjectStore;
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
  objects = createFileObjectStore(dataDir);
  await database.sql('delete from public.projects');
  await database.sql('delete from public.assets');
  await database.sql('delete from public.actions');
  await database.sql('delete from public.alerts');
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const deps = () => {
  const { store } = database;
  return { dataDir, objects, log, store, alerts: createAlerts({ config: {}, store, log }) };
};
/** What stands in the quarantine, by its key. */
async function quarantined(): Promise<string[]> {
  const entries = await readdir(path.join(dataDir, 'removed'), { recursive: true }).catch(() => []);
  return entries.map((entry) => entry.split(path.sep).slice(2).join('/'));
}
const isThere = (...place: string[]): Promise<boolean> =>
  access(path.join(dataDir, ...place)).then(
    () => true,
    () => false,
  );
/** Also as if nobody had touched it for so long. */
async function age(place: string, days: number): Promise<void> {
  const then = new Date(Date.now() - days * DAY_MS);
  await utimes(place, then, then);
}
async function folder(place: string, days: number): Promise<string> {
  await mkdir(path.join(dataDir, place), { recursive: true });
  await writeFile(path.join(dataDir, place, 'left'), 'x');
  await age(path.join(dataDir, place), days);
  return place;
}
/** An object that was stored so many days ago; returns its key. */
async function object(key: string, days: number): Promise<string> {
  await objects.put(key, Buffer.from(key));
  await age(objectFile(dataDir, key), days);
  return key;
}
async function keysBelow(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listAll(objects, prefix)) keys.push(key);
  return keys;
}
const stopped = () =>
  database.sql(
    `select key, details from public.alerts where kind = 'sweepStopped' and cleared_at is null`,
  );
const newProject = async (owner = maker!): Promise<string> =>
  (await database.store.projects.create(owner.id)).id;

describe('F2: objects of what has no row', () => {
  it('go after a day: of users, projects and published games; nothing else does', async () => {
    const own = await newProject();
    const [user, project] = [maker!.id, randomUUID()];
    const game = (id: string, days: number) => object(`g/${id}/${'a'.repeat(40)}`, days);
    const gone = [
      await object(`a/${randomUUID()}/${randomUUID()}/x`, 2),
      await object(`p/${project}/${randomUUID()}/${'a'.repeat(64)}`, 2),
      await object(`t/${project}/x`, 2),
      await object(`v/${project}/x`, 2),
      await object(`recordings/${project}/${randomUUID()}/1.jsonl.gz`, 2),
      await object(`plays/${user}/${project}/x.json`, 2),
      await object(`screenshots/${user}/${project}/x.webp`, 2),
      await game(randomUUID(), 2),
    ];
    const kept = [
      await object(`t/${own}/x`, 20),
      await object(`screenshots/${user}/${own}/x.webp`, 20),
      await object(`a/global/${randomUUID()}/x`, 20),
      await object(`a/${user}/${randomUUID()}/x`, 20),
      await object(`t/${randomUUID()}/x`, 0.5),
      await object('t/no-id/x', 20),
      await game(randomUUID(), 0.5),
    ];
    expect(await removeOrphans(deps())).toBe(3);
    expect((await keysBelow('')).sort()).toEqual(kept.sort());
    expect(await quarantined()).toEqual(expect.arrayContaining(gone));
    expect(await removeOrphans(deps())).toBe(0);
    expect(await stopped()).toEqual([]);
  });

  it('U2/L3: stay, with an alert, when too much of a long listing has no row', async () => {
    const own = await Promise.all(Array.from({ length: 195 }, () => newProject()));
    const orphans = Array.from({ length: 5 }, () => randomUUID());
    for (const id of [...own, ...orphans]) await object(`t/${id}/x`, 2);
    expect(await removeOrphans(deps())).toBe(0);
    expect(await stopped()).toEqual([{ key: 'projects', details: { listed: 200, unknown: 5 } }]);
    await database.sql('insert into public.projects (id, user_id) values ($1, $2)', [
      orphans[0],
      maker!.id,
    ]);
    expect(await removeOrphans(deps())).toBe(4);
    expect(await stopped()).toEqual([]);
  });

  it('stay when the database knows none of the owners: it is another one', async () => {
    const key = await object(`a/${randomUUID()}/${randomUUID()}/x`, 2);
    expect(await removeOrphans(deps())).toBe(0);
    expect(await keysBelow('')).toEqual([key]);
    expect(await stopped()).toEqual([{ key: 'owners', details: { listed: 1, unknown: 1 } }]);
  });
});

describe('L2: objects of work', () => {
  /** Work of a project that is open, or ended so many days ago. */
  async function work(projectId: string, endedDays: number | null): Promise<string> {
    const id = randomUUID();
    const opened = { id, userId: maker!.id, projectId, kind: 'restore' as const };
    await database.store.actions.open(opened);
    if (endedDays !== null) {
      await database.sql('alter table public.actions disable trigger user');
      await database.sql(
        `update public.actions set state = 'completed',
           updated_at = now() - make_interval(secs => $2) where id = $1`,
        [id, endedDays * 86_400],
      );
      await database.sql('alter table public.actions enable trigger user');
    }
    return id;
  }
  const made = (projectId: string, workId: string, days: number, name = 'a'.repeat(64)) =>
    object(`p/${projectId}/${workId}/${name}`, days);

  it('U2: go a day after its end, unless a version has them, and can return', async () => {
    const project = await newProject();
    const [open, young, ended] = [
      await work(project, null),
      await work(project, 0.9),
      await work(project, 1.1),
    ];
    await publishVersion(database, dataDir, maker!, project, { 'index.html': 'v' });
    const [published = ''] = await keysBelow(`p/${project}/`);
    await age(objectFile(dataDir, published), 30);
    const kept = [
      published,
      await made(project, open, 30),
      await made(project, young, 30),
      await made(project, ended, 0.9, 'b'.repeat(64)),
    ];
    const gone = await made(project, ended, 2);
    await database.sql(`update public.jobs set updated_at = now() - interval '30 days'`);
    expect(await removeUnpublished(deps())).toBe(1);
    expect(await keysBelow('')).toEqual(kept.sort());
    // A database that was set back does not have the row that may name it.
    expect(await quarantined()).toContain(gone);
  });

  it('that has no row go likewise, and can return', async () => {
    const key = await made(await newProject(), randomUUID(), 2);
    expect(await removeUnpublished(deps())).toBe(1);
    expect(await keysBelow('')).toEqual([]);
    expect(await quarantined()).toContain(key);
  });

  it('that failed attempts left stay for the window', async () => {
    const project = await newProject();
    const ended = await work(project, 20);
    const kept = await made(project, ended, 13, 'failed-2');
    await made(project, ended, 15, 'failed-1');
    expect(await removeUnpublished(deps())).toBe(1);
    expect(await keysBelow('')).toEqual([kept]);
  });

  it('U2/L3: stay, with an alert, when too many have no work: the database is older', async () => {
    const project = await newProject();
    const ended = await work(project, 3);
    const hash = (at: number) => at.toString(16).padStart(64, '0');
    for (let at = 0; at < 195; at += 1) await made(project, ended, 2, hash(at));
    for (let at = 0; at < 5; at += 1) await made(project, randomUUID(), 2);
    expect(await removeUnpublished(deps())).toBe(0);
    expect(await keysBelow('')).toHaveLength(200);
    expect(await stopped()).toEqual([{ key: 'versions', details: { listed: 200, unknown: 5 } }]);
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
    const kept = [`${open}.2`, `${open}.play-1.0a1b2c3d.parcel`];
    for (const each of [...kept, `${ended}.play-1.0a1b2c3d.parcel`]) await left(each);
    expect((await remaining()).sort()).toEqual(kept);
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

/** An asset of the maker whose object is forty days old; deleted so many days ago. */
async function asset(stem: string, deletedDays: number | null): Promise<string> {
  const made = await newAsset(
    database,
    dataDir,
    { userId: maker!.id, projectId: null },
    { bytes: Buffer.from('same'), extension: '.png', stem, isPublic: stem.startsWith('public') },
  );
  await age(objectFile(dataDir, made.storage_path), 40);
  if (deletedDays !== null) {
    await database.store.assets.softDelete(made.id);
    await database.sql('alter table public.assets disable trigger assets_updated_at');
    await database.sql(
      `update public.assets set updated_at = now() - make_interval(days => $2) where id = $1`,
      [made.id, deletedDays],
    );
    await database.sql('alter table public.assets enable trigger assets_updated_at');
  }
  return made.storage_path;
}

/** A game whose older version is this page. */
async function game(owner: TestUser, page: string): Promise<string> {
  const projectId = await newProject(owner);
  for (const content of [page, '<p>nothing</p>'])
    await publishVersion(database, dataDir, owner, projectId, { 'index.html': content });
  return projectId;
}

describe('F2: files of deleted assets', () => {
  it('go into the quarantine after the window, unless a version names them', async () => {
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
    ];
    expect(await removeUnnamedAssets(deps())).toBe(3);
    expect(await keysBelow('a/')).toEqual(kept.sort());
    expect(await quarantined()).toEqual(expect.arrayContaining(gone));
    expect(await removeUnnamedAssets(deps())).toBe(0);
  });

  it('stay while it is unknown what a version names', async () => {
    const projectId = await game(maker!, '<p>nothing</p>');
    await database.sql('update public.revisions set refs = null where project_id = $1', [
      projectId,
    ]);
    const key = await asset('old', 15);
    expect(await removeUnnamedAssets(deps())).toBe(0);
    await database.sql(`update public.revisions set refs = '{}' where refs is null`);
    expect(await removeUnnamedAssets(deps())).toBe(1);
    expect(await keysBelow('a/')).not.toContain(key);
  });

  it('go after a day where no row has them: a broken upload, a row that is gone', async () => {
    const kept = [await asset('present', null)];
    const deleted = await asset('row-deleted', null);
    await database.sql('delete from public.assets where storage_path = $1', [deleted]);
    const upload = (days: number) => object(`a/${maker!.id}/${randomUUID()}/x`, days);
    kept.push(await upload(0.5));
    const broken = await upload(2);
    expect(await removeUnnamedAssets(deps())).toBe(2);
    expect(await keysBelow('a/')).toEqual(kept.sort());
    expect(await quarantined()).toEqual(expect.arrayContaining([deleted, broken]));
  });
});

const keepHouse = () =>
  maintenanceActivities({
    ...deps(),
    versions: versionsIn(dataDir, database.store),
    copies: copiesIn(dataDir),
    images: createActionImages(objects),
    records: createPlayRecords(objects),
    recordings: createRecordings(objects),
  }).collectGarbage();

it('one process at a time keeps house', async () => {
  const { leases } = database.store;
  const left = () => object(`images/${maker!.id}/${randomUUID()}`, 2);
  await left();
  expect(await leases.take('sweep', 'another', 60_000)).toBe(true);
  expect(await keepHouse()).toEqual({ candidates: 0, images: 0 });
  await leases.take('sweep', 'another', 0);
  expect(await keepHouse()).toEqual({ candidates: 0, images: 1 });
  await left();
  expect(await keepHouse()).toEqual({ candidates: 0, images: 1 });
});

it('E8: house-keeping removes what came from another machine two weeks ago', async () => {
  const old = await folder(`imports/${randomUUID()}`, 15);
  const recent = await folder(`imports/${randomUUID()}`, 13);
  await keepHouse();
  expect([await isThere(old), await isThere(recent)]).toEqual([false, true]);
});

it('U2: house-keeping erases what was removed when the window is over, not before', async () => {
  const entry = (days: number) =>
    folder(`removed/${Date.now() - days * DAY_MS}-${randomUUID()}/objects/x`, 0);
  const [old, recent] = [await entry(14.01), await entry(13.9)];
  await keepHouse();
  expect([await isThere(old), await isThere(recent)]).toEqual([false, true]);
});

it('L3: after a restore nothing is swept or erased until the rows were looked at', async () => {
  const left = await object(`images/${maker!.id}/${randomUUID()}`, 2);
  const removed = await folder(`removed/${Date.now() - 15 * DAY_MS}-${randomUUID()}/objects/x`, 0);
  await holdSweeps(objects);
  expect(await keepHouse()).toEqual({ candidates: 0, images: 0 });
  expect(await keysBelow('images/')).toEqual([left]);
  expect(await isThere(removed)).toBe(true);
  expect(await stopped()).toMatchObject([{ key: 'restore' }]);
  await releaseSweeps(objects);
  expect(await keepHouse()).toEqual({ candidates: 0, images: 1 });
  expect(await isThere(removed)).toBe(false);
  expect(await stopped()).toEqual([]);
});

describe('U2: npx dreamcore verify', () => {
  const verify = (how: { undelete?: boolean; deep?: boolean } = {}) => {
    const versions = versionsIn(dataDir, database.store);
    const all = { undelete: false, deep: false, ...how };
    return verifyRows({ store: database.store, objects, versions }, all);
  };
  const lostOf = async (how?: { undelete?: boolean; deep?: boolean }) => (await verify(how)).lost;

  it('names rows whose bytes are gone', async () => {
    await game(maker!, '<p>whole</p>');
    const lost = await game(maker!, '<p>lost</p>');
    const key = await asset('present', null);
    const userId = maker!.id;
    expect(await verify({ deep: true })).toEqual({ looked: 5, broughtBack: 0, lost: [] });
    await objects.deleteAll(await keysBelow(`p/${lost}/`));
    expect(await lostOf()).toEqual([{ userId, projectId: lost, what: '2 versions' }]);
    await objects.delete(key);
    expect(await readAll(objects, key)).toBeNull();
    expect(await lostOf()).toContainEqual({ userId, projectId: null, what: '1 file' });
  });

  it('looks at several projects together, and tells of each what it lost', async () => {
    const all = [];
    while (all.length < 6) all.push(await game(maker!, `<p>game ${all.length}</p>`));
    const [, ...lost] = all.toSorted();
    for (const each of lost)
      await objects.deleteAll(await keysBelow(`p/${each}/`), { canReturn: true });
    const rows = lost.map((projectId) => ({ userId: maker!.id, projectId, what: '2 versions' }));
    expect(await verify()).toEqual({ looked: 12, broughtBack: 0, lost: rows });
    expect(await verify({ undelete: true, deep: true })).toEqual({
      looked: 12,
      broughtBack: 10,
      lost: [],
    });
  });

  it('brings back by rows what deletes took: a project whole, a file alone', async () => {
    const again = await game(maker!, '<p>again</p>');
    const other = await game(maker!, '<p>other</p>');
    const key = await asset('present', null);
    const thumbnail = await object(`t/${again}/${randomUUID()}`, 2);
    const place = { userId: maker!.id, projectId: again };
    const before = await keysBelow('');
    await removeProjectObjects(objects, place);
    await objects.delete(key, { canReturn: true });
    await objects.deleteAll(await keysBelow(`p/${other}/`), { canReturn: true });
    await database.sql('delete from public.projects where id = $1', [other]);
    expect(await lostOf()).toHaveLength(2);
    expect(await verify({ undelete: true, deep: true })).toMatchObject({
      broughtBack: 4,
      lost: [],
    });
    expect(await keysBelow(`t/${again}/`)).toEqual([thumbnail]);
    expect(await keysBelow('')).toEqual(before.filter((each) => !each.startsWith(`p/${other}/`)));
  });

  it('brings back of a project that lacks a version no more than what rows name', async () => {
    const project = await game(maker!, '<p>whole</p>');
    const [lost = '', ...others] = await keysBelow(`p/${project}/`);
    const unnamed = await object(`p/${project}/${randomUUID()}/${'a'.repeat(64)}`, 2);
    const recording = await object(`recordings/${project}/${randomUUID()}/1.jsonl.gz`, 2);
    await objects.deleteAll([lost, unnamed, recording], { canReturn: true });
    expect(await verify({ undelete: true })).toMatchObject({ broughtBack: 1, lost: [] });
    expect(await keysBelow('')).toEqual([lost, ...others]);
    await objects.deleteAll([lost, ...others], { canReturn: true });
    expect(await verify({ undelete: true })).toMatchObject({ broughtBack: 3, lost: [] });
    expect(await keysBelow('')).toEqual([lost, ...others, recording]);
  });

  it('with --deep sees a byte that is another one, which a list does not show', async () => {
    const damaged = await game(maker!, '<p>damaged</p>');
    const [key = ''] = await keysBelow(`p/${damaged}/`);
    const bytes = (await readAll(objects, key))!;
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    await writeFile(objectFile(dataDir, key), bytes);
    expect(await lostOf()).toEqual([]);
    expect((await lostOf({ deep: true })).map(({ projectId }) => projectId)).toEqual([damaged]);
  });
});

describe('who played what', () => {
  it('goes after a day, but for one other player of a game; counts and notices stay', async () => {
    const { publishedGames, notifications, sweeps } = database.store;
    const [id, projectId] = [randomUUID(), await newProject()];
    await database.sql(
      `insert into public.games (id, user_id, project_id, title, game_url)
       values ($1, $2, $3, '遊ぶ', '/g')`,
      [id, maker!.id, projectId],
    );
    const play = (player: string) =>
      publishedGames.countPlay(id, player, 0, notice('GAME_PLAYED', { title: '遊ぶ' }));
    // By their names the last is 'z': an id is made of hexadecimal digits.
    for (const player of [maker!.id, other!.id, 'w', 'x', 'y', 'z']) await play(player);
    await database.sql(
      `update public.game_plays set played_at = now() - interval '2 days' where player <> 'w'`,
    );
    expect(await sweeps.removeOldPlays(new Date(Date.now() - DAY_MS), 2)).toBe(2);
    expect(await removeOldPlays(deps())).toBe(2);
    expect(await removeOldPlays(deps())).toBe(0);
    const players = await database.sql('select player from public.game_plays order by player');
    expect(players).toEqual([{ player: 'w' }, { player: 'z' }]);
    await notifications.removeOf({ userId: maker!.id, projectId });
    expect(await play('e')).toBe(true);
    const [game] = await database.sql(
      'select play_count::integer as plays from public.games where id = $1',
      [id],
    );
    expect(game).toEqual({ plays: 7 });
    const codes = (await notifications.list(maker!.id)).map(({ code }) => code);
    expect(codes).not.toContain('GAME_PLAYED');
  });
});
