import { z } from 'zod';
import { sha256Of } from '../../contracts/base/hashes.js';

const Hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const Count = z.number().int().nonnegative();
/** More than a version may have: what looks at each folder of a path stays quick. */
const MAX_PATH_CHARS = 1_024;

/** Git's id of a commit. */
export const Revision = Hex(40);
const Sha256 = Hex(64);

/**
 * Where the bytes of a file lie: offset and length of its segment in the object that has this
 * manifest, or in the object `sha256` of the work item (a job or an action) of the same project.
 */
const At = z.union([
  z.tuple([Count, Count]),
  z.tuple([Count, Count, z.string().regex(/^[0-9a-z-]{1,64}$/), Sha256]),
]);

export const ManifestFile = z.object({
  path: z.string().min(1).max(MAX_PATH_CHARS),
  /** Absent for a plain file. */
  mode: z.literal('100755').exactOptional(),
  /** Git's id of the bytes. */
  oid: Hex(40),
  /** SHA-256 of the bytes. */
  sha: Sha256,
  size: Count,
  at: At,
});
export type ManifestFile = z.infer<typeof ManifestFile>;

/** What a version holds, and where. The list is in the order of the paths' bytes. */
export const Manifest = z.object({
  v: z.literal(1),
  revision: Revision,
  parent: Revision.nullable(),
  /** The commit object's own bytes, base64: the revision is their id. */
  commit: z.string(),
  files: z.array(ManifestFile),
});
export type Manifest = z.infer<typeof Manifest>;

/** What the model program keeps for itself: no page of a game is made of it. */
const NOTES_OF_MODEL = '.ai-context/';

/**
 * Names what is played of a version, 64 hex digits: two versions with equal files have the same
 * one, whenever and by whom they were made (P0).
 */
export function gameTreeOf(files: readonly Pick<ManifestFile, 'path' | 'sha'>[]): string {
  const lines = files
    .filter(({ path }) => !path.startsWith(NOTES_OF_MODEL))
    .map(({ path, sha }) => `${sha} ${path}\n`);
  return sha256Of(lines.toSorted().join(''));
}

/** An object of a project's version. */
export interface ObjectPlace {
  /** The job or action that made it. */
  readonly workId: string;
  readonly sha: string;
  readonly sizeBytes: number;
}

/** A segment's place, with the object named. */
export interface SegmentPlace {
  readonly workId: string;
  readonly sha: string;
  readonly offset: number;
  readonly length: number;
}

/** The place of a file's bytes, as the manifest of the object `own` names it. */
export function placeOf(
  { at }: Pick<ManifestFile, 'at'>,
  own: Pick<ObjectPlace, 'workId' | 'sha'>,
): SegmentPlace {
  const [offset, length, workId = own.workId, sha = own.sha] = at;
  return { workId, sha, offset, length };
}

/** A manifest's files as another version of its project names them. */
export function foreignFiles(
  { files }: Manifest,
  own: Pick<ObjectPlace, 'workId' | 'sha'>,
): ManifestFile[] {
  return files.map((file) => {
    const { offset, length, workId, sha } = placeOf(file, own);
    return { ...file, at: [offset, length, workId, sha] };
  });
}
