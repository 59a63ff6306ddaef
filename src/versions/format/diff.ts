import { structuredPatch, type StructuredPatch, type StructuredPatchHunk } from 'diff';
import type { ManifestFile } from './manifest.js';

/** For the difference of one text. */
const DIFF_TIMEOUT_MS = 2_000;
/** Of that so much in one go: most are made by then, and the event loop has other work. */
const AT_ONCE_MS = 50;
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
export async function unifiedDiff(
  { path, before, after }: FileSides<string>,
  ids: FileSides<ManifestFile>,
  withinMs = DIFF_TIMEOUT_MS,
): Promise<string> {
  const texts = [before ?? '', after ?? ''] as const;
  const patch = await patchOf(...texts, withinMs);
  if (!patch) return '';
  const short = (file: ManifestFile | null) => file?.oid.slice(0, SHORT_DIGITS) ?? ABSENT;
  const mode = before !== null && after !== null ? ` ${MODE}` : '';
  const headOf = headsIn(texts[0].split('\n'));
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
    ...patch.hunks.flatMap((hunk) => [headOf(hunk), ...hunk.lines]),
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

/** Large ones in slices, between which the event loop goes on. */
async function patchOf(
  before: string,
  after: string,
  withinMs: number,
): Promise<StructuredPatch | undefined> {
  const sides = ['', '', before, after, '', ''] as const;
  const context = CONTEXT_LINES;
  const quick = structuredPatch(...sides, { context, timeout: Math.min(withinMs, AT_ONCE_MS) });
  const timeout = withinMs - AT_ONCE_MS;
  if (quick || timeout <= 0) return quick;
  return new Promise((resolve) => {
    structuredPatch(...sides, { context, timeout, callback: resolve });
  });
}

/**
 * Where a hunk lies, and the last line above it that looks like a name of something; asked for one
 * hunk after the other.
 */
function headsIn(old: readonly string[]): (hunk: StructuredPatchHunk) => string {
  let [seen, above] = [0, ''];
  const at = (start: number, lines: number) => {
    if (lines === 1) return String(start);
    return `${lines === 0 ? start - 1 : start},${lines}`;
  };
  return ({ oldStart, oldLines, newStart, newLines: made }) => {
    for (; seen < oldStart - 1; seen += 1) {
      const line = old[seen] ?? '';
      if (/^[A-Za-z_$]/.test(line)) above = line;
    }
    const name = Buffer.from(above).subarray(0, NAME_BYTES).toString('utf8').trimEnd();
    const place = `@@ -${at(oldStart, oldLines)} +${at(newStart, made)} @@`;
    return name === '' ? place : `${place} ${name}`;
  };
}
