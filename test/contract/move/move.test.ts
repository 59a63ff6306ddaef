import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, it } from 'vitest';
import { readMarker } from '../../../src/disk/data-marker.js';
import { isToBeMoved, moveFirst, moveRest, type MoveDeps } from '../../../src/move/move.js';
import type { FetchOld } from '../../../src/move/fetched.js';
import { sweepAside } from '../../../src/move/sweep-aside.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createThumbnails } from '../../../src/objects/thumbnails.js';
import { createVideos } from '../../../src/objects/videos.js';
import { listAll } from '../../../src/objects/object-store.js';
import { createLog } from '../../../src/telemetry/log.js';
import { createPublishedCopies } from '../../../src/versions/kept/published-copies.js';
import { createVersions, type Versions } from '../../../src/versions/kept/versions.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';
import { gitIn, put } from '../import/v2-folders.js';

const DATABASE = 'embedded';
let database: TestDatabase;
let owner: TestUser;
let dataDir: string;
let versions: Versions;

beforeAll(async () => {
  database = await startDatabase();
  owner = await database.createUser('hanako');
});
afterAll(() => database.stop());
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-move-'));
  versions = createVersions(createFileObjectStore(dataDir), database.store.revisions);
  await writeFile(path.join(dataDir, '.dreamcore.json'), JSON.stringify({ database: DATABASE }));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
  await database.sql('delete from public.projects');
  await database.sql('delete from public.assets');
});

const deps = (fetchOld: FetchOld | null = null): MoveDeps => ({
  dataDir,
  database: DATABASE,
  store: database.store,
  objects: createFileObjectStore(dataDir),
  fetchOld,
  log: createLog('move'),
});
const run = () => ({ signal: new AbortController().signal });

interface Made {
  readonly projectId: string;
  readonly repo: string;
  /** Oldest first. */
  readonly line: { revision: string; jobId: string; files: Record<string, string> }[];
}

/** A project of the older layout, whose versions have these files each. */
async function makeProject(...line: Record<string, string>[]): Promise<Made> {
  const projectId = randomUUID();
  await database.sql('insert into public.projects (id, user_id) values ($1, $2)', [
    projectId,
    owner.id,
  ]);
  const folder = path.join(dataDir, 'users', owner.id, 'projects', projectId);
  const made: Made = { projectId, repo: path.join(folder, 'repo.git'), line: [] };
  await mkdir(folder, { recursive: true });
  gitIn(folder, ['init', '--quiet', '--bare', '--initial-branch=main', made.repo]);
  for (const files of line) await addVersion(made, files);
  return made;
}

async function addVersion(made: Made, files: Record<string, string>): Promise<void> {
  const jobId = randomUUID();
  const revision = await commit(made, files, 'refs/heads/main', jobId);
  const parent = made.line.at(-1)?.revision ?? null;
  await database.sql(
    `insert into public.revisions (project_id, ordinal, revision, parent, job_id, kind, subject)
     values ($1, $2, $3, $4, $5, 'generate', 'one')`,
    [made.projectId, made.line.length + 1, revision, parent, jobId],
  );
  made.line.push({ revision, jobId, files });
}

/** Commits exactly these files behind the project's line. */
async function commit(
  { repo, line }: Made,
  files: Record<string, string>,
  ref: string,
  jobId: string,
): Promise<string> {
  const work = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-work-'));
  await put(work, files);
  const tree = ['--git-dir', repo, '--work-tree', work];
  const env = { GIT_INDEX_FILE: path.join(work, '.index') };
  gitIn(work, [...tree, 'add', '-A', '--', ...Object.keys(files)], env);
  const oid = gitIn(work, [...tree, 'write-tree'], env).trim();
  const parent = line.at(-1)?.revision;
  const made = gitIn(
    work,
    [
      ...['-c', 'user.name=Game Creator', '-c', 'user.email=gamecreator@local', ...tree],
      ...['commit-tree', oid, ...(parent ? ['-p', parent] : [])],
      ...['-m', 'one', '-m', `Job-Id: ${jobId}`],
    ],
    env,
  ).trim();
  gitIn(work, [...tree, 'update-ref', ref, made]);
  await rm(work, { recursive: true });
  return made;
}

async function expectMoved({ projectId, line }: Made): Promise<void> {
  for (const { revision, files } of line) {
    const kept = await versions.readAll({ projectId, revision });
    expect(Object.fromEntries(kept.map(({ path: name, bytes }) => [name, String(bytes)]))).toEqual(
      files,
    );
    expect((await versions.describe({ projectId, revision })).revision).toBe(revision);
  }
}

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of listAll(createFileObjectStore(dataDir), '')) found.push(key);
  return found;
}

