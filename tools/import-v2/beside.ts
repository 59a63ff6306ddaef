import path from 'node:path';
import { PublishData } from '../../src/contracts/media/publishing.js';
import type { ObjectStore } from '../../src/objects/object-store.js';
import { hasAnyBelow } from '../../src/objects/project-objects.js';
import { thumbnailPrefix } from '../../src/objects/thumbnails.js';
import { videoKey, videoPrefix } from '../../src/objects/videos.js';
import type { V2Import } from './tables.js';
import { readPlainFile, readPlainText } from './files.js';

/** Shown of a game, never part of a version; V2 shows the first image that is there. */
const IMAGES = ['thumbnail.webp', 'thumbnail.png'];
const VIDEO = 'movie.mp4';

export interface BesideTools {
  readonly tables: Pick<V2Import, 'draftSavedAt' | 'saveDraft'>;
  readonly objects: ObjectStore;
  readonly dryRun: boolean;
}

export interface BesideOutcome {
  /** Images and videos that were copied. */
  readonly media: number;
  readonly hasDraft: boolean;
  readonly problems: readonly string[];
}

/**
 * Takes what lies beside a game: image and video, that of its newest version `revision`, and the
 * draft of its publication when the file is newer than the row.
 */
export async function importBeside(
  tools: BesideTools,
  projectId: string,
  folder: string,
  revision: string | null,
): Promise<BesideOutcome> {
  const problems: string[] = [];
  const media = await takeMedia(tools, { projectId, folder, revision }, problems);
  return { media, hasDraft: await takeDraft(tools, projectId, folder, problems), problems };
}

async function takeMedia(
  { objects, dryRun }: BesideTools,
  { projectId, folder, revision }: { projectId: string; folder: string; revision: string | null },
  problems: string[],
): Promise<number> {
  const thumbnails = thumbnailPrefix(projectId);
  const places = [
    { names: IMAGES, prefix: thumbnails, key: `${thumbnails}${projectId.toLowerCase()}` },
    ...(revision === null
      ? []
      : [
          {
            names: [VIDEO],
            prefix: videoPrefix(projectId),
            key: videoKey(projectId, revision),
          },
        ]),
  ];
  let taken = 0;
  for (const { names, prefix, key } of places) {
    const bytes = await firstOf(folder, names, problems);
    // One that is there already may have been made since.
    if (bytes === null || (await hasAnyBelow(objects, prefix))) continue;
    if (!dryRun) await objects.put(key, bytes);
    taken += 1;
  }
  return taken;
}

/** The bytes of the first of these files that can be taken. */
async function firstOf(
  folder: string,
  names: readonly string[],
  problems: string[],
): Promise<Buffer | null> {
  for (const name of names) {
    const bytes = await readPlainFile(path.join(folder, name));
    if (typeof bytes !== 'string') return bytes;
    if (bytes !== 'missing') problems.push(`${name} is ${bytes}`);
  }
  return null;
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
