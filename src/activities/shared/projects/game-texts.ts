import { BRIEF_FILE, readBrief, type GameBrief } from '../../../contracts/game/brief.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { VersionRef, Versions } from '../../../versions/kept/versions.js';

/** Notes of a game: its own first, then those of older projects (rest.md §9.3). */
const SPECS = ['specs/game.md', 'spec.md'];

/** Texts that a project may hold, by their names; libraries and media are none of them. */
const TEXT_FILE = /\.(?:html?|m?js|css|json|md|txt|svg|glsl)$/i;
/** Notes are small, and a page that fills everything must not keep them out. */
const NOTES = [...SPECS, BRIEF_FILE, 'STYLE.md'];
const FIRST_FILES = [...NOTES, 'index.html'];
/** Of one note: it leaves room for the page. */
const MAX_NOTE_BYTES = 16 * 1024;

export interface ProjectText {
  readonly path: string;
  readonly text: string;
}

/**
 * The texts of a version, its notes and the page first, up to a limit in bytes; one that does not
 * fit is cut and marked. None before the first version.
 */
export async function projectTexts(
  versions: Pick<Versions, 'readFile' | 'listFiles'>,
  version: VersionRef | null,
  maxBytes: number,
): Promise<ProjectText[]> {
  if (version === null) return [];
  const rank = (path: string): number =>
    (FIRST_FILES.indexOf(path) + FIRST_FILES.length + 1) % (FIRST_FILES.length + 1);
  const paths = (await versions.listFiles(version))
    .map(({ path }) => path)
    .filter((path) => TEXT_FILE.test(path) && !/(?:^|\/)\./.test(path))
    .sort((left, right) => rank(left) - rank(right));
  const texts: ProjectText[] = [];
  let left = maxBytes;
  for (const path of paths) {
    if (left <= 0) break;
    const bytes = await versions.readFile(version, path);
    if (bytes === null || bytes.length === 0) continue;
    const size = Math.min(bytes.length, left, NOTES.includes(path) ? MAX_NOTE_BYTES : left);
    const text = bytes.subarray(0, size).toString('utf8');
    texts.push({ path, text: bytes.length > size ? `${text}\n(cut here)` : text });
    left -= size;
  }
  return texts;
}

/**
 * Texts of a version for prompts; null, before the first one, has none. Null = there is no such
 * text; an empty one is none.
 */
export function gameTexts(versions: Pick<Versions, 'readFile'>, version: VersionRef | null) {
  const read = async (file: string): Promise<string | null> => {
    const text = version && (await versions.readFile(version, file))?.toString('utf8');
    return text == null || text.trim() === '' ? null : text;
  };
  return {
    /** What the game is about, in the words of its maker. */
    async spec(): Promise<string | null> {
      for (const file of SPECS) {
        const text = await read(file);
        if (text !== null) return text;
      }
      return null;
    },
    /** Its `index.html`. */
    page: () => read('index.html'),
  };
}

/**
 * The brief of a game that is changed, for callers that can do without: null when nothing can be
 * read.
 */
export async function keptBrief(
  { versions, log }: { versions: Pick<Versions, 'readFile'>; log: Log },
  { jobId, projectId, revision }: VersionRef & { jobId: string },
): Promise<GameBrief | null> {
  return gameBrief(versions, { projectId, revision }).catch(
    warned(log, { jobId }, 'what the game of a change was to keep is not known', null),
  );
}

/** What a version keeps of what it was to become; null when there is nothing to be read. */
export async function gameBrief(
  versions: Pick<Versions, 'readFile'>,
  version: VersionRef,
): Promise<GameBrief | null> {
  const bytes = await versions.readFile(version, BRIEF_FILE);
  return bytes && readBrief(bytes.toString('utf8'));
}
