import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { versionActivities } from '../../../src/activities/shared/projects/versions.js';
import type { PlayReport } from '../../../src/contracts/game/play.js';
import type { TapeSet } from '../../../src/contracts/game/tape.js';
import { reportOf } from '../../../src/domain/playing/playing.js';
import { createLog } from '../../../src/telemetry/log.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { removeProjectObjects, removeUserObjects } from '../../../src/objects/kept-places.js';
import { createScreenshots, type Screenshots } from '../../../src/objects/screenshots.js';
import { createThumbnails } from '../../../src/objects/thumbnails.js';
import type { ObjectStore } from '../../../src/objects/object-store.js';
import { facesOf, imageOf, withImages } from '../../../src/api/games/game-images.js';
import { createPlayRecords, type PlayRecords } from '../../../src/objects/play-records.js';
import { createTapes, type Tapes } from '../../../src/objects/tapes.js';
import type { Versions } from '../../../src/versions/kept/versions.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { removePlays } from '../../support/objects.js';
import type { TestUser } from '../../support/users.js';
import { makeVersion, versionsIn } from '../../support/versions.js';

/** What a version looks like: kept with its project, shown by lists, shared by a restore. */
const log = createLog('test');
let database: TestDatabase;
let dataDir: string;
let versions: Versions;
let objects: ObjectStore;
let records: PlayRecords;
let screenshots: Screenshots;
let tapes: Tapes;
let user: TestUser;
let projectId: string;

beforeAll(async () => {
  database = await startDatabase();
  user = await database.createUser('maker');
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-screenshots-'));
  versions = versionsIn(dataDir, database.store);
  objects = createFileObjectStore(dataDir);
  [records, screenshots] = [createPlayRecords(objects), createScreenshots(objects)];
  tapes = createTapes(objects);
});
afterAll(async () => {
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  projectId = (await database.store.projects.create(user.id)).id;
});

const activities = () =>
  versionActivities({
    store: database.store,
    versions,
    records,
    screenshots,
    tapes,
    stream: { append: () => Promise.resolve() },
    log,
  });
const TREE = '7'.repeat(64);
const SET: TapeSet = { gameTree: TREE, player: 9, tapes: [], answers: { tap: true } };
const place = () => ({ userId: user.id, projectId });
const urlOf = (name: string): string => `/api/projects/${projectId}/screenshots/${name}`;

/** A candidate whose play has named this screenshot, and found this. */
async function candidate(screenshot?: string, seen: Partial<PlayReport> = {}) {
  const opened = await database.store.jobs.open({
    id: randomUUID(),
    userId: user.id,
    projectId,
    content: '作って',
    chatId: randomUUID(),
    maxQueuedJobs: 50,
  });
  if (!('job' in opened)) throw new Error(opened.outcome);
  const jobId = opened.job.id;
  const parent = (await database.store.revisions.head(projectId))?.revision ?? null;
  const work = { projectId, workId: jobId };
  const files = { 'index.html': randomUUID() };
  const { revision } = await makeVersion(versions, work, files, { parent });
  const found = { ...reportOf([], [], { needs: [], gameTree: TREE }), ...seen };
  const play = { ...found, ...(screenshot === undefined ? {} : { screenshot }) };
  return { ...place(), jobId, revision, parent, subject: '題', play, found };
}

/** One whole generation on top of the head. */
async function generate(screenshot?: string, seen: Partial<PlayReport> = {}) {
  const { found, ...input } = await candidate(screenshot, seen);
  const { revision } = await activities().publishRevision(input);
  await database.store.jobs.complete({
    id: input.jobId,
    message: { text: '' },
    result: {},
    history: null,
    chatId: randomUUID(),
    pendingQuestion: null,
    usage: null,
  });
  return { revision, found };
}

async function restore(versionId: string): Promise<void> {
  const input = { actionId: randomUUID(), ...place() };
  await activities().openRestore(input);
  expect(await activities().restoreRevision({ ...input, versionId })).toMatchObject({ ok: true });
}

const listed = async () =>
  (await database.store.revisions.list(projectId)).map(({ screenshotUrl }) => screenshotUrl);
const onCard = async () => {
  const { projects } = database.store.asUser(user.accessToken);
  const deps = { store: database.store, thumbnails: createThumbnails(objects) };
  const page = await withImages(deps, await projects.page(user.id, { limit: 100 }));
  return page.projects.find(({ id }) => id === projectId)?.imageUrl;
};

