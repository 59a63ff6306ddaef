import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from '../../contracts/base/hashes.js';
import { Random } from '../../../test/chaos/random.js';
import { unpackFolder } from '../../../test/fixtures/data-dir/archive.js';
import { isFullRun } from '../../../test/scope.js';
import { patient } from '../../../test/support/patience.js';
import {
  commitWithGit,
  gitOf,
  MESSAGES,
  randomCommit,
  randomFiles,
  readWithGit,
  type RandomCommit,
  type RandomFile,
} from '../../../test/support/random-history.js';
import { PROJECT_ROOT } from '../../config.js';
import { encodeVersion, sealVersion } from './encode.js';

import {
  commitBytes,
  gitObject,
  isPlainCommit,
  parseCommit,
  treeObjects,
  type GitObject,
  type TreeFile,
} from './git-ids.js';
import type { ManifestFile } from './manifest.js';
import { writePack } from './pack.js';
import { byBytes } from './scan.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const COMMITS = isFullRun ? 10_000 : 300;
const DRAFTS = isFullRun ? 1_000 : 60;

const repo = freshFolder();
beforeEach(async () => {
  gitOf(repo, ['init', '--quiet', '--bare', '.']);
});

const listOf = (files: readonly RandomFile[]): ManifestFile[] =>
  files
    .map(({ path: name, mode, bytes }) => ({
      path: name,
      ...(mode && { mode }),
      oid: gitObject('blob', bytes).oid,
      sha: sha256Of(bytes),
      size: bytes.length,
      at: [0, 0] as [number, number],
    }))
    .sort((one, other) => byBytes(one.path, other.path));

const subjectsOf = (revisions: readonly string[]): string[] =>
  gitOf(
    repo,
    ['log', '--no-walk=unsorted', '--stdin', '-z', '--encoding=UTF-8', '--format=%s'],
    Buffer.from(revisions.map((revision) => `${revision}\n`).join('')),
  )
    .toString('utf8')
    .split('\0')
    .slice(0, revisions.length);

const FIXTURE = path.join(PROJECT_ROOT, 'test/fixtures/data-dir/files.tar.gz');
/** A random history of thousands takes git half a minute. */
const TIMEOUT_MS = patient(120_000);

