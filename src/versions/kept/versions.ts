import { AppError } from '../../contracts/base/errors.js';
import type { ObjectStore } from '../../objects/object-store.js';
import { parseCommit, type Commit } from '../format/git-ids.js';
import {
  foreignFiles,
  type Manifest,
  type ManifestFile,
  type ObjectPlace,
} from '../format/manifest.js';
import { encodeParcel } from '../format/parcel.js';
import { verifyVersion, type VerifiedVersion } from '../format/verify.js';
import { encodeVersion, type FileBytes, type VersionDraft } from '../format/encode.js';
import { isOfFailed, VersionObjects, type OpenVersion } from './places.js';

/**
 * Names a version. One that is not published, or what a failed attempt left, is found by the job or
 * action that made it.
 */
export interface VersionRef {
  readonly projectId: string;
  readonly revision: string;
  readonly workId?: string | undefined;
}

/** What the database has of a published version's object. */
export interface RevisionPlaces {
  /** `place` null = it is not moved to an object yet. Null = no such version is published. */
  placeOf(
    projectId: string,
    revision: string,
  ): Promise<{ readonly place: ObjectPlace | null } | null>;
}

/** A version that is stored and not yet published. */
export interface KeptVersion {
  readonly revision: string;
  readonly parent: string | null;
  readonly commit: Commit;
  readonly place: ObjectPlace;
  readonly manifest: Manifest;
}

/** The job or action that makes a version. */
export interface Work {
  readonly projectId: string;
  readonly workId: string;
}

export type Versions = ReturnType<typeof createVersions>;

interface Deps {
  readonly store: VersionObjects;
  readonly rows: RevisionPlaces;
  readonly onLost: (version: VersionRef) => void;
}

/**
 * Versions of all projects, an object each (E1). Revisions are full hashes. `onLost` learns of a
 * published version whose object is gone.
 */
export function createVersions(
  objects: ObjectStore,
  rows: RevisionPlaces,
  onLost: (version: VersionRef) => void = () => undefined,
) {
  const store = new VersionObjects(objects);
  const deps = { store, rows, onLost };
  return {
    /** Bytes of one file; null when the version has no such file. */
    readFile: (ref: VersionRef, wanted: string) => readFile(deps, ref, wanted),

    /** All files of a version by their bytes, those that `isWanted` chooses. */
    readAll: (ref: VersionRef, isWanted: (path: string) => boolean = () => true) =>
      readAll(deps, ref, isWanted),

    /** All files of a version, in the order of their paths. */
    listFiles: async (ref: VersionRef): Promise<readonly ManifestFile[]> =>
      (await open(deps, ref)).manifest.files,

    /** Files of a version as a later one of the same project may keep them. */
    filesToKeep: async (ref: VersionRef): Promise<ManifestFile[]> => {
      const { manifest, place } = await open(deps, ref);
      return foreignFiles(manifest, place);
    },

    /** What is known of a version besides its files. */
    describe: async (ref: VersionRef): Promise<KeptVersion> => keptVersion(await open(deps, ref)),

    /** The object itself. */
    object: async (ref: VersionRef): Promise<Buffer> =>
      store.whole(ref.projectId, (await open(deps, ref)).place),

    /** The whole tree in one piece, for whatever works on it elsewhere (E6). */
    parcel: async (ref: VersionRef): Promise<Buffer> => {
      const version = await open(deps, ref);
      const { manifest, place } = version;
      const files = isOfFailed(place) ? manifest.files : foreignFiles(manifest, place);
      return encodeParcel({ ...manifest, files }, (file) =>
        told(deps, ref, store.segment(ref.projectId, version, file)),
      );
    },

    /**
     * Takes in an object that a runner made upon the published `parent` (E3), and stores it.
     * Throws `CandidateRefused`.
     */
    keep: async (work: Work, bytes: Buffer, parent: string | null): Promise<KeptVersion> =>
      put(deps, work, await verified(deps, work, bytes, parent)),

    /** Stores what a failed attempt left, checked likewise, in place of what it had left before. */
    keepFailed: async (
      work: Work & { attempt: number },
      bytes: Buffer,
      parent: string | null,
    ): Promise<void> => {
      await verified(deps, work, bytes, parent);
      await store.putFailed(work.projectId, work.workId, work.attempt, bytes);
    },

    /** Versions that a job or an action has made so far, the newest first (C4). */
    candidates: (work: Work) => candidates(deps, work),

    /** What the failed attempts of a job left, the last attempt first (E4). */
    failed: async (work: Work): Promise<(KeptVersion & { attempt: number })[]> => {
      const left = await store.listFailed(work.projectId, work.workId);
      const last = left.toSorted((one, other) => other.attempt - one.attempt);
      return last.map((each) => ({ ...keptVersion(each), attempt: each.attempt }));
    },

    /**
     * Makes and stores a version upon the published `parent`: its files, or `kept` ones of it, with
     * `files` in their place.
     */
    commit: (
      work: Work,
      draft: Omit<VersionDraft, 'kept'> & { readonly kept?: readonly ManifestFile[] },
    ) => commit(deps, work, draft),
  };
}

