import { v5 as uuidv5 } from 'uuid';
import type { RevisionRow } from '../../src/contracts/rows/rows.js';

/**
 * Seed of the ids that imported rows carry as their job; changing it would import everything once
 * more.
 */
const NAMESPACE = 'b1f7c2d0-64c5-4f0b-9f7e-0c7a5a1d9e42';
/** Subjects that contain one of these were never shown as versions (database.md §5.3). */
const NO_VERSION = ['Initial project setup', 'Before restore', 'Restored to', 'Migration from'];
/** Files beside the game: what they hold does not distinguish versions of the game. */
const BESIDE_THE_GAME = /^(specs\/|\.ai-context\/|(SPEC\.md|spec\.md|STYLE\.md)$)/;
/** Kept elsewhere than in versions. */
const MEDIA = ['PUBLISH.json', 'thumbnail.webp', 'thumbnail.png', 'movie.mp4'];

/** Path → blob. */
export type Files = ReadonlyMap<string, string>;

export function isVersion(subject: string): boolean {
  return !NO_VERSION.some((mark) => subject.includes(mark));
}

export function isMedia(path: string): boolean {
  return MEDIA.includes(path);
}

/** Job id of the row that a commit of V2's becomes: the same commit is never taken twice. */
export function versionIdOf(projectId: string, commit: string): string {
  return uuidv5(`${projectId.toLowerCase()}/${commit}`, NAMESPACE);
}

/** Job id of the row that keeps what V2 had not committed; one may follow each revision. */
export function stateIdOf(projectId: string, parent: string | null): string {
  return uuidv5(`${projectId.toLowerCase()}/state/${parent ?? ''}`, NAMESPACE);
}

export interface LineComparison {
  /** How many of V2's versions, from the oldest, have their rows. */
  readonly taken: number;
  /** The project has revisions that were made here. */
  readonly isUsed: boolean;
  /** V2's line is not the one whose beginning was taken. */
  readonly isOther: boolean;
}

/** What of V2's versions (commits, oldest first) the project's rows hold already. */
export function compareLines(
  projectId: string,
  rows: readonly RevisionRow[],
  commits: readonly string[],
): LineComparison {
  const ids = commits.map((commit) => versionIdOf(projectId, commit));
  const have = new Set(rows.map((row) => row.job_id));
  const firstMissing = ids.findIndex((id) => !have.has(id));
  const taken = firstMissing === -1 ? ids.length : firstMissing;
  const known = new Set(ids);
  return {
    taken,
    isUsed: rows.some(
      (row) => !known.has(row.job_id) && row.job_id !== stateIdOf(projectId, row.parent),
    ),
    isOther: ids.slice(taken).some((id) => have.has(id)),
  };
}

export type State =
  | { readonly kind: 'committed' }
  | { readonly kind: 'new' }
  | { readonly kind: 'version'; readonly index: number };

/**
 * What the files of V2's folder are: those of the head, those of the version at `index` (with other
 * specifications, or with files that a restore left lying), or a game that no version holds.
 */
export function stateOf(current: Files, head: Files | null, versions: readonly Files[]): State {
  if (head !== null && isEqual(current, head)) return { kind: 'committed' };
  const game = gameOf(current);
  const games = versions.map(gameOf);
  const equal = games.findLastIndex((files) => isEqual(files, game));
  const index =
    equal === -1 ? games.findLastIndex((files) => files.size > 0 && isWithin(files, game)) : equal;
  return index === -1 ? { kind: 'new' } : { kind: 'version', index };
}

function gameOf(files: Files): Files {
  return new Map([...files].filter(([path]) => !BESIDE_THE_GAME.test(path) && !isMedia(path)));
}

function isEqual(left: Files, right: Files): boolean {
  return left.size === right.size && isWithin(left, right);
}

function isWithin(part: Files, whole: Files): boolean {
  return [...part].every(([path, blob]) => whole.get(path) === blob);
}
