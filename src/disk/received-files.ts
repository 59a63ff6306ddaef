import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sha256Of } from '../contracts/base/hashes.js';
import { removeOldEntries } from './absent.js';
import { asDiskFull } from './disk-full.js';

/** Longest upload; older parts are orphaned. */
const PART_AGE_MS = 60 * 60_000;

/** Name of the folder below `DATA_DIR/scratch`. */
export const UPLOADS = 'uploads';

/** A received file that is not kept yet. */
export interface ReceivedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

export type ReceivedFiles = ReturnType<typeof createReceivedFiles>;

/**
 * Files on their way from a client, `DATA_DIR/scratch/uploads/<id>`. Opening them touches nothing
 * yet.
 */
export function createReceivedFiles(dataDir: string) {
  const folder = path.join(dataDir, 'scratch', UPLOADS);
  return {
    /** Receives a stream; nothing is left when it breaks off. Throws `DiskFull`. */
    receive: async (stream: Readable): Promise<ReceivedFile> => {
      const part = path.join(folder, randomUUID());
      try {
        await mkdir(folder, { recursive: true });
        await write(stream, part);
        return { path: part, sizeBytes: (await stat(part)).size };
      } catch (error) {
        await rm(part, { force: true });
        throw asDiskFull(error, 'no space left for an upload');
      }
    },

    /** The bytes of a part, and their SHA-256. */
    read: async (part: Pick<ReceivedFile, 'path'>) => {
      const bytes = await readFile(part.path);
      return { bytes, hash: sha256Of(bytes) };
    },

    /** Removes a part; a repeat changes nothing. */
    discard: (file: string): Promise<void> => rm(file, { force: true }),

    /** Removes parts of interrupted uploads; returns their number. */
    removeOld: (): Promise<number> => removeOldEntries(folder, PART_AGE_MS),
  };
}

/** The file exists before the stream is read: it cannot be created after its removal. */
async function write(stream: Readable, part: string): Promise<void> {
  const file = await open(part, 'wx');
  await pipeline(stream, file.createWriteStream());
}
