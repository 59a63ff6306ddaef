import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runImport } from '../../../tools/import-v2/import.js';
import type { ImportReport } from '../../../tools/import-v2/report.js';
import { connect } from '../../../src/store/tables/client.js';
import { assetKeyOf, createAssets } from '../../../src/objects/assets.js';
import { createThumbnails } from '../../../src/objects/thumbnails.js';
import { createVideos } from '../../../src/objects/videos.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createVersions, type Versions } from '../../../src/versions/kept/versions.js';
import { v2ImportTables, type V2Import } from '../../../tools/import-v2/tables.js';
import { gitObject } from '../../../src/versions/format/git-ids.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';
import {
  damage,
  fingerprint,
  game,
  generate,
  gitIn,
  isEmptyFolder,
  makeAsset,
  makeHostile,
  makeProject,
  plantLink,
  put,
  v2List,
  v2Tree,
  type V2Project,
} from './v2-folders.js';

// A run starts a hundred programs.
vi.setConfig({ testTimeout: 120_000 });

let base: string;
let from: string;
let to: string;
let database: TestDatabase;
let tables: V2Import;
let versions: Versions;
let hanako: TestUser;
let taro: TestUser;
let projects: Record<
  | 'long'
  | 'restored'
  | 'dirty'
  | 'fresh'
  | 'packed'
  | 'hostile'
  | 'links'
  | 'broken'
  | 'media'
  | 'untouched',
  V2Project
>;

const stranger = randomUUID();
const run = (options: { dryRun?: boolean; user?: string } = {}): Promise<ImportReport> =>
  runImport(
    { tables, from, to, objects: createFileObjectStore(to) },
    { dryRun: options.dryRun ?? false, user: options.user ?? null },
  );

const own = async (user: TestUser, name: string): Promise<V2Project> => {
  const project = await makeProject(from, user.id);
  await database.sql('insert into public.projects (id, user_id, name) values ($1, $2, $3)', [
    project.id,
    user.id,
    name,
  ]);
  return project;
};
const head = async (project: V2Project) => {
  const row = await database.store.revisions.head(project.id);
  if (row === null) throw new Error('the project has no revision');
  return row;
};
const read = async (
  project: V2Project,
  revision: string,
  file: string,
): Promise<string | undefined> =>
  (await versions.readFile({ projectId: project.id, revision }, file))?.toString('utf8');
const filesOf = (project: V2Project, revision: string) =>
  versions.listFiles({ projectId: project.id, revision });
const objects = () => createAssets(createFileObjectStore(to));
const snapshot = (): Promise<unknown[]> =>
  database.sql(
    `select 'revision' as what, r::text as row from public.revisions r
     union all select 'asset', a::text from public.assets a
   union all select 'draft', d::text from public.publish_drafts d order by 1, 2`,
  );

async function buildHanako(): Promise<
  Pick<typeof projects, 'long' | 'restored' | 'dirty' | 'fresh' | 'packed' | 'untouched'>
> {
  const long = await own(hanako, '長い歴史');
  for (let number = 1; number <= 26; number += 1) {
    await generate(
      long,
      number,
      number % 7 === 0
        ? `赤|青|${number} を選ぶ`
        : number === 13
          ? 'Before restore to abc1234'
          : `変更 ${number}：敵を速く`,
    );
  }
  const restored = await own(hanako, 'もどした');
  for (const number of [1, 2, 3]) await generate(restored, number, `版 ${number}`);
  const first = gitIn(restored.folder, ['log', '--format=%H', '--reverse']).split('\n')[1] ?? '';
  gitIn(restored.folder, ['checkout', first, '--', '.']);
  const dirty = await own(hanako, '書きかけ');
  await generate(dirty, 1, '最初');
  await put(dirty.folder, {
    'index.html': game('まだ保存していない'),
    'js/敵.js': 'export const 敵 = 1;\n',
  });
  const packed = await own(hanako, '詰めた');
  for (const number of [1, 2]) await generate(packed, number, `詰 ${number}`);
  packed.commit('specs', []);
  gitIn(packed.folder, ['gc', '--quiet', '--aggressive', '--prune=now']);
  gitIn(packed.folder, ['pack-refs', '--all']);
  const untouched = await own(hanako, 'そのまま');
  await put(untouched.folder, { 'index.html': game('そのまま') });
  untouched.commit('ひとつだけ');
  return { long, restored, dirty, fresh: await own(hanako, '新しいゲーム'), packed, untouched };
}

