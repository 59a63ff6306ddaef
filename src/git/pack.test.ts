import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitFiles } from './commit.js';
import { packRepo } from './pack.js';
import { git, type Repo } from './process.js';
import { readFile } from './read.js';
import { initBare, deleteRef } from './refs.js';

let base: string;
let repo: Repo;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'dreamcore-pack-'));
  repo = await initBare(join(base, 'repo.git'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

const MAIN = 'refs/heads/main';
const contentOf = (n: number): string => `<p>version ${n}</p>`;
const commit = (n: number, parent: string | null, ref = MAIN): Promise<string> =>
  commitFiles(
    repo,
    [],
    [{ path: 'index.html', content: contentOf(n) }],
    { subject: `version ${n}` },
    { ref, expected: ref === MAIN ? parent : null, parent },
  );
const looseObjects = (): number =>
  Number(
    /^count: (\d+)/m.exec(
      String(execFileSync('git', ['-C', repo.gitDir, 'count-objects', '-v'])),
    )?.[1],
  );
/** Loose objects without a process for each. */
async function litter(count: number): Promise<void> {
  const paths: string[] = [];
  for (let n = 0; n < count; n += 1) {
    paths.push(join(base, `litter-${n}`));
    await writeFile(join(base, `litter-${n}`), `litter ${n} ${Math.random()}`);
  }
  await git(repo, ['hash-object', '-w', '--stdin-paths'], { input: `${paths.join('\n')}\n` });
}

it('packs a repository only when much lies about, and keeps what nothing names', async () => {
  const main = await commit(1, null);
  const orphan = await commit(2, main, 'refs/jobs/a-job/1');
  await deleteRef(repo, 'refs/jobs/a-job/1');
  expect(await packRepo(repo)).toBe(false);
  await litter(250);
  expect(await packRepo(repo)).toBe(true);
  // Git takes what nothing names into a pack that follows another one.
  expect(await packRepo(repo)).toBe(true);
  expect(looseObjects()).toBe(0);
  // A candidate whose ref is gone, or not there yet, is still whole.
  expect(String(await readFile(repo, orphan, 'index.html'))).toBe(contentOf(2));
  await git(repo, ['fsck', '--strict', '--no-dangling']);
  expect(await packRepo(repo)).toBe(false);
});

it('what a killed packing left goes an hour later', async () => {
  const packs = join(repo.gitDir, 'objects/pack');
  for (const name of ['tmp_pack_old', '.tmp-1-pack-old.pack', 'tmp_pack_new'])
    await writeFile(join(packs, name), 'x');
  const longAgo = new Date(Date.now() - 2 * 60 * 60_000);
  for (const name of ['tmp_pack_old', '.tmp-1-pack-old.pack'])
    await utimes(join(packs, name), longAgo, longAgo);
  await packRepo(repo);
  expect(await readdir(packs)).toEqual(['tmp_pack_new']);
});

it('E4: no reader and no writer notices that a repository is packed', async () => {
  let head = await commit(0, null);
  const revisions = [head];
  let isDone = false;
  const reading = (async () => {
    let reads = 0;
    for (; !isDone; reads += 1) {
      const n = reads % revisions.length;
      expect(String(await readFile(repo, revisions[n] ?? '', 'index.html'))).toBe(contentOf(n));
    }
    return reads;
  })();
  const packing = (async () => {
    let packs = 0;
    while (!isDone) {
      await litter(250);
      if (await packRepo(repo)) packs += 1;
    }
    return packs;
  })();
  for (let n = 1; n <= 12; n += 1) {
    head = await commit(n, head);
    revisions.push(head);
  }
  isDone = true;
  expect(await reading).toBeGreaterThan(3);
  expect(await packing).toBeGreaterThan(0);
  await git(repo, ['fsck', '--strict', '--no-dangling']);
  for (const [n, revision] of revisions.entries())
    expect(String(await readFile(repo, revision, 'index.html'))).toBe(contentOf(n));
});
