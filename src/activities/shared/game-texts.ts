import type { Mirror } from '../../store/mirror/mirror.js';

/**
 * Where a game tells what it is: its own notes first, then those of older projects (rest.md §9.3).
 */
const SPECS = ['specs/game.md', 'spec.md'];

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