async function buildTaro(): Promise<
  Pick<typeof projects, 'hostile' | 'links' | 'broken' | 'media'>
> {
  const hostile = await own(taro, '罠');
  for (const number of [1, 2]) await generate(hostile, number, `罠 ${number}`);
  await makeHostile(hostile, path.join(base, 'EXECUTED'));
  await put(hostile.folder, {
    '.gitattributes': '* filter=evil diff=evil\n',
    'index.html': game('罠 2') + '<!-- crlf -->\r\n',
  });
  const links = await own(taro, 'リンク');
  await generate(links, 1, 'まだ無い');
  await plantLink(links, 'leak.txt', '/etc/hostname');
  await generate(links, 2, 'リンク入り');
  await generate(links, 3, 'その後');
  const broken = await own(taro, '壊れた');
  for (const number of [1, 2]) await generate(broken, number, `壊 ${number}`);
  await damage(broken, 'index.html');
  const media = await own(taro, '公開');
  await generate(media, 1, '公開する');
  const draft = {
    title: '題',
    description: '説明',
    howToPlay: 'タップ',
    tags: ['猫', 'ジャンプ'],
    visibility: 'unlisted',
    remix: 'disallowed',
    thumbnailUrl: null,
    updatedAt: '2025-02-01T00:00:00.000Z',
  };
  await put(media.folder, {
    'PUBLISH.json': JSON.stringify(draft, null, 2),
    'thumbnail.webp': Buffer.alloc(5_000, 7),
    'movie.mp4': Buffer.alloc(200_000, 9),
  });
  media.commit('Update publish info');
  return { hostile, links, broken, media };
}

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-v2-'));
  from = path.join(base, 'data');
  to = path.join(base, 'ours');
  await mkdir(from);
  await mkdir(to);
  database = await startDatabase();
  tables = v2ImportTables(
    connect(database.config.SUPABASE_URL, database.config.SUPABASE_SERVICE_ROLE_KEY),
  );
  versions = createVersions(createFileObjectStore(to), database.store.revisions);
  hanako = await database.createUser('hanako');
  taro = await database.createUser('taro');
  projects = { ...(await buildHanako()), ...(await buildTaro()) };
  await makeProject(from, taro.id, '00000000-0000-4000-8000-0000000000ff');
  await makeProject(from, stranger);
  await mkdir(path.join(from, 'users', 'lost+found'), { recursive: true });
});
afterAll(async () => {
  await database.stop();
  await rm(base, { recursive: true, force: true });
});

