import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleCreate, bundleFetch, bundleVerify } from './bundle.js';
import { commitFolder } from '../../test/support/git-commits.js';
import type { Repo } from './process.js';
import { deleteRef, initBare, isAncestor, listRefs, resolve, updateRef } from './refs.js';
import { listTree } from './read.js';

const MAIN = 'refs/heads/main';
let base: string;
let here: Repo;
let there: Repo;
let file: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'dreamcore-bundle-'));
  here = await initBare(join(base, 'here.git'));
  there = await initBare(join(base, 'there.git'));
  file = join(base, 'x.bundle');
  await mkdir(join(base, 'work'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function commit(repo: Repo, text: string, parent: string | null): Promise<string> {
  await writeFile(join(base, 'work', 'index.html'), text);
  return (
    await commitFolder(repo, join(base, 'work'), {
      message: { subject: text },
      target: { ref: MAIN, expected: parent, parent },
    })
  ).revision;
}

describe('E6: bundles bring commits from one repository to the other', () => {
  it('carries everything, then only what lacks, with equal hashes and trees', async () => {
    const first = await commit(here, 'one', null);
    expect(await bundleCreate(here, { have: null, want: first, file })).toBe(true);
    const incoming = await bundleFetch(there, { file, want: first });
    expect(await updateRef(there, MAIN, first, null)).toBe(true);
    await deleteRef(there, incoming);
    const second = await commit(here, 'two', first);
    expect(await bundleCreate(here, { have: first, want: second, file })).toBe(true);
    expect((await stat(file)).size).toBeLessThan(2_000);
    await bundleFetch(there, { file, want: second });
    expect(await isAncestor(there, first, second)).toBe(true);
    expect(await updateRef(there, MAIN, second, first)).toBe(true);
    expect(await listTree(there, second)).toEqual(await listTree(here, second));
    expect(await listRefs(here, 'refs/outgoing')).toEqual([]);
  });

  it('writes nothing when there is nothing new', async () => {
    const first = await commit(here, 'one', null);
    const second = await commit(here, 'two', first);
    expect(await bundleCreate(here, { have: first, want: first, file })).toBe(false);
    expect(await bundleCreate(here, { have: second, want: first, file })).toBe(false);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('says which commit lacks on the other side, and takes nothing', async () => {
    const first = await commit(here, 'one', null);
    const second = await commit(here, 'two', first);
    await bundleCreate(here, { have: first, want: second, file });
    expect(await bundleVerify(there, file)).toMatchObject({ ok: false, missing: [first] });
    await expect(bundleFetch(there, { file, want: second })).rejects.toMatchObject({
      kind: 'RevisionMissing',
      details: { missing: [first] },
    });
    expect(await resolve(there, second)).toBeNull();
  });

  it('shows divergence as "not an ancestor", and a stale writer cannot move the ref', async () => {
    const first = await commit(here, 'one', null);
    await bundleCreate(here, { have: null, want: first, file });
    await bundleFetch(there, { file, want: first });
    await updateRef(there, MAIN, first, null);
    const mine = await commit(there, 'mine', first);
    const theirs = await commit(here, 'theirs', first);
    await bundleCreate(here, { have: first, want: theirs, file });
    await bundleFetch(there, { file, want: theirs });
    expect(await isAncestor(there, mine, theirs)).toBe(false);
    expect(await updateRef(there, MAIN, theirs, first)).toBe(false);
    expect(await resolve(there, MAIN)).toBe(mine);
  });

  it(
    'refuses a bundle that holds another commit than ' + 'promised, and one that is damaged',
    async () => {
      const first = await commit(here, 'one', null);
      await bundleCreate(here, { have: null, want: first, file });
      await expect(bundleFetch(there, { file, want: 'b'.repeat(40) })).rejects.toMatchObject({
        kind: 'CandidateRefused',
      });
      await writeFile(file, 'not a bundle');
      await expect(bundleFetch(there, { file, want: first })).rejects.toMatchObject({
        kind: 'RevisionMissing',
      });
      await expect(
        bundleCreate(here, { have: null, want: 'c'.repeat(40), file }),
      ).rejects.toMatchObject({ kind: 'RevisionMissing' });
    },
  );
});
