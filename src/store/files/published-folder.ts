import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import { isUuid } from '../../contracts/base/ids.js';
import { absentAs } from '../../disk/absent.js';
import { asDiskFull } from '../../disk/disk-full.js';
import { makeFolder, placeFolder } from '../../disk/durable-files.js';
import { quarantine } from '../../disk/quarantine.js';

const REVISION = /^[0-9a-f]{40}$/;

/** One file of a published game: its place inside the folder, and its bytes. */
export interface PublishedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export type PublishedFolders = ReturnType<typeof publishedFolders>;

/** One hash for all files of a game, whatever their order. */
export function hashOfFiles(files: readonly PublishedFile[]): string {
  return hashOfList(
    files.map(({ path: file, bytes }) => ({
      path: file,
      oid: createHash('sha256').update(bytes).digest('hex'),
    })),
  );
}

/** One hash for a list of files whose bytes have one each, whatever their order. */
export function hashOfList(files: readonly { readonly path: string; readonly oid: string }[]) {
  const lines = files.map(({ path: file, oid }) => `${oid}  ${file}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** `DATA_DIR/published/<gameId>/<revision>/`: what players get, apart from the repositories. */
export function publishedFolders(dataDir: string) {
  const gameFolder = (gameId: string): string => {
    if (!isUuid(gameId)) throw new AppError('PATH_ESCAPE', 'game ids are UUIDs');
    return path.join(dataDir, 'published', gameId.toLowerCase());
  };
  const folderOf = (gameId: string, revision: string): string => {
    if (!REVISION.test(revision)) throw new AppError('PATH_ESCAPE', 'revisions are full hashes');
    return path.join(gameFolder(gameId), revision);
  };
  return {
    /** Folder of a published revision. Throws on an invalid id, before any path is made. */
    folderOf,

    /**
     * Writes the files as that revision's folder: complete or not at all, in place of an earlier
     * copy. Throws `DiskFull`.
     */
    write: async (
      gameId: string,
      revision: string,
      files: readonly PublishedFile[],
    ): Promise<void> => {
      const folder = folderOf(gameId, revision);
      if (await isSame(folder, files)) return;
      const draft = path.join(gameFolder(gameId), `.${randomUUID()}.part`);
      try {
        await makeFolder(path.dirname(draft));
        for (const { path: file, bytes } of files) {
          const target = path.join(draft, file);
          await mkdir(path.dirname(target), { recursive: true });
          await writeFile(target, bytes, { flag: 'wx' });
        }
        await rm(folder, { recursive: true, force: true });
        await placeFolder(draft, folder);
      } catch (error) {
        await rm(draft, { recursive: true, force: true });
        throw asDiskFull(error, 'no space left for a published game');
      }
    },

    /** The files of a copy; empty when there is none. */
    list: async (gameId: string, revision: string) => filesBelow(folderOf(gameId, revision)),

    /**
     * Moves every copy of a game except the given revision into the quarantine (U2), and removes
     * unfinished ones; null = every copy.
     */
    keepOnly: async (gameId: string, revision: string | null): Promise<void> => {
      const folder = gameFolder(gameId);
      const kept = revision && path.basename(folderOf(gameId, revision));
      for (const name of await readdir(folder).catch(absentAs([]))) {
        const place = path.join(folder, name);
        if (REVISION.test(name) && name !== kept) await quarantine(dataDir, place);
        else if (name !== kept) await rm(place, { recursive: true, force: true });
      }
      // Not empty when a copy is being written.
      if (kept === null) await rmdir(folder).catch(() => undefined);
    },
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    absentAs([]),
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
    )
    .sort();
}

async function isSame(folder: string, files: readonly PublishedFile[]): Promise<boolean> {
  const there = await filesBelow(folder);
  if (there.length !== files.length) return false;
  const held = await Promise.all(
    there.map(async (file) => ({ path: file, bytes: await readFile(path.join(folder, file)) })),
  );
  return hashOfFiles(held) === hashOfFiles(files);
}
