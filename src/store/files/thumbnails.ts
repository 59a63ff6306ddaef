import { access } from 'node:fs/promises';
import path from 'node:path';
import {
  keepProjectFile,
  projectFolder,
  readStored,
  type KeepingRights,
  type StoredFile,
} from './stored-file.js';

/**
 * Thumbnails of projects on this machine, `users/<uid>/projects/<pid>/thumbnail.webp`, beside the
 * repository: never a version, and gone with the project.
 */
export interface Thumbnails {
  has(userId: string, projectId: string): Promise<boolean>;
  read(userId: string, projectId: string): Promise<StoredFile | null>;
  /** False = nobody wants it any more (F2). Throws `DiskFull`. */
  keep(userId: string, projectId: string, bytes: Buffer, rights: KeepingRights): Promise<boolean>;
}

/** The thumbnails under the data folder; touches nothing yet. */
export function createThumbnails(dataDir: string): Thumbnails {
  const fileOf = (userId: string, projectId: string): string =>
    path.join(projectFolder(dataDir, userId, projectId), 'thumbnail.webp');
  return {
    has: async (userId, projectId) =>
      access(fileOf(userId, projectId)).then(
        () => true,
        () => false,
      ),
    read: async (userId, projectId) => readStored(fileOf(userId, projectId)),
    keep: async (userId, projectId, bytes, rights) =>
      keepProjectFile(fileOf(userId, projectId), bytes, rights),
  };
}
