import path from 'node:path';
import { PublishData } from '../../src/contracts/media/publishing.js';
import type { V2Import } from './tables.js';
import { keep, readPlainFile, readPlainText } from './files.js';

/** Shown of a game, never part of a version. */
const SHOWN = ['thumbnail.webp', 'thumbnail.png', 'movie.mp4'];

export interface BesideTools {
  readonly tables: Pick<V2Import, 'draftSavedAt' | 'saveDraft'>;
  readonly dryRun: boolean;
}

export interface BesideOutcome {
  /** Images and videos that were copied. */
  readonly media: number;
  readonly hasDraft: boolean;
  readonly problems: readonly string[];
}

/**
 * Takes what lies beside a game: image and video, and the draft of its publication when the file is
 * newer than the row.
 */
export async function importBeside(
  tools: BesideTools,
  projectId: string,
  folder: string,
  target: string,
): Promise<BesideOutcome> {
  const problems: string[] = [];
  const media = folder === target ? 0 : await copyMedia(folder, target, tools.dryRun, problems);
  return { media, hasDraft: await takeDraft(tools, projectId, folder, problems), problems };
}

async function copyMedia(
  folder: string,
  target: string,
  dryRun: boolean,
  problems: string[],
): Promise<number> {
  let copied = 0;
  for (const name of SHOWN) {
    const bytes = await readPlainFile(path.join(folder, name));
    if (bytes === 'missing') continue;
    if (typeof bytes === 'string') {
      problems.push(`${name} is ${bytes}`);
      continue;
    }
    // One that is there already may have been made since.
    if ((await readPlainFile(path.join(target, name))) !== 'missing') continue;
    if (!dryRun) await keep(path.join(target, name), bytes);
    copied += 1;
  }
  return copied;
}

/** V2's table refused a spelling of its own page, so its newest drafts may be in the file alone. */
async function takeDraft(
  { tables, dryRun }: BesideTools,
  projectId: string,
  folder: string,
  problems: string[],
): Promise<boolean> {
  const text = await readPlainText(path.join(folder, 'PUBLISH.json'));
  if (text === null) return false;
  const read = parseDraft(text);
  if (read === null) {
    problems.push('PUBLISH.json cannot be read: its draft is not taken');
    return false;
  }
  const savedAt = await tables.draftSavedAt(projectId);
  if (savedAt !== null && savedAt.getTime() + SAME_MOMENT_MS >= read.updatedAt) return false;
  if (!dryRun) await tables.saveDraft(projectId, read.draft);
  return true;
}

/** V2 wrote the file right after the row. */
const SAME_MOMENT_MS = 10_000;

export function parseDraft(text: string): { draft: PublishData; updatedAt: number } | null {
  try {
    const json: unknown = JSON.parse(text);
    const draft = PublishData.safeParse(json).data;
    if (draft === undefined) return null;
    const updatedAt = Date.parse(String((json as { updatedAt?: unknown }).updatedAt));
    return { draft, updatedAt: Number.isNaN(updatedAt) ? 0 : updatedAt };
  } catch {
    return null;
  }
}
