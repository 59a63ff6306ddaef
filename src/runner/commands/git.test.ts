import { rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { GitInput } from '../../contracts/execution/runner.js';
import { bundleFetch } from '../../git/bundle.js';
import { git, openRepo } from '../../git/process.js';
import { initBare, resolve, updateRef } from '../../git/refs.js';
import { encodeVersion, sealVersion, type EncodedVersion } from '../../versions/format/encode.js';
import { branchUntil, commitBytes, treeOid } from '../../versions/format/git-ids.js';
import { foreignFiles } from '../../versions/format/manifest.js';
import { runGit } from './git.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const base = freshFolder();
let repoDir: string;
beforeEach(async () => {
  repoDir = path.join(base, 'repo.git');
});

const run = (input: object): Promise<unknown> =>
  runGit(GitInput.parse({ command: 'git', repoDir, ...input }));
const fsck = () => git(openRepo(repoDir), ['fsck', '--full', '--strict']);
const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: { kind?: string }) => error.kind,
  );

/** A version upon another one: its object has what that one has not. */
function version(text: string, parent: EncodedVersion | null): Promise<EncodedVersion> {
  const known = parent ? foreignFiles(parent.manifest, { workId: 'w', sha: parent.sha }) : [];
  return encodeVersion({
    parent: parent?.manifest.revision ?? null,
    message: { subject: text, trailers: { 'Job-Id': 'x' } },
    madeAt: new Date(1_790_000_000_000),
    kept: known,
    files: [
      { path: 'index.html', bytes: Buffer.from(`<p>${text}</p>`) },
      { path: 'a/b/same.js', bytes: Buffer.from('let x = 1;\n') },
    ],
  });
}

async function line(...texts: string[]): Promise<EncodedVersion[]> {
  const made: EncodedVersion[] = [];
  for (const text of texts) made.push(await version(text, made.at(-1) ?? null));
  return made;
}

/** The version as V2 may have made it: its commit follows another one. */
async function onOther(
  { manifest, bytes }: EncodedVersion,
  follows: string,
): Promise<EncodedVersion> {
  const { parent, files } = manifest;
  const made = { tree: treeOid(files), parent: follows, message: { subject: 'v2' } };
  const commit = commitBytes({ ...made, madeAt: new Date(0) });
  const end = Math.max(0, ...files.map(({ at }) => (at.length === 2 ? at[0] + at[1] : 0)));
  return sealVersion([bytes.subarray(0, end)], { parent, commit, files });
}

const idOf = ({ manifest }: EncodedVersion): string => manifest.revision;

/** `shown`: the line whose newest version `main` is to show. */
async function apply(
  versions: EncodedVersion[],
  shown: readonly EncodedVersion[] = versions,
): Promise<unknown> {
  const objectsFile = path.join(base, 'objects');
  await writeFile(objectsFile, Buffer.concat(versions.map(({ bytes }) => bytes)));
  return run({
    op: 'apply',
    line: shown.map(idOf).toReversed(),
    versions: versions.map((each) => ({ revision: idOf(each), sizeBytes: each.bytes.length })),
    objectsFile: versions.length > 0 ? objectsFile : null,
  });
}