describe('the screenshot of a version', () => {
  it('is kept when the version is published, and named by versions and lists', async () => {
    expect(await onCard()).toBeNull();
    const [one, two] = [Buffer.from('one'), Buffer.from('two')];
    const first = await records.writeScreenshot(place(), one);
    const { found } = await generate(first);
    expect([await listed(), await onCard()]).toEqual([[urlOf(first)], urlOf(first)]);
    expect(await database.store.revisions.head(projectId)).toMatchObject({ play: found });
    const second = await records.writeScreenshot(place(), two);
    await generate(second);
    expect([await listed(), await onCard()]).toEqual([
      [urlOf(second), urlOf(first)],
      urlOf(second),
    ]);
    // The play's own are evidence, and go after two weeks.
    await removePlays(dataDir, place());
    expect([
      await screenshots.read(place(), first),
      await screenshots.read(place(), second),
    ]).toEqual([one, two]);
  });

  it('E5: is that of the restored version after a restore, and a restore of that', async () => {
    const screenshot = await records.writeScreenshot(place(), Buffer.from('first'));
    const { revision } = await generate(screenshot);
    await generate(await records.writeScreenshot(place(), Buffer.from('second')));
    await restore(revision);
    expect(await onCard()).toBe(urlOf(screenshot));
    const restored = (await database.store.revisions.head(projectId))?.revision ?? '';
    await restore(restored);
    expect(await onCard()).toBe(urlOf(screenshot));
  });

  it('stands for later versions that were not seen, never for an earlier one', async () => {
    const { revision: unseen } = await generate();
    expect(await onCard()).toBeNull();
    const first = await records.writeScreenshot(place(), Buffer.from('first'));
    const { revision: seen } = await generate(first);
    await generate();
    expect(await onCard()).toBe(urlOf(first));
    await generate(await records.writeScreenshot(place(), Buffer.from('second')));
    const versions = [unseen, seen].map((revision) => ({ projectId, revision }));
    const faces = await database.store.gameFaces.of([...versions, { ...place(), revision: null }]);
    expect(faces.map(({ screenshot }) => screenshot)).toEqual([null, first, expect.anything()]);
    expect(faces[2]?.screenshot).not.toBe(first);
  });

  it('gives way to a thumbnail; the store is asked once, and then no more', async () => {
    await generate(await records.writeScreenshot(place(), Buffer.from('seen')));
    const asked: string[] = [];
    const thumbnails = { has: async (id: string) => asked.push(id) === 0 };
    const deps = { store: database.store, thumbnails };
    const game = { projectId, revision: null };
    const kindOf = async () => (await facesOf(deps, [game])).map(imageOf);
    expect(await kindOf()).toEqual([{ screenshot: expect.any(String) as string }]);
    expect(await kindOf()).toEqual([{ screenshot: expect.any(String) as string }]);
    expect(asked).toEqual([projectId]);
    await database.store.gameFaces.noteThumbnail(projectId, true);
    // What another server has found before does not undo it.
    await database.store.gameFaces.noteThumbnail(projectId, false);
    expect(await kindOf()).toEqual(['thumbnail']);
    expect(asked).toEqual([projectId]);
  });

  it('is named only when it is there: a version never waits for it', async () => {
    await generate('f'.repeat(64));
    await generate();
    expect([await listed(), await onCard()]).toEqual([[undefined, undefined], null]);
  });

  it('P4: its tapes and the loop of its change stay as long as the version', async () => {
    const loop = Buffer.from('before and after');
    const loopName = await records.writeScreenshot(place(), loop);
    await tapes.write(place(), SET);
    await generate(undefined, { loopName });
    await removePlays(dataDir, place());
    expect(await tapes.read(place(), TREE)).toEqual(SET);
    expect(await screenshots.read(place(), loopName)).toEqual(loop);
    const [version] = await database.store.revisions.list(projectId);
    expect(version?.play).toMatchObject({ verdict: 'plays', loop: loopName });
    // One that is gone is not named.
    await generate(undefined, { loopName: 'f'.repeat(64) });
    expect((await database.store.revisions.list(projectId))[0]?.play).not.toHaveProperty('loop');
  });

  it('F2: does not stay of a project that was deleted before its version came', async () => {
    const screenshot = await records.writeScreenshot(place(), Buffer.from('late'));
    const { found: _, ...input } = await candidate(screenshot);
    await tapes.write(place(), SET);
    await database.store.projects.remove(projectId);
    await expect(activities().publishRevision(input)).rejects.toMatchObject({
      kind: 'RunCancelled',
    });
    expect(await screenshots.read(place(), screenshot)).toBeNull();
    expect(await tapes.read(place(), TREE)).toBeNull();
  });

  it('F2: goes with its project and its user', async () => {
    const keep = async (project: { userId: string; projectId: string }) => {
      const name = await records.writeScreenshot(project, Buffer.from('kept'));
      await screenshots.keep(project, name, Buffer.from('kept'));
      await tapes.replace(project, SET);
      return async () => {
        expect((await tapes.read(project, TREE)) === null).toBe(
          (await screenshots.read(project, name)) === null,
        );
        return screenshots.read(project, name);
      };
    };
    const strangers = { userId: randomUUID(), projectId: randomUUID() };
    const [own, foreign] = [await keep(place()), await keep(strangers)];
    await removeUserObjects(objects, strangers.userId);
    expect([await foreign(), await own()]).toEqual([null, Buffer.from('kept')]);
    await removeProjectObjects(objects, place());
    expect(await own()).toBeNull();
  });

  it('has the name of its bytes: nothing else is a key', async () => {
    for (const name of ['', '../x', 'A'.repeat(64), `${'a'.repeat(64)}.webp`])
      await expect(screenshots.read(place(), name)).rejects.toMatchObject({ kind: 'PATH_ESCAPE' });
  });
});
