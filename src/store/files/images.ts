import { randomUUID } from 'node:crypto';
import {
  access,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/errors.js';
import { isUuid } from '../../contracts/ids.js';

/** So long an image that nobody fetched waits for the same wish to come again. */
const CLAIM_MS = 10 * 60_000;

/** A file as it lies here. */
export interface StoredImage {
  readonly bytes: Buffer;
  readonly changedAt: Date;
}

/**
 * Images of actions on this machine, `users/<uid>/images/<actionId>`, until they are fetched, and
 * the thumbnails of projects, beside their repositories (never a version). Ids are UUIDs; `wish` is
 * a hash of what was asked for.
 */
export interface Images {
  /**
   * The action that works on this wish or has fulfilled it for somebody who did not fetch it;
   * `actionId` itself when there is none.
   */
  claim(userId: string, wish: string, actionId: string): Promise<string>;
  /** Whoever has this wish next begins anew. */
  release(userId: string, wish: string): Promise<void>;
  write(userId: string, actionId: string, bytes: Buffer): Promise<void>;
  read(userId: string, actionId: string): Promise<Buffer | null>;
  /** What was sent for an action to work on, as it was sent. */
  writeSource(userId: string, actionId: string, text: string): Promise<void>;
  readSource(userId: string, actionId: string): Promise<string | null>;
  removeSource(userId: string, actionId: string): Promise<void>;
  readThumbnail(userId: string, projectId: string): Promise<StoredImage | null>;
  writeThumbnail(userId: string, projectId: string, bytes: Buffer): Promise<void>;
  hasThumbnail(userId: string, projectId: string): Promise<boolean>;
  /** Removes images and claims older than `olderThanMs`, of all users; answers how many. */
  removeOld(olderThanMs: number): Promise<number>;
}

/** Opens the images under the data folder; touches nothing yet. */
export function createImages(dataDir: string): Images {
  const users = path.join(dataDir, 'users');
  const folder = (userId: string): string => path.join(users, idOf(userId), 'images');
  const imageFile = (userId: string, actionId: string): string =>
    path.join(folder(userId), idOf(actionId));
  const claimFile = (userId: string, wish: string): string =>
    path.join(folder(userId), `${wish}.claim`);
  const sourceFile = (userId: string, actionId: string): string =>
    `${imageFile(userId, actionId)}.source`;
  const thumbnail = (userId: string, projectId: string): string =>
    path.join(users, idOf(userId), 'projects', idOf(projectId), 'thumbnail.webp');
  return {
    claim: (userId, wish, actionId) => claim(claimFile(userId, wish), idOf(actionId)),
    release: (userId, wish) => rm(claimFile(userId, wish), { force: true }),
    write: (userId, actionId, bytes) => replace(imageFile(userId, actionId), bytes),
    read: async (userId, actionId) =>
      (await readStored(imageFile(userId, actionId)))?.bytes ?? null,
    writeSource: (userId, actionId, text) =>
      replace(sourceFile(userId, actionId), Buffer.from(text)),
    readSource: async (userId, actionId) =>
      (await readStored(sourceFile(userId, actionId)))?.bytes.toString('utf8') ?? null,
    removeSource: (userId, actionId) => rm(sourceFile(userId, actionId), { force: true }),
    readThumbnail: (userId, projectId) => readStored(thumbnail(userId, projectId)),
    writeThumbnail: (userId, projectId, bytes) => replace(thumbnail(userId, projectId), bytes),
    hasThumbnail: (userId, projectId) =>
      access(thumbnail(userId, projectId)).then(
        () => true,
        () => false,
      ),
    removeOld: (olderThanMs) => removeOld(users, Date.now() - olderThanMs),
  };
}

/** Throws before any path is made of something that is not a UUID. */
export function idOf(id: string): string {
  if (!isUuid(id)) throw new AppError('PATH_ESCAPE', 'ids are UUIDs');
  return id.toLowerCase();
}

/**
 * A claim appears in one step with its content, so that of two callers at once one is first and the
 * other reads who it was.
 */
async function claim(file: string, actionId: string): Promise<string> {
  const draft = `${file}.${randomUUID()}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(draft, actionId);
  try {
    for (;;) {
      try {
        await link(draft, file);
        return actionId;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const held = await readStored(file);
      if (held && Date.now() - held.changedAt.getTime() < CLAIM_MS)
        return held.bytes.toString('utf8');
      await rm(file, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** In one step: a reader sees the old file or the new one. */
export async function replace(file: string, bytes: Buffer): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(draft, bytes);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? new AppError('DiskFull', message) : error;
  }
}

export async function readStored(file: string): Promise<StoredImage | null> {
  try {
    const [bytes, { mtime }] = await Promise.all([readFile(file), stat(file)]);
    return { bytes, changedAt: mtime };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function removeOld(users: string, beforeMs: number): Promise<number> {
  let removed = 0;
  for (const user of await readdir(users).catch(() => [])) {
    const folder = path.join(users, user, 'images');
    for (const name of await readdir(folder).catch(() => [])) {
      const file = path.join(folder, name);
      const changed = await stat(file).catch(() => null);
      if (!changed || changed.mtimeMs >= beforeMs) continue;
      await rm(file, { force: true });
      removed += 1;
    }
  }
  return removed;
}
