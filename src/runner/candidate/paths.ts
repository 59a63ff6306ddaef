import { assertPlainPath, refuse } from '../../git/scan.js';

const MAX_PATH_CHARS = 200;
const MAX_DEPTH = 8;

/** Hidden entries never take part in a game: not read from a version, not accepted from a model. */
export function isVisible(path: string): boolean {
  return !path.split('/').some((segment) => segment.startsWith('.'));
}

/**
 * Throws `CandidateRefused` unless `path` may be part of a version: visible, short, flat enough,
 * printable, portable.
 */
export function assertCandidatePath(path: string): void {
  assertPlainPath(path);
  if (!isVisible(path)) throw refuse('hidden', path);
  if (path.length > MAX_PATH_CHARS || path.split('/').length > MAX_DEPTH)
    throw refuse('path-too-long', path);
  if (/[\u0000-\u001f\u007f\\:*?"<>|\u2028\u2029]/.test(path))
    throw refuse('path-characters', path);
}
