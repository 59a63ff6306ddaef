import path from 'node:path';
import { exists } from '../../disk/absent.js';
import { keepProjectFile, projectFolder, readStored, type KeepingRights } from './stored-file.js';

export type Thumbnails = ReturnType<typeof createThumbnails>;

/**
 * Thumbnails of projects on this machine, `users/<uid>/projects/<pid>/thumbnail.webp`, beside the
 * repository: never a version, and gone with the project. Opening them touches nothing yet.
 */
export function createThumbnails(dataDir: string) {
  const fileOf = (userId: string, projectId: string): string =>
    path.join(projectFolder(dataDir, userId, projectId), 'thumbnail.webp');
  return {
    has: async (userId: string, projectId: string) => exists(fileOf(userId, projectId)),

    read: async (userId: string, projectId: string) => readStored(fileOf(userId, projectId)),

    /** False = it is not wanted any more (F2). Throws `DiskFull`. */
    keep: async (userId: string, projectId: string, bytes: Buffer, rights: KeepingRights) =>
      keepProjectFile(fileOf(userId, projectId), bytes, rights),
  };
}
