import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runImport } from '../../../tools/import-v2/import.js';
import type { ImportReport } from '../../../tools/import-v2/report.js';
import { connect } from '../../../src/store/tables/client.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createVersions } from '../../../src/versions/kept/versions.js';
import { v2ImportTables } from '../../../tools/import-v2/tables.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';
import {
  game,
  generate,
  gitIn,
  makeAsset,
  makeProject,
  put,
  v2List,
  type V2Project,
} from './v2-folders.js';

/** What a model left in V2's folders, or a user wrote into rows, to get at what is not theirs. */
let base: string;
let from: string;
let database: TestDatabase;
let mallory: TestUser;
let victim: TestUser;
let secret: Awaited<ReturnType<typeof makeAsset>>;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-v2-'));
  from = path.join(base, 'data');
  await mkdir(from);
  database = await startDatabase();
  [mallory, victim] = [await database.createUser('mallory'), await database.createUser('victim')];
  secret = await makeAsset(from, victim.id, 'secret', '.png', 500);
});
afterAll(async () => {
  await database.stop();
  await rm(base, { recursive: true, force: true });
});

const adopt = (to: string, user: TestUser): Promise<ImportReport> => {
  const tables = v2ImportTables(
    connect(database.config.SUPABASE_URL, database.config.SUPABASE_SERVICE_ROLE_KEY),
  );
  return runImport(
    { tables, from, to, objects: createFileObjectStore(to) },
    { dryRun: false, user: user.id },
  );
};
const own = async (user: TestUser, id: string = randomUUID()): Promise<string> => {
  await database.sql('insert into public.projects (id, user_id) values ($1, $2)', [id, user.id]);
  return id;
};
const insertAsset = async (
  storagePath: string,
  filename = 'x.png',
  hash = 'a'.repeat(64),
): Promise<string> => {
  const [row] = await database.sql<{ id: string }>(
    'insert into public.assets (owner_id, filename, alias, hash, storage_path) values ($1, ' +
      '$2, $3, $4, $5) returning id',
    [mallory.id, filename, `${randomUUID()}.png`, hash, storagePath],
  );
  return row?.id ?? '';
};
const pathOf = async (id: string): Promise<string> =>
  (
    await database.sql<{ storage_path: string }>(
      'select storage_path from public.assets where id = $1',
      [id],
    )
  )[0]?.storage_path ?? '';

const versionsIn = (dataDir: string) =>
  createVersions(createFileObjectStore(dataDir), database.store.revisions);

describe('rows of assets', () => {
  let to: string;
  let home: string;
  let report: ImportReport;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    to = path.join(base, 'assets-target');
    home = path.join(from, 'users', mallory.id, 'assets');
    await mkdir(home, { recursive: true });
    await symlink(path.join(from, 'users', victim.id, 'assets'), path.join(home, 'others'));
    await symlink('/etc', path.join(home, 'etc'));
    execFileSync('mkfifo', [path.join(home, 'pipe.png')]);
    await writeFile(path.join(home, 'huge.png'), '');
    await truncate(path.join(home, 'huge.png'), 1024 ** 3 + 1);
    await mkdir(path.join(home, 'folder.png'));
    const there = `/data/users/${mallory.id}/assets`;
    Object.assign(ids, {
      foreign: await insertAsset(`/data/users/${victim.id}/assets/${secret.filename}`),
      up: await insertAsset(`${there}/../../${victim.id}/assets/${secret.filename}`),
      linked: await insertAsset(`${there}/others/${secret.filename}`),
      passwd: await insertAsset(`${there}/etc/passwd`, 'passwd'),
      root: await insertAsset('/etc/passwd', '../../../../../etc/passwd'),
      twice: await insertAsset(
        `/users/${mallory.id}/assets/../../../users/${mallory.id}/assets/../../` +
          `${victim.id}/assets/${secret.filename}`,
      ),
      encoded: await insertAsset(`${there}/%2e%2e/%2e%2e/${victim.id}/assets/${secret.filename}`),
      backslash: await insertAsset(`${there}\\..\\..\\${victim.id}\\assets\\${secret.filename}`),
      pipe: await insertAsset(`${there}/pipe.png`, 'pipe.png'),
      huge: await insertAsset(`${there}/huge.png`, 'huge.png'),
      folder: await insertAsset(`${there}/folder.png`, 'folder.png'),
      long: await insertAsset(`${there}/${'x'.repeat(5_000)}`, `${'y'.repeat(300)}.png`),
      home: await insertAsset(`${there}/`, '.'),
    });
    report = await adopt(to, mallory);
  });

  it("lead only into their owner's folder, whatever path they name or links lead to", async () => {
    expect(report.assets).toBe(0);
    for (const id of Object.values(ids)) {
      expect((await pathOf(id)).startsWith(to)).toBe(false);
      expect(report.problems.filter((problem) => problem.includes(id))).toHaveLength(1);
    }
    await expect(stat(path.join(to, 'users', mallory.id, 'assets'))).rejects.toThrow('ENOENT');
  });

  it('each says why it was not taken', () => {
    const why = (name: string): string =>
      report.problems
        .find((problem) => problem.includes(ids[name] ?? ''))
        ?.split('): ')
        .at(-1) ?? '';
    expect(
      [why('foreign'), why('linked'), why('passwd')].every((reason) =>
        reason.startsWith('its file is not in the data folder'),
      ),
    ).toBe(true);
    expect([why('pipe'), why('folder'), why('huge'), why('long')]).toEqual([
      'its file is not a file',
      'its file is not a file',
      'its file is larger than 1 GiB',
      'its file is not readable',
    ]);
  });
});

