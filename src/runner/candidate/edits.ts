import { structuredPatch } from 'diff';
import type { ChangedText } from './check.js';

/** One change as V2's client shows it: the old lines and what stands there now. */
export interface Edit {
  readonly path: string;
  readonly old_string: string;
  readonly new_string: string;
}

const CONTEXT_LINES = 1;
const DIFF_TIMEOUT_MS = 2_000;
/** A longer list of changes is dropped: its readers open the version itself. */
const MAX_EDIT_CHARS = 256 * 1024;

/**
 * The changes between two versions, one edit per changed place. A first version has none:
 * everything is new.
 */
export function editsOf(changed: readonly ChangedText[], isFirstVersion: boolean): Edit[] {
  if (isFirstVersion) return [];
  const edits = changed.flatMap((file) => editsOfFile(file));
  const chars = edits.reduce(
    (sum, edit) => sum + edit.old_string.length + edit.new_string.length,
    0,
  );
  return chars > MAX_EDIT_CHARS ? [] : edits;
}

function editsOfFile({ path, oldText, newText }: ChangedText): Edit[] {
  const whole = { path, old_string: oldText ?? '', new_string: newText };
  if (oldText === null) return [whole];
  const patch = structuredPatch(path, path, oldText, newText, '', '', {
    context: CONTEXT_LINES,
    timeout: DIFF_TIMEOUT_MS,
  });
  if (!patch) return [whole];
  return patch.hunks.map(({ lines }) => ({
    path,
    old_string: side(lines, '+'),
    new_string: side(lines, '-'),
  }));
}

/** One side of a hunk: its lines without those of the other side and without diff's own remarks. */
function side(lines: readonly string[], other: '+' | '-'): string {
  return lines
    .filter((line) => !line.startsWith(other) && !line.startsWith('\\'))
    .map((line) => line.slice(1))
    .join('\n');
}