describe('U3: the move of the older layout', () => {
  it('moves every version byte for byte under its id, and says that it is done', async () => {
    const made = await makeProject(
      { 'index.html': 'one', 'images/hero.png': 'hero' },
      { 'index.html': '<img src="/user-assets/x/hero_1.png">', 'images/hero.png': 'hero' },
      { 'index.html': 'three' },
    );
    await moveFirst(deps(), run());
    expect(await moveRest(deps(), run())).toEqual({ late: 0, lost: 0, refused: 0 });
    await expectMoved(made);
    expect(await readMarker(dataDir)).toEqual({ database: DATABASE, store: 2 });
    expect(await isToBeMoved(dataDir)).toBe(false);
    const [row] = await database.sql<{ refs: string[] }>(
      'select refs from public.revisions where ordinal = 2',
    );
    expect(row?.refs).toEqual(['hero_1.png']);
    const [second] = await versions.listFiles({
      projectId: made.projectId,
      revision: made.line[1]!.revision,
    });
    // The unchanged file is named where its first version has it.
    expect(second?.at[2]).toBe(made.line[0]!.jobId);
  });

  it('moves heads and published versions first, and the rest later', async () => {
    const made = await makeProject({ 'index.html': '1' }, { 'index.html': '2' }, { a: '3' });
    const [first, published, head] = made.line;
    await database.sql(
      `insert into public.games (id, project_id, user_id, title, game_url, revision, content_hash)
       values ($1, $2, $3, 'x', 'x', $4, 'x')`,
      [randomUUID(), made.projectId, owner.id, published!.revision],
    );
    await moveFirst(deps(), run());
    const { projectId } = made;
    for (const { revision } of [published!, head!])
      expect(await versions.listFiles({ projectId, revision })).toHaveLength(1);
    await expect(
      versions.listFiles({ projectId, revision: first!.revision }),
    ).rejects.toMatchObject({ kind: 'RevisionMissing' });
    expect((await readMarker(dataDir))?.move).toBe('versions');
    await moveRest(deps(), run());
    await expectMoved(made);
  });

  it('goes on after it was interrupted anywhere, and a repeat stores nothing anew', async () => {
    const many = Array.from({ length: 6 }, (_, at) => ({ 'index.html': `${at}`, b: 'same' }));
    const made = await makeProject(...many);
    for (let steps = 0; steps < 4; steps += 1) {
      const stop = new AbortController();
      const onStep = async () => stop.abort();
      await moveFirst(deps(), { signal: stop.signal, onStep });
      await moveRest(deps(), { signal: stop.signal, onStep });
    }
    await moveRest(deps(), run());
    await expectMoved(made);
    const before = await keys();
    expect(before).toHaveLength(6);
    await moveFirst(deps(), run());
    expect(await keys()).toEqual(before);
  });

  it('leaves the old folders as they were, aside', async () => {
    const { repo, line } = await makeProject({ 'index.html': '1' });
    await moveFirst(deps(), run());
    expect(await readdir(dataDir)).not.toContain('users');
    const aside = path.join(dataDir, 'before-objects', path.relative(dataDir, repo));
    expect(gitIn(aside, ['rev-parse', 'refs/heads/main']).trim()).toBe(line[0]!.revision);
  });

  it('a version that is in no store is lost, not late; found later it is moved', async () => {
    const made = await makeProject({ 'index.html': '1' }, { 'index.html': '2' });
    const { projectId, repo } = made;
    const away = path.join(dataDir, 'elsewhere.git');
    await rename(repo, away);
    await moveFirst(deps(), run());
    await expect(
      versions.listFiles({ projectId, revision: made.line[1]!.revision }),
    ).rejects.toMatchObject({ kind: 'RevisionLost' });
    expect(await moveRest(deps(), run())).toEqual({ lost: 2, late: 0, refused: 0 });
    await rename(away, path.join(dataDir, 'before-objects', path.relative(dataDir, repo)));
    await moveRest(deps(), run());
    await expectMoved(made);
  });

  it('a version on a Volume waits while that is away, and is moved when it answers', async () => {
    const made = await makeProject({ 'index.html': '1' }, { 'index.html': '2' });
    const { repo, projectId } = made;
    const bundle = path.join(dataDir, 'all.bundle');
    gitIn(repo, ['bundle', 'create', '-q', bundle, '--all']);
    const bytes = await readFile(bundle);
    await rm(repo, { recursive: true });
    const away: FetchOld = () => Promise.reject(new Error('away'));
    await moveFirst(deps(away), run());
    expect(await moveRest(deps(away), run())).toEqual({ late: 2, lost: 0, refused: 0 });
    await expect(
      versions.listFiles({ projectId, revision: made.line[1]!.revision }),
    ).rejects.toMatchObject({ kind: 'RevisionMissing' });
    expect(await isToBeMoved(dataDir)).toBe(true);
    const head = made.line.at(-1)!.revision;
    const asked: string[] = [];
    const back: FetchOld = async (_project, revision) => {
      asked.push(revision);
      return revision === head ? bytes : null;
    };
    await moveFirst(deps(back), run());
    await moveRest(deps(back), run());
    await expectMoved(made);
    // The head brings all that it follows.
    expect(asked).toEqual([head]);
  });

  it('keeps the work of failed jobs, and last candidates that UPGRADED left', async () => {
    const made = await makeProject({ 'index.html': '1' });
    const [failed, upgraded, cancelled] = [randomUUID(), randomUUID(), randomUUID()];
    for (const [id, code] of [
      [failed, 'RunTimedOut'],
      [upgraded, 'UPGRADED'],
      [cancelled, null],
    ])
      await database.sql(
        `insert into public.jobs (id, project_id, user_id, status, attempt, error_code)
         values ($1, $2, $3, $4, 2, $5)`,
        [id, made.projectId, owner.id, code === null ? 'cancelled' : 'failed', code],
      );
    await commit(made, { 'index.html': 'f' }, `refs/failed/${failed}`, failed);
    await commit(made, { 'index.html': 'u1' }, `refs/jobs/${upgraded}/1`, upgraded);
    await commit(made, { 'index.html': 'c' }, `refs/jobs/${cancelled}/1`, cancelled);
    await moveFirst(deps(), run());
    await moveRest(deps(), run());
    const kept = (await keys()).filter((key) => key.includes('/failed-'));
    expect(kept.sort()).toEqual(
      [`p/${made.projectId}/${failed}/failed-2`, `p/${made.projectId}/${upgraded}/failed-1`].sort(),
    );
  });

  it('moves assets, whose rows then name their objects', async () => {
    const bytes = Buffer.from('an image');
    const name = `${createHash('sha256').update(bytes).digest('hex')}.png`;
    const file = path.join(dataDir, 'users', owner.id, 'assets', name);
    await put(path.dirname(file), { [name]: bytes });
    await database.sql(
      `insert into public.assets (owner_id, filename, storage_path, hash, alias, is_stored)
       values ($1, 'a.png', $2, $3, 'a.png', true)`,
      [owner.id, file, name.slice(0, 64)],
    );
    await moveFirst(deps(), run());
    const [row] = await database.sql<{ storage_path: string }>(
      'select storage_path from public.assets',
    );
    expect(await keys()).toContain(row?.storage_path);
  });

  it('moves image and newest video of a project, never over newer ones', async () => {
    const objects = createFileObjectStore(dataDir);
    const [made, newer] = [await makeProject({ a: '1' }), await makeProject({ a: '1' })];
    for (const { repo } of [made, newer])
      await put(path.dirname(repo), {
        'thumbnail.webp': 'image',
        [`movie-${'1'.repeat(40)}.mp4`]: 'old',
        [`movie-${'2'.repeat(40)}.mp4`]: 'video',
      });
    const old = path.join(path.dirname(made.repo), `movie-${'1'.repeat(40)}.mp4`);
    await utimes(old, new Date(0), new Date(0));
    await objects.put(`t/${newer.projectId}/${randomUUID()}`, Buffer.from('newer'));
    await moveFirst(deps(), run());
    const thumbnails = createThumbnails(objects);
    expect(String((await thumbnails.read(made.projectId))?.bytes)).toBe('image');
    expect(String((await thumbnails.read(newer.projectId))?.bytes)).toBe('newer');
    const videos = createVideos(objects);
    expect(String((await videos.read(made.projectId))?.bytes)).toBe('video');
    expect(await videos.has(made.projectId, '2'.repeat(40))).toBe(true);
  });

  it('moves the published copy of a game, and none of one that is gone', async () => {
    const { projectId, line } = await makeProject({ 'index.html': '1' });
    const [gameId, gone, revision] = [randomUUID(), randomUUID(), line[0]!.revision];
    await database.sql(
      `insert into public.games (id, project_id, user_id, title, game_url, revision, content_hash)
       values ($1, $2, $3, 'x', 'x', $4, 'x')`,
      [gameId, projectId, owner.id, revision],
    );
    for (const each of [gameId, gone])
      await put(path.join(dataDir, 'published', each, revision), {
        'index.html': 'published',
        '_assets/one.png': 'image',
      });
    await moveFirst(deps(), run());
    const copies = createPublishedCopies(createFileObjectStore(dataDir));
    const read = async (file: string) => String((await copies.read(gameId, revision, file))?.bytes);
    expect(await read('index.html')).toBe('published');
    expect(await read('_assets/one.png')).toBe('image');
    expect(await copies.list(gone, revision)).toEqual([]);
  });

  it('F2: keeps nothing aside of a deleted project, unless too much seems to be', async () => {
    const many = await Promise.all(Array.from({ length: 4 }, () => makeProject({ a: '1' })));
    await moveFirst(deps(), run());
    await moveRest(deps(), run());
    const { store } = database;
    const sweep = () => sweepAside({ dataDir, store, log: createLog('move') });
    expect(await sweep()).toBe(0);
    const [gone, ...others] = many;
    const at = ({ repo }: Made) =>
      existsSync(path.join(dataDir, 'before-objects', path.relative(dataDir, repo)));
    await database.sql('delete from public.projects where id = $1', [gone!.projectId]);
    expect(await sweep()).toBe(1);
    expect([at(gone!), ...others.map(at)]).toEqual([false, true, true, true]);
    expect(await readdir(path.join(dataDir, 'removed'))).toHaveLength(1);
  });

  it('touches nothing of a folder that belongs to another database', async () => {
    await makeProject({ 'index.html': '1' });
    await expect(moveFirst({ ...deps(), database: 'https://other' }, run())).rejects.toThrow(
      'belongs to the database embedded',
    );
    expect(await readdir(dataDir)).toContain('users');
  });
});