describe('folders', () => {
  it("that are links, or somebody else's project, are named and not taken", async () => {
    const to = path.join(base, 'folders-target');
    const projects = path.join(from, 'users', mallory.id, 'projects');
    const theirs = await makeProject(from, victim.id, await own(victim));
    await generate(theirs, 1, '秘密');
    const [link, copied] = [await own(mallory), theirs.id];
    await mkdir(projects, { recursive: true });
    await symlink(theirs.folder, path.join(projects, link));
    await makeProject(from, mallory.id, copied);
    const other = await database.createUser('other');
    await mkdir(path.join(from, 'users', other.id));
    await symlink(
      path.join(from, 'users', victim.id, 'projects'),
      path.join(from, 'users', other.id, 'projects'),
    );
    const { problems, versions } = await adopt(to, mallory);
    expect(versions).toBe(0);
    expect(problems).toContain(`project ${link} of user ${mallory.id}: is not a folder`);
    expect(problems).toContain(
      `project ${copied} of user ${mallory.id}: is not in the database as a project of this user`,
    );
    expect((await adopt(to, other)).problems).toEqual([
      `user ${other.id}: projects is not a folder; nothing in it is taken`,
    ]);
    expect(await database.sql('select from public.revisions')).toEqual([]);
  });

  it('with git objects, pipes and links leading out: takes the safe, names the rest', async () => {
    const to = path.join(base, 'links-target');
    const project = await makeProject(from, mallory.id, await own(mallory));
    await generate(project, 1, '一');
    await symlink('/etc', path.join(project.folder, 'js'));
    execFileSync('mkfifo', [path.join(project.folder, 'pipe')]);
    await writeFile(path.join(project.folder, 'big.bin'), '');
    await truncate(path.join(project.folder, 'big.bin'), 1024 ** 3 + 1);
    await put(project.folder, { 'thumbnail.png': 'old', 'PUBLISH.json': '{"title":' });
    await rm(path.join(project.folder, 'thumbnail.png'));
    await symlink('/etc/passwd', path.join(project.folder, 'thumbnail.png'));
    const { problems } = await adopt(to, mallory);
    const here = problems
      .filter((problem) => problem.includes(project.id))
      .map((problem) => problem.split(': ').slice(1).join(': '));
    expect(here).toEqual([
      'left out of its files: "js", "pipe", "big.bin"',
      'thumbnail.png is not a file',
      'PUBLISH.json cannot be read: its draft is not taken',
    ]);
    const head = await database.store.revisions.head(project.id);
    const names = (
      await versionsIn(to).listFiles({ projectId: project.id, revision: head?.revision ?? '' })
    ).map((entry) => entry.path);
    expect(names.filter((name) => /^(js|pipe|big|thumb|PUBLISH)/.test(name))).toEqual([]);
  });
});

