import { randomUUID } from 'node:crypto';
import { open, readdir, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { absentAs, removeOldEntries } from '../disk/absent.js';
import { asDiskFull } from '../disk/disk-full.js';
import { makeFolder, placeFile, syncFolder, writeSynced } from '../disk/durable-files.js';
import { bringBack, quarantine } from '../disk/quarantine.js';
import {
  LIST_PAGE,
  validKey,
  validPrefix,
  type ObjectInfo,
  type ObjectStore,
  type StoredObject,
} from './object-store.js';

/** No key starts with a dot, so no object is ever stored in this folder. */
const DRAFTS = '.drafts';
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const rootOf = (dataDir: string): string => path.join(dataDir, 'objects');

/** Where the bytes of a key lie, for a person to look at. */
export const objectFile = (dataDir: string, key: string): string =>
  path.join(rootOf(dataDir), ...validKey(key).split('/'));

/**
 * Objects as files below `DATA_DIR/objects`, one file per key, readable by this user only. The
 * first `put` makes the folder.
 */
export function createFileObjectStore(dataDir: string): ObjectStore {
  const root = rootOf(dataDir);
  const fileOf = (key: string): string => path.join(root, ...validKey(key).split('/'));
  const removeFiles = async (files: readonly string[], { canReturn = false } = {}) => {
    if (canReturn) await quarantine(dataDir, ...files);
    else for (const file of files) await rm(file, { force: true });
    for (const folder of new Set(files.map((file) => path.dirname(file)))) {
      await syncFolder(folder).catch(absentAs(null));
      await removeEmptyFolders(folder, root);
    }
  };
  return {
    async put(key, body) {
      const file = fileOf(key);
      const draft = path.join(root, DRAFTS, randomUUID());
      try {
        await writeDraft(draft, body);
        // A `delete` may remove the empty folder that this is about to use: placing tries again.
        await placeFile(draft, file, { folderMode: FOLDER_MODE });
      } catch (error) {
        throw asDiskFull(error, `no space left for the object ${key}`);
      } finally {
        await rm(draft, { force: true });
      }
    },
    get: async (key) => openFile(key, fileOf(key), null),
    range: async (key, first, last) => openFile(key, fileOf(key), { first, last }),
    async list(prefix, { after = null, limit = LIST_PAGE } = {}) {
      if (after !== null) validKey(after);
      const wanted = Math.min(limit, LIST_PAGE);
      const objects: ObjectInfo[] = [];
      for await (const object of walk(root, validPrefix(prefix), after)) {
        if (objects.length === wanted) return { objects, next: objects.at(-1)?.key ?? null };
        objects.push(object);
      }
      return { objects, next: null };
    },
    delete: async (key, options) => removeFiles([fileOf(key)], options),
    deleteAll: async (keys, options) => removeFiles(keys.map(fileOf), options),
    bringBack: async (place) => bringBack(dataDir, fileOf(place.replace(/\/$/, ''))),
    removeAbandoned: (olderThanMs) => removeOldEntries(path.join(root, DRAFTS), olderThanMs),
  };
}

async function writeDraft(draft: string, body: Uint8Array | Readable): Promise<void> {
  await makeFolder(path.dirname(draft), FOLDER_MODE);
  await writeSynced(draft, body, FILE_MODE);
}

/** A file as the object of that key; null when there is none. Throws as `range` does. */
export async function openFile(
  key: string,
  file: string,
  range: { first: number; last: number } | null,
): Promise<StoredObject | null> {
  const handle = await open(file, 'r').catch(absentAs(null));
  if (!handle) return null;
  try {
    const info = await handle.stat();
    // The folder of other keys is no object.
    if (info.isFile()) {
      const body = bodyOf(handle, info.size, range);
      return { key, sizeBytes: info.size, modifiedAt: info.mtime, body };
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return null;
}

/** The stream closes the handle. */
function bodyOf(
  handle: FileHandle,
  sizeBytes: number,
  range: { first: number; last: number } | null,
): Readable {
  if (range === null) return handle.createReadStream();
  const { first, last } = range;
  if (!(Number.isInteger(first) && first >= 0 && first < sizeBytes && last >= first))
    throw new RangeError(`bytes ${first}-${last} are not in an object of ${sizeBytes} bytes`);
  return handle.createReadStream({ start: first, end: Math.min(last, sizeBytes - 1) });
}

/** Files below a prefix after a key, in key order; objects that vanish meanwhile are left out. */
async function* walk(
  root: string,
  prefix: string,
  after: string | null,
): AsyncGenerator<ObjectInfo> {
  const folder = path.join(root, ...prefix.split('/'));
  const entries = await readdir(folder, { withFileTypes: true }).catch(absentAs(null));
  // A folder sorts with its slash, as the keys below it do.
  const names = (entries ?? [])
    .filter((entry) => entry.name !== DRAFTS && (entry.isFile() || entry.isDirectory()))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    const key = `${prefix}${name}`;
    if (name.endsWith('/')) {
      // A folder whose keys all come before `after` is not looked into.
      if (after === null || key > after || after.startsWith(key)) yield* walk(root, key, after);
    } else if (after === null || key > after) {
      const info = await stat(path.join(folder, name)).catch(absentAs(null));
      if (info) yield { key, sizeBytes: info.size, modifiedAt: info.mtime };
    }
  }
}

async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let empty = folder; empty !== root; empty = path.dirname(empty)) {
    try {
      await rmdir(empty);
    } catch {
      // Not empty, or another caller has removed it: either way nothing is left to do.
      return;
    }
  }
}
