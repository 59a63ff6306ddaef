import { AppError } from '../contracts/errors.js';
import { ScreenshotName } from '../contracts/play.js';
import { idInKey, projectPrefix, removeBelow } from './kept-files.js';
import { readAll, type ObjectStore } from './object-store.js';

const PREFIX = 'screenshots/';
/** Behind all that a project's prefix starts. */
const LAST_PART = 'zzzz';

export interface ProjectPlace {
  readonly userId: string;
  readonly projectId: string;
}

/**
 * What versions look like, as objects `screenshots/<userId>/<projectId>/<sha-256>.webp`: versions
 * that look the same share one, and a restored version has that of the one it restores.
 */
export interface Screenshots {
  keep(project: ProjectPlace, name: string, bytes: Buffer): Promise<void>;
  /** Null when there is none of that name. */
  read(project: ProjectPlace, name: string): Promise<Buffer | null>;
  removeProject(project: ProjectPlace): Promise<void>;
  removeUser(userId: string): Promise<void>;
  /** Every project that has some, of all users. */
  projects(): AsyncGenerator<ProjectPlace>;
}

/** The screenshots in an object store. */
export function createScreenshots(objects: ObjectStore): Screenshots {
  return {
    async keep(project, name, bytes) {
      await objects.put(screenshotKey(PREFIX, project, name), bytes, { ifAbsent: true });
    },
    read: async (project, name) => readAll(objects, screenshotKey(PREFIX, project, name)),
    removeProject: async (project) => removeBelow(objects, projectPrefix(PREFIX, project)),
    removeUser: async (userId) => removeBelow(objects, `${PREFIX}${idInKey(userId)}/`),
    projects: () => projectsBelow(objects),
  };
}

/** Where a screenshot lies below a prefix. Throws `PATH_ESCAPE` for what is no name of one. */
export function screenshotKey(prefix: string, project: ProjectPlace, name: string): string {
  if (!ScreenshotName.safeParse(name).success)
    throw new AppError('PATH_ESCAPE', 'not the name of a screenshot');
  return `${projectPrefix(prefix, project)}${name}.webp`;
}

/** One look for each project: the next one comes behind everything of it. */
async function* projectsBelow(objects: ObjectStore): AsyncGenerator<ProjectPlace> {
  let after: string | null = null;
  for (;;) {
    const page: Awaited<ReturnType<ObjectStore['list']>> = await objects.list(PREFIX, {
      after,
      limit: 1,
    });
    const [, userId, projectId] = page.objects[0]?.key.split('/') ?? [];
    if (userId === undefined || projectId === undefined) return;
    yield { userId, projectId };
    after = `${PREFIX}${userId}/${projectId}/${LAST_PART}`;
  }
}