/** For `catch`: `value` where a version has no object, or none any more (E7). */
export function absentVersionAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    const isAbsent =
      error instanceof AppError && ['RevisionMissing', 'RevisionLost'].includes(error.kind);
    if (!isAbsent) throw error;
    return value;
  };
}

/** Throws `RevisionMissing` (not here yet, or no such candidate), `RevisionLost` (gone). */
async function open({ store, rows, onLost }: Deps, ref: VersionRef): Promise<OpenVersion> {
  const { projectId, revision, workId } = ref;
  const work = workId === undefined ? null : { projectId, workId };
  const candidate = work && (await findCandidate(store, work, revision));
  if (candidate) return candidate;
  const row = await rows.placeOf(projectId, revision);
  if (row === null) {
    const left = work ? await store.listFailed(projectId, work.workId) : [];
    const failed = left.find(({ manifest }) => manifest.revision === revision);
    if (failed) return failed;
    throw new AppError('RevisionMissing', `${revision} is no version of the project`);
  }
  if (row.place === null)
    throw new AppError('RevisionMissing', `${revision} is not moved to an object yet`);
  const version = await told({ onLost }, ref, store.open(projectId, row.place));
  if (version?.manifest.revision === revision) return version;
  onLost({ projectId, revision });
  throw new AppError('RevisionLost', `the object of ${revision} is gone`);
}

async function findCandidate(
  store: VersionObjects,
  { projectId, workId }: Work,
  revision: string,
): Promise<OpenVersion | null> {
  for (const place of await store.list(projectId, workId)) {
    const version = await store.openUnpublished(projectId, place);
    if (version?.manifest.revision === revision) return version;
  }
  return null;
}

async function readFile(deps: Deps, ref: VersionRef, wanted: string): Promise<Buffer | null> {
  const version = await open(deps, ref);
  const file = version.manifest.files.find(({ path }) => path === wanted);
  return file ? told(deps, ref, deps.store.read(ref.projectId, version, file)) : null;
}

/** An older object that a version names bytes of may be gone, too. */
async function told<T>(
  { onLost }: Pick<Deps, 'onLost'>,
  { projectId, revision }: VersionRef,
  work: Promise<T>,
) {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.kind === 'RevisionLost') onLost({ projectId, revision });
    throw error;
  }
}

async function readAll(
  deps: Deps,
  ref: VersionRef,
  isWanted: (path: string) => boolean,
): Promise<FileBytes[]> {
  const version = await open(deps, ref);
  const files: FileBytes[] = [];
  for (const file of version.manifest.files)
    if (isWanted(file.path))
      files.push({
        path: file.path,
        bytes: await told(deps, ref, deps.store.read(ref.projectId, version, file)),
      });
  return files;
}

/** Files of a version as another one of its project may name them; none without a parent. */
async function parentFiles(
  deps: Deps,
  projectId: string,
  parent: string | null,
): Promise<ManifestFile[]> {
  if (parent === null) return [];
  const { manifest, place } = await open(deps, { projectId, revision: parent });
  return foreignFiles(manifest, place);
}

async function verified(
  deps: Deps,
  { projectId }: Work,
  bytes: Buffer,
  parent: string | null,
): Promise<VerifiedVersion> {
  return verifyVersion(bytes, {
    parent,
    parentFiles: await parentFiles(deps, projectId, parent),
  });
}

async function put(
  { store }: Deps,
  { projectId, workId }: Work,
  made: { manifest: Manifest; sha: string; bytes: Buffer },
): Promise<KeptVersion> {
  return keptVersion({
    manifest: made.manifest,
    place: await store.put(projectId, workId, made),
  });
}

async function candidates({ store }: Deps, { projectId, workId }: Work): Promise<KeptVersion[]> {
  const places = await store.list(projectId, workId);
  places.sort((one, other) => other.madeAt.getTime() - one.madeAt.getTime());
  const found = await Promise.all(places.map((place) => store.openUnpublished(projectId, place)));
  return found.flatMap((version) => (version ? [keptVersion(version)] : []));
}

async function commit(
  deps: Deps,
  work: Work,
  draft: Omit<VersionDraft, 'kept'> & { readonly kept?: readonly ManifestFile[] },
): Promise<KeptVersion> {
  const known = await parentFiles(deps, work.projectId, draft.parent);
  return put(deps, work, await encodeVersion({ ...draft, kept: draft.kept ?? known }, known));
}

function keptVersion({ manifest, place }: Pick<OpenVersion, 'manifest' | 'place'>): KeptVersion {
  const { revision, parent } = manifest;
  const read = parseCommit(Buffer.from(manifest.commit, 'base64'));
  return { revision, parent, commit: read, place, manifest };
}
