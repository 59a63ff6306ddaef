import { refuse } from '../../versions/format/scan.js';
import { assertVersionPaths } from '../../domain/game/version-paths.js';

/** Hidden entries never take part in a game: not read from a version, not accepted from a model. */
export function isVisible(path: string): boolean {
  return !path.split('/').some((segment) => segment.startsWith('.'));
}

/**
 * Throws `CandidateRefused` unless these may be the paths of a game that a model made: what a
 * version may hold ({@link assertVersionPaths}), and nothing hidden.
 */
export function assertCandidatePaths(paths: readonly string[]): void {
  assertVersionPaths(paths);
  for (const path of paths) if (!isVisible(path)) throw refuse('hidden', path);
}
