import { access } from 'node:fs/promises';
import path from 'node:path';
import { projectFolder, readStored, replaceFile, type StoredFile } from './stored-file.js';

/**
 * Thumbnails of projects on this machine, `users/<uid>/projects/<pid>/thumbnail.webp`, beside the
 * repository: never a version, and gone with the project.
 */
export interface Thumbnails {
  has(userId: string, projectId: string): Promise<boolean>;
  read(userId: string, projectId: string): Promise<StoredFile | null>;
  /** Throws `DiskFull`. */
  write(userId: string, projectId: string, bytes: Buffer): Promise<void>;
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
    write: async (userId, projectId, bytes) => replaceFile(fileOf(userId, projectId), bytes),
  };
}
