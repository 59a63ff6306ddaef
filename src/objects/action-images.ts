import { idInKey, removeOlderThan } from './kept-files.js';
import { readAll, readBytes, type ObjectStore } from './object-store.js';

/** How long an image that was not fetched waits for a repeat of its request. */
const CLAIM_MS = 10 * 60_000;
const PREFIX = 'images/';

/**
 * Images of actions until they are fetched, as objects `images/<userId>/<actionId>`. Ids are UUIDs;
 * `wish` is a hash of what was asked for.
 */
export interface ActionImages {
  /**
   * Returns the action that works on this wish, or that has fulfilled it for a client that did not
   * fetch it; `actionId` itself when there is none. Of several calls at once one is first.
   */
  claim(userId: string, wish: string, actionId: string): Promise<string>;
  /** The next call with this wish begins anew. */
  release(userId: string, wish: string): Promise<void>;
  write(userId: string, actionId: string, bytes: Buffer): Promise<void>;
  /** Null when the image was not made, or is gone. */
  read(userId: string, actionId: string): Promise<Buffer | null>;
  /** Keeps what was sent for an action to work on, as it was sent. */
  writeSource(userId: string, actionId: string, text: string): Promise<void>;
  readSource(userId: string, actionId: string): Promise<string | null>;
  removeSource(userId: string, actionId: string): Promise<void>;
  /** Removes all that is older than `olderThanMs`, of all users. Returns how many objects. */
  removeOld(olderThanMs: number): Promise<number>;
}

/** The images of actions in an object store. */
export function createActionImages(objects: ObjectStore): ActionImages {
  const imageKey = (userId: string, actionId: string): string =>
    `${PREFIX}${idInKey(userId)}/${idInKey(actionId)}`;
  const sourceKey = (userId: string, actionId: string): string =>
    `${imageKey(userId, actionId)}.source`;
  const claimKey = (userId: string, wish: string): string =>
    `${PREFIX}${idInKey(userId)}/${wish}.claim`;
  return {
    claim: (userId, wish, actionId) => claim(objects, claimKey(userId, wish), idInKey(actionId)),
    release: async (userId, wish) => objects.delete(claimKey(userId, wish)),
    async write(userId, actionId, bytes) {
      await objects.put(imageKey(userId, actionId), bytes);
    },
    read: async (userId, actionId) => readAll(objects, imageKey(userId, actionId)),
    async writeSource(userId, actionId, text) {
      await objects.put(sourceKey(userId, actionId), Buffer.from(text));
    },
    async readSource(userId, actionId) {
      const bytes = await readAll(objects, sourceKey(userId, actionId));
      return bytes?.toString('utf8') ?? null;
    },
    removeSource: async (userId, actionId) => objects.delete(sourceKey(userId, actionId)),
    removeOld: (olderThanMs) => removeOlderThan(objects, PREFIX, olderThanMs),
  };
}

async function claim(objects: ObjectStore, key: string, actionId: string): Promise<string> {
  for (;;) {
    if (await objects.put(key, Buffer.from(actionId), { ifAbsent: true })) return actionId;
    const held = await objects.get(key);
    if (held && Date.now() - held.modifiedAt.getTime() < CLAIM_MS)
      return (await readBytes(held)).toString('utf8');
    held?.body.destroy();
    await objects.delete(key);
  }
}
