import { z } from 'zod';
import type { Edit } from '../../contracts/rows/versions.js';
import { diffFiles, textOf, unifiedDiff } from '../../git/diff.js';
import { isPublishedFile } from '../../domain/publishing/published-files.js';
import type { Repo } from '../../git/process.js';
import { listTree, logPage, readFile } from '../../git/read.js';

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

const CONTEXT_FILE = /^\.ai-context\/[^/]+\.json$/;
const ENTRY_POINT = 'index.html';

/**
 * The newest note (by name, which is its time) in a revision's tree; null when there is none that
 * can be read.
 */
export async function readAiContext(repo: Repo, revision: string): Promise<AiContext | null> {
  const newest = (await listTree(repo, revision))
    .map((entry) => entry.path)
    .filter((file) => CONTEXT_FILE.test(file))
    .sort()
    .at(-1);
  const bytes = newest === undefined ? null : await readFile(repo, revision, newest);
  return bytes && parseContext(bytes);
}

function parseContext(bytes: Buffer): AiContext | null {
  try {
    return AiContext.safeParse(JSON.parse(textOf(bytes) ?? '')).data ?? null;
  } catch {
    return null;
  }
}

/** The edits of the newest note, else what happened to the entry point as one diff, else none. */
export async function readVersionEdits(repo: Repo, revision: string): Promise<VersionEdits> {
  const context = await readAiContext(repo, revision);
  const summary = context?.aiSummary ?? '';
  if (context && context.edits.length > 0) return { edits: context.edits, summary };
  const parent = (await logPage(repo, revision, { skip: 0, limit: 1 }))[0]?.parent ?? null;
  const diff = await unifiedDiff(repo, parent, revision, ENTRY_POINT);
  return { edits: diff === '' ? [] : [{ diff }], summary };
}

/** Files of a difference that are listed at most. */
const MAX_DIFFERENT_FILES = 50;
const MAX_DIFF_CHARS = 256 * 1024;

/** What of the game differs between two versions, a diff for each text file, the page first. */
export async function readDifference(
  repo: Repo,
  since: string,
  revision: string,
): Promise<VersionEdits['edits']> {
  const paths = (await diffFiles(repo, since, revision))
    .map(({ path }) => path)
    .filter(isPublishedFile)
    .sort((a, b) => Number(b === ENTRY_POINT) - Number(a === ENTRY_POINT))
    .slice(0, MAX_DIFFERENT_FILES);
  const edits: { path: string; diff: string }[] = [];
  let chars = 0;
  for (const path of paths) {
    const diff = changedLines(await unifiedDiff(repo, since, revision, path));
    chars += diff.length;
    if (chars > MAX_DIFF_CHARS) break;
    edits.push({ path, diff });
  }
  return edits;
}

/** Without the lines of git that name the file. */
function changedLines(diff: string): string {
  const at = diff.search(/^@@/m);
  return at === -1 ? '' : diff.slice(at);
}
