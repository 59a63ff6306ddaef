/** What this tab keeps under a key, over a reload; with an age, only as long as that. */
export function slot<T>(key: string, keptMs?: number) {
  const drop = (): void => sessionStorage.removeItem(key);
  /** null = nothing, or nothing that can be read. */
  const read = (): T | null => {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
      if (keptMs === undefined) return kept as T | null;
      const { value, at } = kept as { value?: T; at: number };
      return Date.now() - at < keptMs ? (value ?? null) : null;
    } catch {
      return null;
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
