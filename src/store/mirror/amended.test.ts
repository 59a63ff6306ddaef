import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitFolder } from '../../git/commit.js';
import { candidateRef } from '../../git/job-refs.js';
import type { Repo } from '../../git/process.js';
import { listTree, logPage, readFile } from '../../git/read.js';
import { initBare, resolve } from '../../git/refs.js';
import { findCandidate } from '../../runner/candidate/save.js';
import { amendCandidate } from './amended.js';

const JOB = 'a-job';
const REF = candidateRef(JOB, 2);

let base: string;
let repo: Repo;
beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-amended-'));
  repo = await initBare(path.join(base, 'repo.git'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

/** A candidate of the job on a parent, as a runner leaves it. */
async function candidate(): Promise<{ parent: string; revision: string }> {
  const work = path.join(base, 'work');
  await mkdir(work);
  await writeFile(path.join(work, 'index.html'), '<p>1</p>');
  const commit = async (ref: string, parent: string | null, trailers: Record<string, string>) =>
    (
      await commitFolder(repo, work, {
        message: { subject: '猫 "x"', trailers, madeAt: new Date(1_700_000_000_000) },
        target: { ref, expected: null, parent },
      })
    ).revision;
  const parent = await commit('refs/heads/main', null, {});
  const usage = JSON.stringify({ costUsd: 0.5, turns: 2 });
  const trailers = { 'Job-Id': JOB, Round: '0', 'Run-Usage': usage };
  return { parent, revision: await commit(REF, parent, trailers) };
}

describe('C4: a candidate that gets more files', () => {
  it('keeps parent, words, trailers: the same commit however often, its job finds it', async () => {
    const { parent, revision } = await candidate();
    const files = [{ path: 'images/cat.webp', content: Buffer.from([1, 2, 0, 255]) }];
    const amend = () => amendCandidate(repo, { jobId: JOB, attempt: 2, revision, files });
    const amended = await amend();
    expect(amended).not.toBe(revision);
    expect(await amend()).toBe(amended);
    expect(await resolve(repo, REF)).toBe(amended);
    expect((await listTree(repo, amended)).map((file) => file.path)).toEqual([
      'images/cat.webp',
      'index.html',
    ]);
    expect(await readFile(repo, amended, 'images/cat.webp')).toEqual(files[0]?.content);
    const [before] = await logPage(repo, revision, { skip: 0, limit: 1 });
    const [after] = await logPage(repo, amended, { skip: 0, limit: 1 });
    expect(after).toEqual({ ...before, revision: amended });
    const found = await findCandidate(repo, { jobId: JOB, parent, round: 0, from: null });
    expect(found).toMatchObject({ revision: amended, usage: { costUsd: 0.5 } });
  });

  it('may have been made by an attempt before: then this one has it, too', async () => {
    const { revision } = await candidate();
    const files = [{ path: 'images/cat.webp', content: 'x' }];
    const amended = await amendCandidate(repo, { jobId: JOB, attempt: 3, revision, files });
    expect(await resolve(repo, candidateRef(JOB, 3))).toBe(amended);
  });
});
