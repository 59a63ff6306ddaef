import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { absentAs } from '../../disk/absent.js';
import {
  keepProjectFile,
  projectFolder,
  readStored,
  type KeepingRights,
  type StoredFile,
} from './stored-file.js';

const NAME = /^movie-([0-9a-f]{40})\.mp4$/;

export type Videos = ReturnType<typeof createVideos>;

/**
 * Videos of projects on this machine, `users/<uid>/projects/<pid>/movie-<revision>.mp4`, beside the
 * repository: never a version, and gone with the project. A project keeps the video that was made
 * last. Opening them touches nothing yet.
 */
export function createVideos(dataDir: string) {
  const folder = (userId: string, projectId: string): string =>
    projectFolder(dataDir, userId, projectId);
  return {
    has: async (userId: string, projectId: string, revision: string): Promise<boolean> =>
      (await videosIn(folder(userId, projectId))).includes(nameOf(revision)),

    /** Whether the project has a video of any revision. */
    hasAny: async (userId: string, projectId: string): Promise<boolean> =>
      (await videosIn(folder(userId, projectId))).length > 0,

    /** The project's video, of any revision. */
    read: async (userId: string, projectId: string): Promise<StoredFile | null> => {
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

    /**
     * In one step; then videos of other revisions are removed. False = it is not wanted any more
     * (F2). Throws `DiskFull`.
     */
    keep: async (
      { userId, projectId, revision }: { userId: string; projectId: string; revision: string },
      bytes: Buffer,
      rights: KeepingRights,
    ): Promise<boolean> => {
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
  return (await readdir(folder).catch(absentAs([]))).filter((name) => NAME.test(name));
}
