import { idInKey, removeOlderThan } from './kept-files.js';
import { readAll, readBytes, type ObjectStore } from './object-store.js';

/** How long an unclaimed image is kept for a repeat of its request. */
const CLAIM_MS = 10 * 60_000;
const PREFIX = 'images/';

export type ActionImages = ReturnType<typeof createActionImages>;

/**
 * Images of actions until they are fetched, as objects `images/<userId>/<actionId>`. Ids are UUIDs;
 * `wish` is a hash of the request.
 */
export function createActionImages(objects: ObjectStore) {
  const imageKey = (userId: string, actionId: string): string =>
    `${PREFIX}${idInKey(userId)}/${idInKey(actionId)}`;
  const sourceKey = (userId: string, actionId: string): string =>
    `${imageKey(userId, actionId)}.source`;
  const claimKey = (userId: string, wish: string): string =>
    `${PREFIX}${idInKey(userId)}/${wish}.claim`;
  return {
    /**
     * Returns the action that works on this wish, or that has fulfilled it for a client that did
     * not fetch it; `actionId` itself when there is none. Of several calls at once one is first.
     */
    claim: async (userId: string, wish: string, actionId: string) =>
      claim(objects, claimKey(userId, wish), idInKey(actionId)),

    /** The next call with this wish begins anew. */
    release: async (userId: string, wish: string) => objects.delete(claimKey(userId, wish)),

    write: async (userId: string, actionId: string, bytes: Buffer): Promise<void> => {
      await objects.put(imageKey(userId, actionId), bytes);
    },

    /** Null when the image was not made, or is gone. */
    read: async (userId: string, actionId: string) => readAll(objects, imageKey(userId, actionId)),

    /** Stores the body of a request for its action, unchanged. */
    writeSource: async (userId: string, actionId: string, text: string): Promise<void> => {
      await objects.put(sourceKey(userId, actionId), Buffer.from(text));
    },

    readSource: async (userId: string, actionId: string): Promise<string | null> =>
      (await readAll(objects, sourceKey(userId, actionId)))?.toString('utf8') ?? null,

    removeSource: async (userId: string, actionId: string) =>
      objects.delete(sourceKey(userId, actionId)),

    /** Removes objects older than `olderThanMs`, of all users. Returns their number. */
    removeOld: (olderThanMs: number) => removeOlderThan(objects, PREFIX, olderThanMs),
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