describe('E6: the view of a project as a git repository', () => {
  it('has the ids of the versions, and is whole to the eyes of git', async () => {
    const [one, two, three] = await line('one', 'two', 'three');
    if (!one || !two || !three) throw new Error('three versions');
    expect(await run({ op: 'state', revisions: [idOf(one)] })).toEqual({ head: null, has: [] });
    expect(await apply([one])).toEqual({ head: idOf(one) });
    expect(await apply([two], [])).toEqual({ head: idOf(one) });
    expect(await apply([three], [one, two, three])).toEqual({ head: idOf(three) });
    await fsck();
    expect(await run({ op: 'state', revisions: [three, two, one].map(idOf) })).toEqual({
      head: idOf(three),
      has: [three, two, one].map(idOf),
    });
  });

  it('main goes forward only, and a repeat changes nothing', async () => {
    const [one, two] = await line('one', 'two');
    if (!one || !two) throw new Error('two versions');
    await apply([one, two]);
    expect(await apply([one, two])).toEqual({ head: idOf(two) });
    expect(await apply([], [one])).toEqual({ head: idOf(two) });
    const aside = await version('aside', one);
    expect(await apply([aside], [one, aside])).toEqual({ head: idOf(two) });
    await updateRef(openRepo(repoDir), 'refs/heads/main', idOf(one), idOf(two));
    expect(await apply([], [one, two])).toEqual({ head: idOf(two) });
  });

  it('git refuses what is not whole, and main stays where it was', async () => {
    const [one, two, three] = await line('one', 'two', 'three');
    if (!one || !two || !three) throw new Error('three versions');
    await apply([one]);
    expect(await kindOf(apply([three]))).toBe('CandidateRefused');
    const lying = { ...two, manifest: { ...two.manifest, revision: idOf(three) } };
    expect(await kindOf(apply([lying]))).toBe('CandidateRefused');
    const damaged = Buffer.from(two.bytes);
    damaged[3] = (damaged[3] ?? 0) ^ 1;
    expect(await kindOf(apply([{ ...two, bytes: damaged }]))).toBe('CandidateRefused');
    expect(await kindOf(apply([], [three]))).toBe('RevisionMissing');
    expect(await resolve(openRepo(repoDir), 'refs/heads/main')).toBe(idOf(one));
    await fsck();
    expect(await apply([two, three], [one, two, three])).toEqual({ head: idOf(three) });
  });

  it('a commit of V2 upon one that is no version ends its history; none is lost', async () => {
    const [first] = await line('first');
    const one = await onOther(first!, 'a'.repeat(40));
    const two = await onOther(await version('two', one), 'b'.repeat(40));
    const three = await version('three', two);
    await apply([one], [one]);
    for (const _ of ['at first', 'repeated'])
      expect(await apply([two, three], [one, two, three])).toEqual({ head: idOf(three) });
    await fsck();
    const repo = openRepo(repoDir);
    const shown = String(await git(repo, ['rev-list', 'main'])).trim();
    expect(shown.split('\n')).toEqual([three, two].map(idOf));
    expect(await resolve(repo, branchUntil(idOf(one)))).toBe(idOf(one));
    const revisions = [three, two, one].map(idOf);
    expect(await run({ op: 'state', revisions })).toEqual({ head: idOf(three), has: revisions });
  });

  it('what a killed git left blocks nothing for ever', async () => {
    const [one, two] = await line('one', 'two');
    if (!one || !two) throw new Error('two versions');
    await apply([one]);
    const lock = path.join(repoDir, 'refs/heads/main.lock');
    await writeFile(lock, '');
    await utimes(lock, new Date(0), new Date(0));
    expect(await apply([two], [one, two])).toEqual({ head: idOf(two) });
  });

  it('gives out what an older release has here only, whole, and nothing else', async () => {
    const [one, two] = await line('one', 'two');
    await apply([one!, two!]);
    const { bundle } = (await run({ op: 'bundle', revision: idOf(two!) })) as { bundle: string };
    const [file, other] = [path.join(base, 'out.bundle'), path.join(base, 'other.git')];
    await writeFile(file, Buffer.from(bundle, 'base64'));
    await bundleFetch(await initBare(other), { file, want: idOf(two!) });
    await git(openRepo(other), ['fsck', '--full', '--strict']);
    expect(await resolve(openRepo(other), idOf(one!))).toBe(idOf(one!));
    expect(await run({ op: 'bundle', revision: 'a'.repeat(40) })).toEqual({ bundle: null });
    await rm(repoDir, { recursive: true });
    expect(await run({ op: 'bundle', revision: idOf(two!) })).toEqual({ bundle: null });
  });
});