describe('ids without git (E2)', () => {
  it(
    `of ${COMMITS} random histories' trees and commits are those that git gives`,
    async () => {
      const random = new Random('ids');
      const commits = Array.from({ length: COMMITS }, (_, at) => randomCommit(random, at));
      const made = commitWithGit(repo, commits);
      const subjects = subjectsOf(made.map(({ revision }) => revision));
      for (const [at, { revision, bytes }] of made.entries()) {
        const { files, parents, encoding } = commits[at]!;
        const parent = parents[0] === undefined ? null : made[parents[0]]!.revision;
        const read = parseCommit(bytes);
        expect(read.tree).toBe(treeObjects(listOf(files)).at(-1)!.oid);
        expect(read.parent).toBe(parent);
        if (encoding === undefined) expect(read.subject).toBe(subjects[at]);
        const sealed = await sealVersion([], { parent, commit: bytes, files: listOf(files) });
        expect(sealed.manifest.revision).toBe(revision);
      }
    },
    TIMEOUT_MS,
  );

  it(`of ${DRAFTS} versions from their words and time are those that git gives`, async () => {
    const random = new Random('drafts');
    const commits: RandomCommit[] = [];
    const made: string[] = [];
    for (let at = 0; at < DRAFTS; at += 1) {
      const files = randomFiles(random, '', random.between(1, 6), 0);
      const seconds = random.between(1_600_000_000, 1_900_000_000);
      const subject = random.pick(MESSAGES).toString('utf8').replaceAll('\n', ' ').trim();
      const parent = made.at(-1) ?? null;
      const trailers = { 'Job-Id': random.uuid(), Round: String(at) };
      const draft = { parent, madeAt: new Date(seconds * 1_000 + 999), kept: [], files };
      const { manifest } = await encodeVersion({ ...draft, message: { subject, trailers } });
      made.push(manifest.revision);
      const stamp = `Game Creator <gamecreator@local> ${seconds} +0000`;
      const words = subject.replaceAll('\r', ' ') || 'Update';
      const text = `${words}\n\nJob-Id: ${trailers['Job-Id']}\nRound: ${at}\n`;
      commits.push({
        files,
        parents: at === 0 ? [] : [at - 1],
        author: stamp,
        committer: stamp,
        message: Buffer.from(text),
      });
    }
    expect(commitWithGit(repo, commits).map(({ revision }) => revision)).toEqual(made);
  });

  it('of the versions in a recorded data folder are those that they have', async () => {
    await unpackFolder(FIXTURE, repo);
    const places = await readdir(repo, { recursive: true });
    for (const [at, place] of places.filter((each) => each.endsWith('.bundle')).entries())
      gitOf(repo, ['fetch', '--quiet', path.join(repo, place), `+refs/*:refs/heads/${at}/*`]);
    const revisions = String(gitOf(repo, ['rev-list', '--all']))
      .split('\n')
      .filter(Boolean);
    expect(revisions.length).toBeGreaterThan(5);
    for (const [at, bytes] of readWithGit(repo, revisions).entries()) {
      const { tree, subject, trailers, madeAt, parent } = parseCommit(bytes);
      expect(treeObjects(treeWithGit(repo, revisions[at]!)).at(-1)!.oid).toBe(tree);
      const message = { subject, trailers };
      const again = commitBytes({ tree, parent, message, madeAt });
      expect(gitObject('commit', again).oid).toBe(revisions[at]);
      expect(isPlainCommit(bytes)).toBe(true);
    }
  });

  it('are kept of a signed commit, by its own bytes', async () => {
    const tree = treeObjects([]).at(-1)!.oid;
    gitOf(repo, ['hash-object', '-t', 'tree', '-w', '--stdin'], Buffer.alloc(0));
    const madeAt = new Date(0);
    const plain = String(commitBytes({ tree, parent: null, message: { subject: 'x' }, madeAt }));
    const sign = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n tree of lies\n parent none\n -----END';
    const commit = Buffer.from(plain.replace('\n\n', `\n${sign}\n\n`));
    const oid = String(gitOf(repo, ['hash-object', '-t', 'commit', '-w', '--stdin'], commit));
    const { manifest } = await sealVersion([], { parent: null, commit, files: [] });
    expect(manifest.revision).toBe(oid.trim());
    expect(parseCommit(commit)).toMatchObject({ tree, parent: null, subject: 'x' });
  });

  it('a pack of versions is what the strictest checks of git take', async () => {
    const random = new Random('pack');
    const objects: GitObject[] = [];
    let parent: string | null = null;
    for (let at = 0; at < 30; at += 1) {
      const files = randomFiles(random, '', random.between(1, 6), 0);
      const trees = treeObjects(listOf(files));
      const message = { subject: `version ${at}`, trailers: { Round: String(at) } };
      const madeAt = new Date(1_700_000_000_000 + at);
      const body = commitBytes({ tree: trees.at(-1)!.oid, parent, message, madeAt });
      const commit = gitObject('commit', body);
      parent = commit.oid;
      objects.push(...files.map(({ bytes }) => gitObject('blob', bytes)), ...trees, commit);
    }
    const big = gitObject('blob', Buffer.alloc(1_000_003, 'big'));
    gitOf(repo, ['index-pack', '--strict', '--stdin'], await writePack([...objects, big]));
    gitOf(repo, ['update-ref', 'refs/heads/main', parent!]);
    gitOf(repo, ['fsck', '--strict', '--full', '--no-dangling']);
    const ids = objects.map(({ oid }) => oid);
    expect(readWithGit(repo, ids)).toEqual(objects.map(({ body }) => body));
  });
});

function treeWithGit(place: string, revision: string): TreeFile[] {
  const listed = String(gitOf(place, ['ls-tree', '-r', '-z', '--full-tree', revision]));
  return listed
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const [, mode, oid = '', name = ''] = /^(\d+) blob (\w+)\t(.*)$/s.exec(line) ?? [];
      return { path: name, mode, oid };
    });
}
