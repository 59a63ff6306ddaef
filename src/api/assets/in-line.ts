/** Runs work of one key in order, one at a time; work of other keys is not waited for. */
export type InLine = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * The database makes one user's inserts stand in line. They do so here already, so that a crowd of
 * one user's uploads waits without holding the connections that everybody needs.
 */
export function createInLine(): InLine {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
