/**
 * What this tab keeps under a key, over a reload; with an age, only as long as that. A build of
 * before may have left what is no JSON.
 */
export function slot<T>(
  key: string,
  keptMs?: number,
  readOlder: (kept: string) => T | null = () => null,
) {
  const drop = (): void => sessionStorage.removeItem(key);
  /** null = nothing, or nothing that can be read. */
  const read = (): T | null => {
    const stored = sessionStorage.getItem(key) ?? 'null';
    try {
      const kept: unknown = JSON.parse(stored);
      if (keptMs === undefined) return kept as T | null;
      const { value, at } = kept as { value?: T; at: number };
      return Date.now() - at < keptMs ? (value ?? null) : null;
    } catch {
      return readOlder(stored);
    }
  };
  return {
    put(value: T): void {
      const kept = keptMs === undefined ? value : { value, at: Date.now() };
      sessionStorage.setItem(key, JSON.stringify(kept));
    },
    read,
    take(): T | null {
      const kept = read();
      drop();
      return kept;
    },
    drop,
  };
}
