import { structuredPatch, type StructuredPatchHunk } from 'diff';
import type { ManifestFile } from './manifest.js';

const DIFF_TIMEOUT_MS = 2_000;
const CONTEXT_LINES = 3;
const SHORT_DIGITS = 7;
const ABSENT = '0'.repeat(SHORT_DIGITS);
const MODE = '100644';
/** Of the line that names the place of a hunk. */
const NAME_BYTES = 80;

/** A file on both sides of a difference; null = it is not there. */
export interface FileSides<T> {
  readonly path: string;
  readonly before: T | null;
  readonly after: T | null;
}

/** The files that differ between two lists, by path. */
export function changedFiles(
  before: readonly ManifestFile[],
  after: readonly ManifestFile[],
): FileSides<ManifestFile>[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const made = new Map(after.map((file) => [file.path, file]));
  return [...new Set([...old.keys(), ...made.keys()])].sort().flatMap((path) => {
    const sides = { path, before: old.get(path) ?? null, after: made.get(path) ?? null };
    return sides.before?.sha === sides.after?.sha ? [] : [sides];
  });
}

/** Text of a file, or null when its bytes are not text. */
export function textOf(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Unified diff of a text file as git writes it; empty when it cannot be made in time. */
export function unifiedDiff(
  { path, before, after }: FileSides<string>,
  ids: FileSides<ManifestFile>,
): string {
  const texts = [before ?? '', after ?? ''] as const;
  const patch = structuredPatch('', '', ...texts, '', '', {
    context: CONTEXT_LINES,
    timeout: DIFF_TIMEOUT_MS,
  });
  if (!patch) return '';
  const short = (file: ManifestFile | null) => file?.oid.slice(0, SHORT_DIGITS) ?? ABSENT;
  const mode = before !== null && after !== null ? ` ${MODE}` : '';
  const old = texts[0].split('\n');
  const lines = [
    `diff --git a/${path} b/${path}`,
    ...(before === null ? [`new file mode ${MODE}`] : []),
    ...(after === null ? [`deleted file mode ${MODE}`] : []),
    `index ${short(ids.before)}..${short(ids.after)}${mode}`,
    ...(patch.hunks.length > 0
      ? [
          before === null ? '--- /dev/null' : `--- a/${path}`,
          after === null ? '+++ /dev/null' : `+++ b/${path}`,
        ]
      : []),
    ...patch.hunks.flatMap((hunk) => [headOf(hunk, old), ...hunk.lines]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Lines of the text that the one before it has not: the first and the last of each place. */
export function newLines(before: string, after: string): { from: number; to: number }[] {
  const patch = structuredPatch('', '', before, after, '', '', {
    context: 0,
    timeout: DIFF_TIMEOUT_MS,
  });
  return (patch?.hunks ?? []).flatMap(({ newStart, newLines: count }) =>
    count === 0 ? [] : [{ from: newStart, to: newStart + count - 1 }],
  );
}

/** Where a hunk lies, and the last line above it that looks like a name of something. */
function headOf(hunk: StructuredPatchHunk, old: readonly string[]): string {
  const { oldStart, oldLines, newStart, newLines } = hunk;
  const at = (start: number, lines: number) => {
    if (lines === 1) return String(start);
    return `${lines === 0 ? start - 1 : start},${lines}`;
  };
  const above = old
    .slice(0, Math.max(0, oldStart - 1))
    .findLast((line) => /^[A-Za-z_$]/.test(line));
  const name = Buffer.from(above ?? '')
    .subarray(0, NAME_BYTES)
    .toString('utf8')
    .trimEnd();
  const place = `@@ -${at(oldStart, oldLines)} +${at(newStart, newLines)} @@`;
  return name === '' ? place : `${place} ${name}`;
}
