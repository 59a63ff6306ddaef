import { AppError } from '../contracts/base/errors.js';
import { ScreenshotName } from '../contracts/game/play.js';
import { projectPrefix, removeBelow, type ProjectPlace } from './kept-files.js';
import { readAll, type ObjectStore } from './object-store.js';

const PREFIX = 'screenshots/';

export type Screenshots = ReturnType<typeof createScreenshots>;

/** A screenshot, and the square of it that a card shows; null = of an older player. */
interface Screenshot {
  readonly bytes: Buffer;
  readonly card: Buffer | null;
}

/**
 * Screenshots of versions, as objects `screenshots/<userId>/<projectId>/<sha-256>.webp`, their
 * cards as `….card.webp` and the loops of searches as `….loop.webp`: versions that look the same
 * share all three, and a restored version has those of the one it restores.
 */
export function createScreenshots(objects: ObjectStore) {
  return {
    keep: async (to: ProjectPlace, name: string, bytes: Buffer, card: Buffer | null = null) =>
      writeScreenshot(objects, screenshotKey(PREFIX, to, name), { bytes, card }),

    /** To another project, under the same name; false = there is none of it. */
    copy: async (from: ProjectPlace, to: ProjectPlace, name: string): Promise<boolean> => {
      const found = await readScreenshot(objects, screenshotKey(PREFIX, from, name));
      if (found) await writeScreenshot(objects, screenshotKey(PREFIX, to, name), found);
      return found !== null;
    },

    /** Null when there is none of that name. */
    read: async (project: ProjectPlace, name: string) =>
      readAll(objects, screenshotKey(PREFIX, project, name)),

    /** What a card shows of it: the whole one where nothing else is known. */
    readCard: async (project: ProjectPlace, name: string) => {
      const key = screenshotKey(PREFIX, project, name);
      return (await readAll(objects, cardKey(key))) ?? readAll(objects, key);
    },

    /** Keeps three seconds of the game beside its screenshot, in place of earlier ones. */
    keepLoop: async (project: ProjectPlace, name: string, bytes: Buffer): Promise<void> =>
      objects.put(loopKey(screenshotKey(PREFIX, project, name)), bytes),

    /** Null when no search has made one. */
    readLoop: async (project: ProjectPlace, name: string) =>
      readAll(objects, loopKey(screenshotKey(PREFIX, project, name))),

    removeProject: async (project: ProjectPlace) =>
      removeBelow(objects, projectPrefix(PREFIX, project)),
  };
}

/** Key of a screenshot below a prefix. Throws `PATH_ESCAPE` for an invalid name. */
export function screenshotKey(prefix: string, project: ProjectPlace, name: string): string {
  if (!ScreenshotName.safeParse(name).success)
    throw new AppError('PATH_ESCAPE', 'not the name of a screenshot');
  return `${projectPrefix(prefix, project)}${name}.webp`;
}

const cardKey = (key: string): string => key.replace(/webp$/, 'card.webp');
const loopKey = (key: string): string => key.replace(/webp$/, 'loop.webp');

export async function writeScreenshot(
  objects: ObjectStore,
  key: string,
  { bytes, card }: Screenshot,
): Promise<void> {
  await objects.put(key, bytes);
  if (card) await objects.put(cardKey(key), card);
}

/** Null when there is none (any more). */
export async function readScreenshot(
  objects: ObjectStore,
  key: string,
): Promise<Screenshot | null> {
  const [bytes, card] = await Promise.all([readAll(objects, key), readAll(objects, cardKey(key))]);
  return bytes && { bytes, card };
}
