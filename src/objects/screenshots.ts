import { AppError } from '../contracts/base/errors.js';
import { ScreenshotName } from '../contracts/game/play.js';
import { projectPrefix, removeBelow, type ProjectPlace } from './kept-files.js';
import { readAll, type ObjectStore } from './object-store.js';

const PREFIX = 'screenshots/';

export type Screenshots = ReturnType<typeof createScreenshots>;

/**
 * Screenshots of versions, as objects `screenshots/<userId>/<projectId>/<sha-256>.webp`: versions
 * that look the same share one, and a restored version has that of the one it restores.
 */
export function createScreenshots(objects: ObjectStore) {
  return {
    keep: async (project: ProjectPlace, name: string, bytes: Buffer): Promise<void> => {
      await objects.put(screenshotKey(PREFIX, project, name), bytes);
    },

    /** Null when there is none of that name. */
    read: async (project: ProjectPlace, name: string) =>
      readAll(objects, screenshotKey(PREFIX, project, name)),

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
