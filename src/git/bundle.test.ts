import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bundleCreate, bundleFetch } from './bundle.js';
import { commitFolder } from '../../test/support/git-commits.js';
import { git, type Repo } from './process.js';
import { initBare, listRefs, resolve, updateRef } from './refs.js';
import { listTree } from './read.js';
import { freshFolder } from '../../test/support/own-folder.js';

const MAIN = 'refs/heads/main';
const base = freshFolder();
let here: Repo;
let there: Repo;
let file: string;

beforeEach(async () => {
  here = await initBare(join(base, 'here.git'));
  there = await initBare(join(base, 'there.git'));
  file = join(base, 'x.bundle');
  await mkdir(join(base, 'work'));
});

async function commit(repo: Repo, text: string, parent: string | null): Promise<string> {
  await writeFile(join(base, 'work', 'index.html'), text);
  return commitFolder(repo, join(base, 'work'), {
    message: { subject: text },
    target: { ref: MAIN, expected: parent, parent },
  });
}

describe('E6: bundles bring commits from one repository to the other', () => {
  it('carries a version with all that it follows, with equal hashes and trees', async () => {
    const first = await commit(here, 'one', null);
    const second = await commit(here, 'two', first);
    for (const want of [first, second]) {
      await bundleCreate(here, { want, file });
      await bundleFetch(there, { file, want });
      expect(await listTree(there, want)).toEqual(await listTree(here, want));
    }
    expect(await listRefs(here, 'refs/outgoing')).toEqual([]);
  });

  it('takes nothing of a bundle that builds on what is not there', async () => {
    const first = await commit(here, 'one', null);
    const second = await commit(here, 'two', first);
    await git(here, ['bundle', 'create', '--quiet', file, MAIN, `^${first}`]);
    await expect(bundleFetch(there, { file, want: second })).rejects.toMatchObject({
      kind: 'RevisionMissing',
      message: expect.stringContaining(first) as unknown,
    });
    expect(await resolve(there, second)).toBeNull();
  });

  it('a stale writer cannot move the ref', async () => {
    const first = await commit(here, 'one', null);
    await bundleCreate(here, { want: first, file });
    await bundleFetch(there, { file, want: first });
    await updateRef(there, MAIN, first, null);
    const mine = await commit(there, 'mine', first);
    const theirs = await commit(here, 'theirs', first);
    await bundleCreate(here, { want: theirs, file });
    await bundleFetch(there, { file, want: theirs });
    expect(await updateRef(there, MAIN, theirs, first)).toBe(false);
    expect(await resolve(there, MAIN)).toBe(mine);
  });

  it('refuses a bundle of another commit than promised, and one that is damaged', async () => {
    const first = await commit(here, 'one', null);
    await bundleCreate(here, { want: first, file });
    await expect(bundleFetch(there, { file, want: 'b'.repeat(40) })).rejects.toMatchObject({
      kind: 'CandidateRefused',
    });
    await writeFile(file, 'not a bundle');
    await expect(bundleFetch(there, { file, want: first })).rejects.toMatchObject({
      kind: 'RevisionMissing',
    });
    await expect(bundleCreate(here, { want: 'c'.repeat(40), file })).rejects.toMatchObject({
      kind: 'RevisionMissing',
    });
  });
});
