import type { Mirror } from '../../store/mirror/mirror.js';

/**
 * Where a game tells what it is: its own notes first, then those of older projects (rest.md §9.3).
 */
const SPECS = ['specs/game.md', 'spec.md'];

/** Texts that a project may hold, by their names; libraries and media are none of them. */
const TEXT_FILE = /\.(?:html?|m?js|css|json|md|txt|svg|glsl)$/i;
const FIRST_FILES = ['index.html', ...SPECS, 'STYLE.md'];

export interface ProjectText {
  readonly path: string;
  readonly text: string;
}

/**
 * The texts of a revision, the page and its notes first, up to so many bytes in all; the one that
 * does not fit is cut and says so. None before the first version.
 */
export async function projectTexts(
  mirror: Pick<Mirror, 'readFile' | 'listFiles'>,
  place: { userId: string; projectId: string; revision: string | null },
  maxBytes: number,
): Promise<ProjectText[]> {
  const { userId, projectId, revision } = place;
  if (revision === null) return [];
  const rank = (path: string): number =>
    (FIRST_FILES.indexOf(path) + FIRST_FILES.length + 1) % (FIRST_FILES.length + 1);
  const paths = (await mirror.listFiles(userId, projectId, revision))
    .map(({ path }) => path)
    .filter((path) => TEXT_FILE.test(path) && !/(?:^|\/)\./.test(path))
    .sort((left, right) => rank(left) - rank(right));
  const texts: ProjectText[] = [];
  let left = maxBytes;
  for (const path of paths) {
    if (left <= 0) break;
    const bytes = await mirror.readFile(userId, projectId, revision, path);
    if (bytes === null || bytes.length === 0) continue;
    const text = bytes.subarray(0, left).toString('utf8');
    texts.push({ path, text: bytes.length > left ? `${text}\n(cut here)` : text });
    left -= bytes.length;
  }
  return texts;
}

/** What models are told of a game. Null = there is no such text; an empty one is none. */
export interface GameTexts {
  /** What the game is about, in the words of its maker. */
  spec(): Promise<string | null>;
  /** Its `index.html`. */
  page(): Promise<string | null>;
}

/** Reads the texts of a revision; null, before the first version, has none. */
export function gameTexts(
  mirror: Pick<Mirror, 'readFile'>,
  userId: string,
  projectId: string,
  revision: string | null,
): GameTexts {
  const read = async (file: string): Promise<string | null> => {
    const text =
      revision === null
        ? undefined
        : (await mirror.readFile(userId, projectId, revision, file))?.toString('utf8');
    return text === undefined || text.trim() === '' ? null : text;
  };
  return {
    async spec() {
      for (const file of SPECS) {
        const text = await read(file);
        if (text !== null) return text;
      }
      return null;
    },
    page: () => read('index.html'),
  };
}
