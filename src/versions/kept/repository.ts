import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import {
  branchUntil,
  gitObject,
  headOf,
  isCut,
  treeObjects,
  type GitObject,
} from '../format/git-ids.js';
import type { KeptVersion, Versions } from './versions.js';

const pack = promisify(deflate);

interface RepositoryFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * The files of a bare git repository that holds a project's versions, one after the other. `line`:
 * their revisions, oldest first, at least one. `main` stands at the last one. Where a commit of V2
 * follows one that is no version, the history is cut, as in a shallow clone, and a branch
 * `until-<revision>` leads to what came before.
 */
export async function* repositoryFiles(
  versions: Pick<Versions, 'describe' | 'readAll'>,
  projectId: string,
  line: readonly string[],
): AsyncGenerator<RepositoryFile> {
  const written = new Set<string>();
  const cut: string[] = [];
  const refs = new Map<string, string>();
  for (const revision of line) {
    const version = await versions.describe({ projectId, revision });
    const { commit, parent } = version;
    if (isCut(commit, parent)) {
      cut.push(revision);
      if (parent !== null) refs.set(branchUntil(parent), parent);
    }
    for await (const object of objectsOf(versions, projectId, version, written))
      yield loose(object);
    refs.set('refs/heads/main', revision);
  }
  for (const [name, revision] of refs) yield text(name, revision);
  if (cut.length > 0) yield text('shallow', cut.join('\n'));
  yield text('HEAD', 'ref: refs/heads/main');
  yield text('config', '[core]\n\trepositoryformatversion = 0\n\tbare = true');
}

/** A version's commit, and its trees and files that are not `written`, which they are then. */
async function* objectsOf(
  versions: Pick<Versions, 'readAll'>,
  projectId: string,
  { revision, manifest }: KeptVersion,
  written: Set<string>,
): AsyncGenerator<GitObject> {
  const isNew = (oid: string): boolean => !written.has(oid) && Boolean(written.add(oid));
  const wanted = new Set(manifest.files.filter(({ oid }) => isNew(oid)).map(({ path }) => path));
  const files = await versions.readAll({ projectId, revision }, (path) => wanted.has(path));
  for (const { bytes } of files) yield gitObject('blob', bytes);
  for (const tree of treeObjects(manifest.files)) if (isNew(tree.oid)) yield tree;
  yield gitObject('commit', Buffer.from(manifest.commit, 'base64'));
}

async function loose({ type, oid, body }: GitObject): Promise<RepositoryFile> {
  const bytes = await pack(Buffer.concat([Buffer.from(headOf(type, body)), body]));
  return { path: `objects/${oid.slice(0, 2)}/${oid.slice(2)}`, bytes };
}

const text = (path: string, line: string): RepositoryFile => ({
  path,
  bytes: Buffer.from(`${line}\n`),
});
