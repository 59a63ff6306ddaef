import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/errors.js';
import {
  keepProjectFile,
  projectFolder,
  readStored,
  type KeepingRights,
  type StoredFile,
} from './stored-file.js';

const NAME = /^movie-([0-9a-f]{40})\.mp4$/;

/**
 * Videos of projects on this machine, `users/<uid>/projects/<pid>/movie-<revision>.mp4`, beside the
 * repository: never a version, and gone with the project. A project keeps the video that was made
 * last.
 */
export interface Videos {
  has(userId: string, projectId: string, revision: string): Promise<boolean>;
  /** Is there a video of the project, of whatever revision? */
  hasAny(userId: string, projectId: string): Promise<boolean>;
  /** The project's video, of whatever revision. */
  read(userId: string, projectId: string): Promise<StoredFile | null>;
  /**
   * In one step; then videos of other revisions go. False = nobody wants it any more (F2). Throws
   * `DiskFull`.
   */
  keep(
    video: { userId: string; projectId: string; revision: string },
    bytes: Buffer,
    rights: KeepingRights,
  ): Promise<boolean>;
}

/** Opens the videos under the data folder; touches nothing yet. */
export function createVideos(dataDir: string): Videos {
  const folder = (userId: string, projectId: string): string =>
    projectFolder(dataDir, userId, projectId);
  return {
    has: async (userId, projectId, revision) =>
      (await videosIn(folder(userId, projectId))).includes(nameOf(revision)),
    hasAny: async (userId, projectId) => (await videosIn(folder(userId, projectId))).length > 0,
    async read(userId, projectId) {
      const videos = await Promise.all(
        (await videosIn(folder(userId, projectId))).map((name) =>
          readStored(path.join(folder(userId, projectId), name)),
        ),
      );
      return (
        videos
          .filter((video) => video !== null)
          .sort((a, b) => b.changedAt.getTime() - a.changedAt.getTime())[0] ?? null
      );
    },
    async keep({ userId, projectId, revision }, bytes, rights) {
      const own = folder(userId, projectId);
      if (!(await keepProjectFile(path.join(own, nameOf(revision)), bytes, rights))) return false;
      for (const name of await videosIn(own))
        if (name !== nameOf(revision)) await rm(path.join(own, name), { force: true });
      return true;
    },
  };
}

function nameOf(revision: string): string {
  const name = `movie-${revision}.mp4`;
  if (!NAME.test(name)) throw new AppError('PATH_ESCAPE', 'a revision is a full hash');
  return name;
}

async function videosIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => NAME.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
