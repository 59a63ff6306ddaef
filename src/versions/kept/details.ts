import { z } from 'zod';
import { parsedJson } from '../../contracts/base/readable.js';
import type { Edit } from '../../contracts/rows/versions.js';
import { isPublishedFile } from '../../domain/publishing/published-files.js';
import { changedFiles, textOf, unifiedDiff, type FileSides } from '../format/diff.js';
import type { ManifestFile } from '../format/manifest.js';
import type { VersionRef, Versions } from './versions.js';

/**
 * What a generation noted beside its files; whatever is missing or of another form counts as not
 * noted.
 */
const AiContext = z.looseObject({
  timestamp: z.string().catch(''),
  userPrompt: z.string().catch(''),
  aiSummary: z.string().catch(''),
  skills: z.array(z.string()).catch([]),
  generator: z.enum(['gemini', 'claude', 'unknown']).catch('unknown'),
  edits: z
    .array(z.object({ path: z.string(), old_string: z.string(), new_string: z.string() }))
    .catch([]),
  suggestions: z.array(z.string()).catch([]),
});
export type AiContext = z.infer<typeof AiContext>;

export interface VersionEdits {
  readonly edits: Edit[];
  readonly summary: string;
}

/** What the details of a version are read with. */
export type VersionReader = Pick<Versions, 'describe' | 'listFiles' | 'readFile'>;

const CONTEXT_FILE = /^\.ai-context\/[^/]+\.json$/;
const ENTRY_POINT = 'index.html';

/**
 * The newest note (by name, which is its time) of a version; null when there is none that can be
 * read.
 */
export async function readAiContext(
  versions: VersionReader,
  version: VersionRef,
): Promise<AiContext | null> {
  const newest = (await versions.listFiles(version))
    .map((entry) => entry.path)
    .filter((file) => CONTEXT_FILE.test(file))
    .sort()
    .at(-1);
  const bytes = newest === undefined ? null : await versions.readFile(version, newest);
  return bytes && parsedJson(AiContext, textOf(bytes) ?? '');
}

/** The edits of the newest note, else what happened to the entry point as one diff, else none. */
export async function readVersionEdits(
  versions: VersionReader,
  version: VersionRef,
): Promise<VersionEdits> {
  const context = await readAiContext(versions, version);
  const summary = context?.aiSummary ?? '';
  if (context && context.edits.length > 0) return { edits: context.edits, summary };
  const { parent, manifest } = await versions.describe(version);
  const since = parent === null ? null : { ...version, revision: parent };
  const before = since ? await versions.listFiles(since) : [];
  const page = changedFiles(before, manifest.files).find(({ path }) => path === ENTRY_POINT);
  const diff = page ? await diffOf(versions, since, version, page) : '';
  return { edits: diff === '' ? [] : [{ diff }], summary };
}

/** Files of a difference that are looked into at most, and for how long altogether. */
const MAX_DIFFERENT_FILES = 50;
const MAX_DIFFERENCE_MS = 4_000;
const MAX_DIFF_CHARS = 256 * 1024;

/**
 * What of the game differs between two versions, a diff for each text file, the page first, as far
 * as its time goes.
 */
export async function readDifference(
  versions: VersionReader,
  since: VersionRef,
  version: VersionRef,
  withinMs = MAX_DIFFERENCE_MS,
): Promise<{ path: string; diff: string }[]> {
  const startedMs = performance.now();
  const [before, after] = await Promise.all([
    versions.listFiles(since),
    versions.listFiles(version),
  ]);
  const files = changedFiles(before, after)
    .filter(({ path }) => isPublishedFile(path))
    .sort((a, b) => Number(b.path === ENTRY_POINT) - Number(a.path === ENTRY_POINT))
    .slice(0, MAX_DIFFERENT_FILES);
  const edits: { path: string; diff: string }[] = [];
  let chars = 0;
  for (const file of files) {
    const leftMs = withinMs - (performance.now() - startedMs);
    if (leftMs <= 0) break;
    const diff = changedLines(await diffOf(versions, since, version, file, leftMs));
    if (diff === '') continue;
    chars += diff.length;
    if (chars > MAX_DIFF_CHARS) break;
    edits.push({ path: file.path, diff });
  }
  return edits;
}

/** A file's diff; empty when a side of it is no text. */
async function diffOf(
  versions: Pick<VersionReader, 'readFile'>,
  since: VersionRef | null,
  version: VersionRef,
  file: FileSides<ManifestFile>,
  withinMs?: number,
): Promise<string> {
  const { path } = file;
  const [old, made] = await Promise.all([
    file.before && since ? versions.readFile(since, path) : null,
    file.after ? versions.readFile(version, path) : null,
  ]);
  const [before, after] = [old && textOf(old), made && textOf(made)];
  if ((old && before === null) || (made && after === null)) return '';
  return unifiedDiff({ path, before, after }, file, withinMs);
}

/** Without the lines of git that name the file. */
function changedLines(diff: string): string {
  const at = diff.search(/^@@/m);
  return at === -1 ? '' : diff.slice(at);
}
