import type { FileBytes } from '../format/encode.js';
import { treeOid } from '../format/git-ids.js';
import type { KeptVersion, VersionRef, Versions, Work } from './versions.js';

interface Next {
  readonly subject: string;
  /** The published version that it follows; null = it is the project's first. */
  readonly parent: string | null;
}

/** Makes the files of an old version current again; the same version when it is repeated (E5). */
export async function restoreVersion(
  versions: Versions,
  work: Work,
  { from, subject, parent }: Next & { readonly from: string },
): Promise<KeptVersion> {
  const kept = await versions.filesToKeep({ projectId: work.projectId, revision: from });
  const tree = treeOid(kept);
  return onceFor(versions, work, parent, (made) => made.commit.tree === tree, {
    subject,
    kept,
    files: [],
  });
}

/** Some files changed in the version `parent`; the same version when it is repeated. */
export function changeVersion(
  versions: Versions,
  work: Work,
  { subject, parent, files }: Next & { readonly files: readonly FileBytes[] },
): Promise<KeptVersion> {
  return onceFor(versions, work, parent, () => true, { subject, files });
}

/** Files of another project's version as one of this; the same version when it is repeated. */
export async function copyVersion(
  versions: Versions,
  work: Work,
  {
    source,
    isWanted,
    subject,
    parent,
  }: Next & { readonly source: VersionRef; readonly isWanted?: (path: string) => boolean },
): Promise<KeptVersion> {
  const files = await versions.readAll(source, isWanted);
  return onceFor(versions, work, parent, () => true, { subject, kept: [], files });
}

/**
 * A candidate with more files in it: same parent, words and time, so that a repeat makes the same
 * revision (C4). Throws `RevisionMissing`.
 */
export async function amendCandidate(
  versions: Versions,
  work: Work,
  revision: string,
  files: readonly FileBytes[],
): Promise<KeptVersion> {
  const ref = { ...work, revision };
  const { parent, commit } = await versions.describe(ref);
  const { subject, trailers, madeAt } = commit;
  const added = new Set(files.map(({ path }) => path));
  const own = (await versions.readAll(ref)).filter(({ path }) => !added.has(path));
  const message = { subject, trailers };
  return versions.commit(work, { parent, message, madeAt, kept: [], files: [...own, ...files] });
}

/** What an earlier attempt of the same work has made upon `parent`, else a new version. */
async function onceFor(
  versions: Versions,
  work: Work,
  parent: string | null,
  isSame: (made: KeptVersion) => boolean,
  {
    subject,
    ...draft
  }: Pick<Parameters<Versions['commit']>[1], 'kept' | 'files'> & {
    readonly subject: string;
  },
): Promise<KeptVersion> {
  const made = await versions.candidates(work);
  const earlier = made.find((each) => each.parent === parent && isSame(each));
  if (earlier) return earlier;
  const message = { subject, trailers: { 'Job-Id': work.workId } };
  return versions.commit(work, { parent, message, madeAt: new Date(), ...draft });
}
