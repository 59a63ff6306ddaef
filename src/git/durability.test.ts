import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchSyncs } from '../../test/support/synced-places.js';
import { commitFiles, commitFolder } from './commit.js';
import { openRepo, type Repo } from './process.js';
import { initBare, syncRef, updateRef } from './refs.js';

let base: string;
let repo: Repo;
/** Folders and files that this process has synced, in order. */
let synced: string[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'dreamcore-durable-'));
  synced = [];
  await watchSyncs(base, ({ place }) => synced.push(place));
  repo = await initBare(join(base, 'repo.git'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(base, { recursive: true, force: true });
});

/** Counts what git itself syncs: a `git` on the path that writes down its own statistics. */
async function countGitSyncs(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const trace = join(base, 'trace');
  const bin = join(base, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'git'), `#!/bin/sh\nGIT_TRACE2_EVENT=${trace} exec ${real} "$@"\n`);
  await chmod(join(bin, 'git'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  await work();
  vi.unstubAllEnvs();
  const counts: Record<string, number> = {};
  let verb = '';
  for (const line of (await readFile(trace, 'utf8')).split('\n').filter(Boolean)) {
    const event = JSON.parse(line) as {
      event: string;
      name?: string;
      key?: string;
      value?: string;
    };
    if (event.event === 'cmd_name') verb = event.name ?? '';
    if (event.event === 'data' && event.key === 'fsync/hardware-flush')
      counts[verb] = (counts[verb] ?? 0) + Number(event.value);
  }
  return counts;
}

it('E4: each object of a candidate and its ref are synced by git, its folders by us', async () => {
  const work = join(base, 'work');
  await mkdir(join(work, 'js'), { recursive: true });
  await writeFile(join(work, 'index.html'), '<p>one</p>');
  await writeFile(join(work, 'js/game.js'), 'let x');
  synced = [];
  const counts = await countGitSyncs(() =>
    commitFolder(repo, work, {
      message: { subject: 'a version' },
      target: { ref: 'refs/jobs/a-job/1', expected: null, parent: null },
    }),
  );
  expect(counts).toEqual({
    'hash-object': 2,
    'write-tree': 2,
    'commit-tree': 1,
    'update-ref': 1,
  });
  expect(synced).toEqual(
    ['refs/jobs/a-job', 'refs/jobs', 'refs'].map((folder) => join(repo.gitDir, folder)),
  );
});

it('E4: a ref found where it should be is synced again: its writer may be dead', async () => {
  const revision = await commitFiles(
    repo,
    [],
    [{ path: 'index.html', content: '<p>1</p>' }],
    { subject: 'one' },
    { ref: 'refs/heads/main', expected: null, parent: null },
  );
  synced = [];
  await updateRef(repo, 'refs/jobs/gone/1', revision, null);
  await rm(join(repo.gitDir, 'refs/jobs'), { recursive: true });
  synced = [];
  await syncRef(repo, 'refs/heads/main');
  // Its folder may have gone with a ref that was collected meanwhile.
  await syncRef(repo, 'refs/jobs/gone/1');
  expect(synced).toEqual(['refs/heads', 'refs', 'refs'].map((folder) => join(repo.gitDir, folder)));
});

it('E4: a new repository is synced before it has its name', async () => {
  synced = [];
  const gitDir = join(base, 'users/u/projects/p/repo.git');
  await initBare(gitDir);
  expect(openRepo(gitDir).gitDir).toBe(gitDir);
  const parent = join(base, 'users/u/projects/p');
  const draft = synced.filter((place) => place.startsWith(`${gitDir}.`));
  for (const part of ['/HEAD', '/config', '/objects', '/refs/heads'])
    expect(draft.some((place) => place.endsWith(part))).toBe(true);
  expect(synced.at(-1)).toBe(parent);
  expect(synced).toEqual(
    expect.arrayContaining([base, join(base, 'users'), join(base, 'users/u')]),
  );
});