describe('names', () => {
  it('E3: that no version may hold are left out of the files and of each version', async () => {
    const to = path.join(base, 'names-target');
    const project = await makeProject(from, mallory.id, await own(mallory));
    const odd = [
      'CLAUDE.md',
      '-x.js',
      'new\nline.js',
      'INDEX.HTML',
      'a/HEAD',
      'a/objects/x',
      'a/refs/x',
    ];
    await put(project.folder, Object.fromEntries(odd.map((name) => [name, 'x'])));
    await generate(project, 1, '一');
    const { problems } = await adopt(to, mallory);
    const here = problems.filter((problem) => problem.includes(project.id));
    expect(here.map((problem) => problem.includes('left out of its'))).toEqual([true, true]);
    const versions = versionsIn(to);
    const rows = await database.sql<{ revision: string }>(
      'select revision from public.revisions where project_id = $1',
      [project.id],
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { revision } of rows) {
      const files = await versions.listFiles({ projectId: project.id, revision });
      expect(files.map((file) => file.path).filter((name) => !name.startsWith('.'))).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(CLAUDE|-x|new|a\/)/)]),
      );
      expect(files.filter((file) => /^index.html$/i.test(file.path))).toHaveLength(1);
    }
  });
});

describe('one data folder for both', () => {
  let project: V2Project;
  let planted: V2Project;
  let asset: Awaited<ReturnType<typeof makeAsset>>;

  beforeAll(async () => {
    [project, planted] = [
      await makeProject(from, victim.id, await own(victim)),
      await makeProject(from, victim.id, await own(victim)),
    ];
    for (const number of [1, 2]) await generate(project, number, `版 ${number}`);
    await put(project.folder, { 'thumbnail.webp': 'image' });
    await generate(planted, 1, '罠');
    // A repository where ours is going to be, with a program for every occasion.
    gitIn(planted.folder, ['init', '--quiet', '--bare', 'repo.git']);
    await put(planted.folder, {
      'repo.git/config':
        '[core]\n\tbare = ' + `true\n\talternateRefsCommand = touch '${base}/EXECUTED'\n`,
      'repo.git/refs/heads/main': `${'e'.repeat(40)}\n`,
    });
    for (const hook of ['reference-transaction', 'post-update']) {
      await put(planted.folder, {
        [`repo.git/hooks/${hook}`]: `#!/bin/sh\ntouch '${base}/EXECUTED'\n`,
      });
      await chmod(path.join(planted.folder, 'repo.git/hooks', hook), 0o755);
    }
    asset = secret;
    await database.sql(
      'insert into public.assets (owner_id, filename, alias, hash, storage_path) values ' +
        '($1, $2, $3, $4, $5)',
      [
        victim.id,
        asset.filename,
        asset.alias,
        asset.hash,
        path.join(from, 'users', victim.id, 'assets', asset.filename),
      ],
    );
  });

  it("versions, images and assets end beside V2's own files, which stay as they are", async () => {
    const { problems, assets } = await adopt(from, victim);
    expect([problems, assets]).toEqual([[], 1]);
    expect(
      (await database.store.revisions.list(project.id))
        .filter(({ message }) => message.startsWith('版'))
        .map(({ hash }) => hash),
    ).toEqual(v2List(project.folder).map(({ hash }) => hash));
    expect(await readFile(path.join(project.folder, 'thumbnail.webp'), 'utf8')).toBe('image');
    expect(await readFile(path.join(project.folder, 'index.html'), 'utf8')).toBe(game('ゲーム 2'));
    const [row] = await database.sql<{ id: string; storage_path: string }>(
      'select id, storage_path from public.assets where owner_id = $1',
      [victim.id],
    );
    const hash = createHash('sha256').update(asset.bytes).digest('hex');
    expect(row?.storage_path).toBe(`a/${victim.id}/${row?.id}/${hash}.png`);
    expect(
      (await readFile(path.join(from, 'users', victim.id, 'assets', asset.filename))).equals(
        asset.bytes,
      ),
    ).toBe(true);
    expect(await adopt(from, victim)).toMatchObject({
      versions: 0,
      states: 0,
      assets: 0,
      unknownFiles: 0,
      comparedAssets: 1,
      problems: [],
    });
  });

  it('E3: a repository that waited where older releases had theirs is not looked at', async () => {
    await expect(stat(path.join(base, 'EXECUTED'))).rejects.toThrow('ENOENT');
    expect(
      (await database.store.revisions.list(planted.id)).map(({ message }) => message),
    ).toContain('罠');
  });
});
