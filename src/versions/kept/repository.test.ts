import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { makeVersion, PlacesInMemory, type GameFiles } from '../../../test/support/versions.js';
import { createFileObjectStore } from '../../objects/file-object-store.js';
import { layOut, sealVersion } from '../format/encode.js';
import { commitBytes, treeOid } from '../format/git-ids.js';
import { VersionObjects } from './places.js';
import { repositoryFiles } from './repository.js';
import { createVersions, type Versions } from './versions.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const projectId = randomUUID();
const base = freshFolder();
let rows: PlacesInMemory;
let versions: Versions;
beforeEach(async () => {
  rows = new PlacesInMemory();
  versions = createVersions(createFileObjectStore(base), rows);
});

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null' },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

async function publish(parent: string | null, files: GameFiles): Promise<string> {
  const work = { projectId, workId: randomUUID() };
  const { revision, place } = await makeVersion(versions, work, files, { parent });
  rows.publish(projectId, revision, place);
  return revision;
}

/** A version of V2 whose commit follows one that is no version. */
async function adopt(parent: string, follows: string): Promise<string> {
  const { segments, files } = await layOut([{ path: 'v2.js', bytes: Buffer.from('v2') }], [], []);
  const message = { subject: 'v2' };
  const made = { tree: treeOid(files), parent: follows, message, madeAt: new Date(0) };
  const sealed = await sealVersion(segments, { parent, commit: commitBytes(made), files });
  const store = new VersionObjects(createFileObjectStore(base));
  const { revision } = sealed.manifest;
  rows.publish(projectId, revision, await store.put(projectId, randomUUID(), sealed));
  return revision;
}

/** Writes the repository, and clones it. */
async function cloneOf(line: readonly string[]): Promise<{ bare: string; clone: string }> {
  const [bare, clone] = [path.join(base, 'game.git'), path.join(base, 'clone')];
  for await (const file of repositoryFiles(versions, projectId, line)) {
    await mkdir(path.dirname(path.join(bare, file.path)), { recursive: true });
    await writeFile(path.join(bare, file.path), file.bytes, { flag: 'wx' });
  }
  git(base, 'clone', '--quiet', bare, clone);
  return { bare, clone };
}

it('all versions are a repository that git takes and clones', async () => {
  const one = await publish(null, { 'index.html': 'one', 'a/絵.txt': 'same' });
  const two = await publish(one, { 'index.html': 'two', 'a/絵.txt': 'same' });
  const three = await publish(two, { 'index.html': 'one', 'a/絵.txt': 'same' });
  const { bare, clone } = await cloneOf([one, two, three]);
  git(bare, 'fsck', '--full', '--strict');
  expect(git(clone, 'log', '--format=%H').split('\n')).toEqual([three, two, one]);
  expect(git(clone, 'show', `${two}:index.html`)).toBe('two');
  expect(await readFile(path.join(clone, 'a/絵.txt'), 'utf8')).toBe('same');
});

it('a commit of V2 upon one that is no version cuts the history; no version is lost', async () => {
  const one = await publish(null, { 'index.html': 'one' });
  const two = await adopt(one, 'a'.repeat(40));
  const three = await publish(two, { 'index.html': 'three' });
  const { bare, clone } = await cloneOf([one, two, three]);
  git(bare, 'fsck', '--full', '--strict');
  expect(git(clone, 'log', '--format=%H').split('\n')).toEqual([three, two]);
  expect(git(clone, 'rev-parse', `origin/until-${one.slice(0, 7)}`)).toBe(one);
});
