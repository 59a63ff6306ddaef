import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { createAssets } from '../../../src/objects/assets.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createVersions } from '../../../src/versions/kept/versions.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import type { TestUser } from '../../support/users.js';
import {
  fingerprint,
  generate,
  makeAsset,
  makeProject,
  v2List,
  v2Tree,
  type V2Project,
} from './v2-folders.js';

const PROJECTS = 5;
const ASSETS = 4;

// A run starts a hundred programs.
vi.setConfig({ testTimeout: 120_000 });

let base: string;
let from: string;
let to: string;
let database: TestDatabase;
let owner: TestUser;
const projects: V2Project[] = [];
let untouched: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-v2-'));
  [from, to] = [path.join(base, 'data'), path.join(base, 'ours')];
  await mkdir(from);
  database = await startDatabase();
  owner = await database.createUser('hanako');
  for (let number = 1; number <= PROJECTS; number += 1) {
    const project = await makeProject(from, owner.id);
    await database.sql('insert into public.projects (id, user_id) values ($1, $2)', [
      project.id,
      owner.id,
    ]);
    for (const version of [1, 2]) await generate(project, number * 10 + version, `版 ${version}`);
    projects.push(project);
  }
  for (let number = 1; number <= ASSETS; number += 1) {
    const { filename, alias, hash } = await makeAsset(
      from,
      owner.id,
      `asset${number}`,
      '.png',
      1_000_000,
    );
    await database.sql(
      'insert into public.assets (owner_id, filename, alias, hash, storage_path) values ' +
        '($1, $2, $3, $4, $5)',
      [owner.id, filename, alias, hash, `/data/users/${owner.id}/assets/${filename}`],
    );
  }
  untouched = await fingerprint(from);
}, patient(300_000));
afterAll(async () => {
  await database.stop();
  await rm(base, { recursive: true, force: true });
});

/** `npx dreamcore import-v2` as an operator runs it. */
function dreamcore(...args: string[]): {
  kill: () => void;
  ended: Promise<{ code: number | null; said: string }>;
} {
  const child = spawn(
    process.execPath,
    [
      path.join(PROJECT_ROOT, 'bin/dreamcore.js'),
      'import-v2',
      from,
      '--env-file=/dev/null',
      ...args,
    ],
    {
      cwd: base,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: base, DATA_DIR: to, ...database.config },
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return {
    kill: () => {
      child.kill('SIGKILL');
    },
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, said })),
  };
}

const imported = async (): Promise<{ assets: number; projects: number }> =>
  (
    await database.sql<{ assets: number; projects: number }>(
      'select (select count(*) from public.assets where storage_path like $1)::int as ' +
        'assets, (select count(distinct project_id) from public.revisions)::int as projects',
      ['a/%'],
    )
  )[0] ?? { assets: 0, projects: 0 };

it('a dry run counts all of it; database, data folder and ours stay as they were', async () => {
  const { code, said } = await dreamcore('--dry-run').ended;
  expect(said).toContain(
    `Would be taken: ${PROJECTS * 2} version(s) and ${PROJECTS} uncommitted state(s) of ` +
      `${PROJECTS} project(s), ${ASSETS} asset(s)`,
  );
  expect(said).toContain('No problems.\nNothing was changed.');
  expect(code).toBe(0);
  expect([await imported(), await fingerprint(from)]).toEqual([
    { assets: 0, projects: 0 },
    untouched,
  ]);
  await expect(stat(to)).rejects.toThrow('ENOENT');
});

it.each([
  ['among the assets', ({ assets }: Awaited<ReturnType<typeof imported>>) => assets >= 2],
  ['at the first project', (done) => done.projects >= 1],
  ['later on', (done) => done.projects >= 3],
])('killed %s', async (_, isReached) => {
  const run = dreamcore();
  let over = false;
  void run.ended.then(() => {
    over = true;
  });
  while (!over && !isReached(await imported())) await sleep(20);
  run.kill();
  const { code, said } = await run.ended;
  expect([code, said]).toEqual([null, '']);
  expect((await imported()).projects).toBeLessThan(PROJECTS);
});

it('the next run takes the rest: the same end as if nobody had killed it', async () => {
  const before = await imported();
  const { code, said } = await dreamcore().ended;
  expect(said).toContain('No problems.');
  expect(said).toMatch(
    new RegExp(`Taken: \\d+ version\\(s\\).* ${ASSETS - before.assets} asset\\(s\\)`),
  );
  expect(code).toBe(0);
  const versions = createVersions(createFileObjectStore(to), database.store.revisions);
  for (const { id, folder } of projects) {
    const listed = await database.store.revisions.list(id);
    expect(
      listed
        .filter(({ message }) => message.startsWith('版'))
        .map(({ hash, message, timestamp }) => [hash, message, timestamp]),
    ).toEqual(v2List(folder).map(({ hash, message, timestamp }) => [hash, message, timestamp]));
    const rows = await database.sql<{ revision: string; subject: string }>(
      'select revision, subject from public.revisions where project_id = $1 order by ordinal',
      [id],
    );
    for (const { revision } of rows.slice(0, 2)) {
      expect(
        new Map(
          (await versions.listFiles({ projectId: id, revision })).map((entry) => [
            entry.path,
            entry.oid,
          ]),
        ),
      ).toEqual(v2Tree(folder, revision));
    }
  }
  const assets = createAssets(createFileObjectStore(to));
  const kept = await database.sql<{ storage_path: string }>(
    'select storage_path from public.assets',
  );
  expect(kept).toHaveLength(ASSETS);
  for (const { storage_path: key } of kept) expect(await assets.readChecked(key)).not.toBeNull();
  expect(await fingerprint(from)).toBe(untouched);
});

it("one more takes nothing, and compares everything with V2's once more", async () => {
  const { said } = await dreamcore().ended;
  expect(said).toContain(
    'Taken: 0 version(s) and 0 uncommitted state(s) of 0 project(s), 0 asset(s)',
  );
  expect(said).toContain(
    `Taken before and the same still: ${PROJECTS * 2} version(s), ${ASSETS} asset(s).`,
  );
});

it("says which version is not V2's any more", async () => {
  const [project] = projects;
  const [first, second] = await database.sql<{ revision: string }>(
    'select revision from public.revisions where project_id = $1 order by ordinal',
    [project?.id],
  );
  await database.sql(
    'update public.revisions set revision = $1 where project_id = $2 and revision = $3',
    ['d'.repeat(40), project?.id, first?.revision],
  );
  const { code, said } = await dreamcore().ended;
  expect(said).toContain(`the object of version ${'d'.repeat(40)} is not there`);
  expect(said).not.toContain(second?.revision);
  expect(code).toBe(1);
});

it("refuses an address that is no data folder of V2's, or not there, with a reason", async () => {
  from = path.join(base, 'nowhere');
  expect(await dreamcore().ended).toMatchObject({
    code: 1,
    said: expect.stringContaining(`There is no folder ${from}`) as string,
  });
  from = base;
  expect(await dreamcore().ended).toMatchObject({
    code: 1,
    said: expect.stringContaining('is not a data folder of V2') as string,
  });
});