describe('import-v2', () => {
  let assets: Record<
    'absolute' | 'relative' | 'big' | 'edited' | 'deleted',
    Awaited<ReturnType<typeof makeAsset>>
  >;
  let report: ImportReport;

  beforeAll(async () => {
    const make = (stem: string, extension: string, sizeBytes: number) =>
      makeAsset(from, hanako.id, stem, extension, sizeBytes);
    assets = {
      absolute: await make('hero', '.png', 4_000),
      relative: await make('_____', '.mp3', 9_000),
      big: await make('video', '.webp', 8 * 1024 * 1024),
      edited: await make('edited', '.png', 300),
      deleted: await make('gone', '.png', 300),
    };
    await writeFile(
      path.join(from, 'users', hanako.id, 'assets', assets.edited.filename),
      'changed on disk',
    );
    await makeAsset(from, hanako.id, 'nobody', '.png', 10);
    const insert = (
      owner: string | null,
      file: { filename: string; alias: string; hash: string },
      storagePath: string,
      more = '',
    ) =>
      database.sql(
        'insert into public.assets (owner_id, is_global, category, filename, alias, hash, ' +
          'storage_path, is_deleted) values ($1, $2, $3, $4, $5, $6, $7, $8)',
        [
          owner,
          owner === null,
          owner === null ? 'bgm' : null,
          file.filename,
          file.alias,
          file.hash,
          storagePath,
          more === 'deleted',
        ],
      );
    const there = (name: string): string => `/data/users/${hanako.id}/assets/${name}`;
    await insert(hanako.id, assets.absolute, there(assets.absolute.filename));
    await insert(
      hanako.id,
      assets.relative,
      `users/${hanako.id}/assets/${assets.relative.filename}`,
    );
    await insert(
      hanako.id,
      assets.big,
      `/srv/old/app/users/${hanako.id}/assets/${assets.big.filename}`,
    );
    await insert(hanako.id, assets.edited, there(assets.edited.filename));
    await insert(hanako.id, assets.deleted, there(assets.deleted.filename), 'deleted');
    await insert(
      hanako.id,
      { filename: 'missing.png', alias: 'missing.png', hash: 'a'.repeat(64) },
      there('missing.png'),
    );
    // Rows that a user could have written: another user's file, and a file of the machine behind a
    // link.
    await insert(
      taro.id,
      { filename: 'stolen.png', alias: 'stolen.png', hash: assets.absolute.hash },
      there(assets.absolute.filename),
    );
    await mkdir(path.join(from, 'users', taro.id, 'assets'), { recursive: true });
    await symlink('/etc/hostname', path.join(from, 'users', taro.id, 'assets', 'link.png'));
    await insert(
      taro.id,
      { filename: 'link.png', alias: 'link.png', hash: 'b'.repeat(64) },
      `../../etc/users/${taro.id}/assets/link.png`,
    );
    await put(path.join(from, 'assets', 'global', 'bgm'), { 'song.mp3': 'song' });
    await insert(
      null,
      {
        filename: 'song.mp3',
        alias: 'song.mp3',
        hash: createHash('sha256').update('song').digest('hex'),
      },
      '/data/assets/global/bgm/song.mp3',
    );
    // V2 wrote its rows before there was anything to mark.
    await database.sql('update public.assets set is_stored = false');
  });

  it('a dry run says all that a run will do and changes nothing anywhere', async () => {
    const before = [await snapshot(), await fingerprint(from), await isEmptyFolder(to)];
    const said = await run({ dryRun: true });
    expect([await snapshot(), await fingerprint(from), await isEmptyFolder(to)]).toEqual(before);
    report = await run();
    expect({ ...report, dryRun: true }).toEqual(said);
    expect(await fingerprint(from)).toBe(before[1]);
  });

  it('counts what it took and names what it could not take', () => {
    expect(report).toMatchObject({
      users: 2,
      projects: 10,
      changedProjects: 9,
      assets: 6,
      media: 2,
      drafts: 1,
      unknownFiles: 1,
    });
    const problems = report.problems.join('\n');
    expect(problems).toContain('users/lost+found: is not the folder of a user');
    expect(problems).toContain(`user ${stranger}: is not in the database`);
    expect(problems).toContain('project 00000000-0000-4000-8000-0000000000ff');
    expect(problems).toMatch(/its history cannot be read, so only its files are taken/);
    expect(problems).toMatch(/left out of its versions: "leak\.txt"/);
    expect(problems).toMatch(/left out of its files: "leak\.txt"/);
    expect(problems).toMatch(/missing\.png.*its file is not in the data folder/);
    expect(problems).toMatch(/stolen\.png.*its file is not in the data folder/);
    expect(problems).toMatch(/link\.png.*its file is not a file/);
    expect(problems).toMatch(/edited_.*not the one that was uploaded/);
    expect(report.problems).toHaveLength(10);
  });

  it('serves the versions that V2 listed: the same ids, numbers, texts and times', async () => {
    for (const project of [
      projects.long,
      projects.restored,
      projects.packed,
      projects.hostile,
      projects.media,
      projects.untouched,
    ]) {
      const listed = (await database.store.revisions.list(project.id)).map(
        ({ hash, number, message, timestamp }) => ({ hash, number, message, timestamp }),
      );
      if (project === projects.hostile) continue;
      expect(listed).toEqual(v2List(project.folder));
    }
    expect(await database.store.revisions.list(projects.long.id)).toHaveLength(20);
    expect(
      await database.sql(
        'select count(*)::int as n from public.revisions where project_id = $1 and kind = ' +
          "'generate'",
        [projects.long.id],
      ),
    ).toEqual([{ n: 25 }]);
  });

  it('holds every version byte for byte, as one line, in objects that are checked', async () => {
    for (const project of Object.values(projects)) {
      const rows = await tables.line(project.id);
      for (const [index, row] of rows.entries()) {
        expect(row).toMatchObject({
          ordinal: index + 1,
          parent: rows[index - 1]?.revision ?? null,
        });
        const { revision } = row;
        const made = await versions.describe({ projectId: project.id, revision });
        expect(made).toMatchObject({ revision, parent: row.parent });
        for (const { path: name, oid } of made.manifest.files) {
          const bytes = await versions.readFile({ projectId: project.id, revision }, name);
          expect(gitObject('blob', bytes!).oid).toBe(oid);
        }
        const files = new Map(
          (await filesOf(project, row.revision)).map(({ path: name, oid }) => [name, oid]),
        );
        if (
          row.kind === 'generate' &&
          project !== projects.links &&
          project !== projects.broken &&
          row.subject !== '引き継ぎ時の状態'
        ) {
          expect(files).toEqual(v2Tree(project.folder, row.revision));
        }
      }
    }
  });

  it('shows what lay in the folder, committed or not', async () => {
    for (const project of Object.values(projects)) {
      if (project === projects.fresh) continue;
      expect(await read(project, (await head(project)).revision, 'index.html')).toBe(
        await readFile(path.join(project.folder, 'index.html'), 'utf8'),
      );
    }
    expect(await database.store.revisions.head(projects.fresh.id)).toBeNull();
    expect(await head(projects.untouched)).toMatchObject({
      ordinal: 1,
      kind: 'generate',
      subject: 'ひとつだけ',
    });
    expect(await read(projects.long, (await head(projects.long)).revision, 'specs/game.md')).toBe(
      '# 仕様 26\n',
    );
    const dirty = await database.store.revisions.list(projects.dirty.id);
    expect(dirty.map(({ message, current }) => [message, current])).toEqual([
      ['引き継ぎ時の状態', true],
      ['最初', false],
    ]);
    expect(await read(projects.dirty, (await head(projects.dirty)).revision, 'js/敵.js')).toBe(
      'export const 敵 = 1;\n',
    );
  });

  it('knows a restore of V2 by its files: the list stays, the restored is current', async () => {
    const listed = await database.store.revisions.list(projects.restored.id);
    expect(listed.map(({ message, current }) => [message, current])).toEqual([
      ['版 3', false],
      ['版 2', false],
      ['版 1', true],
    ]);
    expect(await head(projects.restored)).toMatchObject({ kind: 'restore' });
  });

  it('E3: runs nothing that a repository brings along', async () => {
    await expect(stat(path.join(base, 'EXECUTED'))).rejects.toThrow('ENOENT');
    expect(
      (await database.store.revisions.list(projects.hostile.id)).map(({ message }) => message),
    ).toEqual(['引き継ぎ時の状態', '罠 2', '罠 1']);
  });

  it('makes versions anew without links from the first with some, keeps those before', async () => {
    const listed = await database.store.revisions.list(projects.links.id);
    const v2 = v2List(projects.links.folder);
    expect(listed.map(({ message, timestamp }) => [message, timestamp])).toEqual(
      v2.map(({ message, timestamp }) => [message, timestamp]),
    );
    expect(listed.map(({ hash }, index) => hash === v2[index]?.hash)).toEqual([false, false, true]);
    for (const row of await tables.line(projects.links.id)) {
      expect(
        (await filesOf(projects.links, row.revision)).map((entry) => entry.path),
      ).not.toContain('leak.txt');
    }
  });

  it('saves the files of a project whose history is broken', async () => {
    expect(
      (await database.store.revisions.list(projects.broken.id)).map(({ message }) => message),
    ).toEqual(['引き継ぎ時の状態']);
  });

  it('moves assets to objects named by their content, whatever path their rows told', async () => {
    for (const { alias, bytes, hash } of [
      assets.absolute,
      assets.relative,
      assets.big,
      assets.deleted,
    ]) {
      const [row] = await database.sql<{ id: string; storage_path: string; hash: string }>(
        'select id, storage_path, hash from public.assets where owner_id = $1 and alias = $2',
        [hanako.id, alias],
      );
      expect(row).toMatchObject({
        storage_path: `a/${hanako.id}/${row?.id}/${hash}${path.extname(alias)}`,
        hash,
      });
      expect((await objects().read(row?.storage_path ?? ''))?.equals(bytes)).toBe(true);
    }
    const [song] = await database.sql<{ storage_path: string }>(
      `select storage_path from public.assets where alias = 'song.mp3'`,
    );
    expect(String(await objects().read(song?.storage_path ?? ''))).toBe('song');
    const stolen = await database.sql<{ storage_path: string }>(
      `select storage_path from public.assets where alias in ('stolen.png', 'link.png')`,
    );
    for (const { storage_path } of stolen) expect(storage_path).not.toMatch(/^a\//);
  });

  it('opens every asset that it took, and no other', async () => {
    const rows = await database.sql<{ id: string; alias: string }>(
      'select id, alias from public.assets order by alias',
    );
    const opened: string[] = [];
    for (const { id, alias } of rows) {
      const asset = await database.store.assets.get(id);
      const key = asset && assetKeyOf(asset);
      if (key && (await objects().sizeOf(key)) !== null) opened.push(alias);
    }
    const { absolute, relative, big, edited, deleted } = assets;
    const taken = [absolute, relative, big, edited, deleted].map(({ alias }) => alias);
    expect(opened.toSorted()).toEqual([...taken, 'song.mp3'].toSorted());
  });

  it('opens those that name their place here, also when V2 has their files no more', async () => {
    const places = await database.sql<{ id: string; storage_path: string }>(
      'select id, storage_path from public.assets where is_stored order by id',
    );
    const gone = path.join(from, 'users', hanako.id, 'assets', assets.big.filename);
    await rm(gone);
    await database.sql('update public.assets set is_stored = false');
    expect(await run({ dryRun: true })).toMatchObject({ assets: 6, comparedAssets: 0 });
    expect(await run()).toMatchObject({ assets: 6, comparedAssets: 0 });
    expect(
      await database.sql('select id, storage_path from public.assets where is_stored order by id'),
    ).toEqual(places);
    await writeFile(gone, assets.big.bytes);
  });

  it('keeps image, video and draft beside the versions, not in the newest', async () => {
    const store = createFileObjectStore(to);
    const { id } = projects.media;
    expect((await createVideos(store).read(id))?.bytes).toHaveLength(200_000);
    expect((await createThumbnails(store).read(id))?.bytes).toHaveLength(5_000);
    expect(
      (await filesOf(projects.media, (await head(projects.media)).revision)).map(
        (entry) => entry.path,
      ),
    ).not.toContain('movie.mp4');
    expect(
      await database.sql(
        'select title, tags, visibility, remix from public.publish_drafts where project_id = $1',
        [projects.media.id],
      ),
    ).toEqual([
      { title: '題', tags: '["猫","ジャンプ"]', visibility: 'unlisted', remix: 'disallowed' },
    ]);
  });

  it('takes nothing twice', async () => {
    const before = await snapshot();
    expect(await run()).toMatchObject({
      versions: 0,
      states: 0,
      changedProjects: 0,
      assets: 0,
      media: 0,
      drafts: 0,
    });
    expect(await snapshot()).toEqual(before);
  });

  it('takes what a living V2 made since, in the same line', async () => {
    await generate(projects.dirty, 2, 'V2 は続く');
    expect(await run({ user: hanako.id })).toMatchObject({ users: 1, versions: 1, states: 1 });
    expect(
      (await database.store.revisions.list(projects.dirty.id)).map(({ message }) => message),
    ).toEqual(['V2 は続く', '引き継ぎ時の状態', '最初']);
    expect(await run({ user: hanako.id })).toMatchObject({ versions: 0, states: 0 });
  });

  it('leaves a project with versions of its own alone, and says what it leaves out', async () => {
    const { revision, ordinal } = await head(projects.packed);
    await database.sql(
      'insert into public.revisions (project_id, ordinal, revision, parent, job_id, kind, ' +
        `subject) values ($1, $2, $3, $4, gen_random_uuid(), 'generate', 'こちらで')`,
      [projects.packed.id, ordinal + 1, 'c'.repeat(40), revision],
    );
    expect(
      (await run({ user: hanako.id })).problems.filter((problem) =>
        problem.includes(projects.packed.id),
      ),
    ).toEqual([]);
    await generate(projects.packed, 3, '遅すぎた');
    const { problems, versions } = await run({ user: hanako.id });
    expect(versions).toBe(0);
    expect(problems.filter((problem) => problem.includes(projects.packed.id))).toEqual([
      expect.stringContaining('1 version(s) of V2 are not taken'),
    ]);
  });
});
