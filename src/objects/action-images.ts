import { idInKey, removeOlderThan } from './kept-files.js';
import { readAll, type ObjectStore } from './object-store.js';

const PREFIX = 'images/';

export type ActionImages = ReturnType<typeof createActionImages>;

/** Images of actions until they are fetched, as objects `images/<userId>/<actionId>`. */
export function createActionImages(objects: ObjectStore) {
  const imageKey = (userId: string, actionId: string): string =>
    `${PREFIX}${idInKey(userId)}/${idInKey(actionId)}`;
  const sourceKey = (userId: string, actionId: string): string =>
    `${imageKey(userId, actionId)}.source`;
  return {
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
