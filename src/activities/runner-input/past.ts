import { cut } from '../../contracts/base/cut.js';
import type { PastFile } from '../../contracts/execution/runner.js';
import { PAGE_BEFORE, PAGE_NOW } from '../../domain/generation/past-prompt.js';
import { readAiContext, readDifference, type VersionReader } from '../../versions/kept/details.js';
import type { KeptVersion, VersionRef } from '../../versions/kept/versions.js';

const PAGE = 'index.html';
const MAX_PAGE_BYTES = 300 * 1024;
const CHANGES = 3;
const MAX_CHANGE_CHARS = 4 * 1024;

/**
 * What a change may look up of its game's past: its page as it is and as it was one version before,
 * and what the last changes asked for and did, the newest first. Throws what reading throws.
 */
export async function pastOf(versions: VersionReader, version: VersionRef): Promise<PastFile[]> {
  const line = await lineOf(versions, version);
  const pages = line.slice(0, 2).map(async ({ revision }, at) => {
    const bytes = await versions.readFile({ ...version, revision }, PAGE);
    if (bytes === null || bytes.length > MAX_PAGE_BYTES) return [];
    const name = at === 0 ? PAGE_NOW : PAGE_BEFORE;
    return [{ name, content: bytes.toString('utf8') }];
  });
  const changes = line
    .slice(0, CHANGES)
    .map((made, at) => changeOf(versions, { ...version, revision: made.revision }, line[at + 1]));
  const content = (await Promise.all(changes)).join('\n\n');
  return [{ name: 'changes.md', content }, ...(await Promise.all(pages)).flat()];
}

/** The version and those before it, as many as are listed. */
async function lineOf(versions: VersionReader, { projectId, revision }: VersionRef) {
  const line: KeptVersion[] = [];
  for (let next: string | null = revision; next !== null && line.length <= CHANGES;) {
    const made: KeptVersion = await versions.describe({ projectId, revision: next });
    line.push(made);
    next = made.parent;
  }
  return line;
}

async function changeOf(
  versions: VersionReader,
  version: VersionRef,
  before: KeptVersion | undefined,
): Promise<string> {
  const { revision } = version;
  const context = await readAiContext(versions, version);
  const since = before && { ...version, revision: before.revision };
  const edits = since ? await readDifference(versions, since, version) : [];
  const diff = edits.map(({ path, diff: lines }) => `--- ${path}\n${lines}`).join('\n');
  const what = since ? 'A change' : 'The first version';
  return [
    `## ${what}, ${revision.slice(0, 7)}`,
    `Asked for: ${cut((context?.userPrompt ?? '').replace(/\s+/g, ' '), 500)}`,
    diff.length > MAX_CHANGE_CHARS ? `${cut(diff, MAX_CHANGE_CHARS)}\n(cut)` : diff,
  ].join('\n');
}
