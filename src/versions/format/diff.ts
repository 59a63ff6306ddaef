import { createTwoFilesPatch } from 'diff';
import type { ManifestFile } from './manifest.js';

const DIFF_TIMEOUT_MS = 2_000;
const CONTEXT_LINES = 3;
const SHORT_DIGITS = 7;
const ABSENT = '0'.repeat(SHORT_DIGITS);

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
  const [old, made] = [
    before === null ? '/dev/null' : `a/${path}`,
    after === null ? '/dev/null' : `b/${path}`,
  ];
  const patch = createTwoFilesPatch(old, made, before ?? '', after ?? '', '', '', {
    context: CONTEXT_LINES,
    timeout: DIFF_TIMEOUT_MS,
  });
  if (!patch) return '';
  const short = (file: ManifestFile | null) => file?.oid.slice(0, SHORT_DIGITS) ?? ABSENT;
  const head = [
    `diff --git a/${path} b/${path}`,
    ...(before === null ? ['new file mode 100644'] : []),
    ...(after === null ? ['deleted file mode 100644'] : []),
    `index ${short(ids.before)}..${short(ids.after)}`,
  ];
  return `${head.join('\n')}\n${hunksOf(patch).replaceAll('\t\n', '\n')}`;
}

/** Without the lines that the library puts before the names of the files. */
function hunksOf(patch: string): string {
  return patch.slice(patch.indexOf('---'));
}
