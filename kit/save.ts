/** From a folder all games share one store: each has the names below its title. */
const keyOf = (name: string): string => `${document.title}/${name}`;

/** Keeps a value of JSON for the next time the game is opened, where storage is allowed. */
export function save(name: string, value: unknown): void {
  try {
    localStorage.setItem(keyOf(name), JSON.stringify(value));
  } catch {
    // The game goes on without.
  }
}

/** What was saved by this name; `fallback` when there is nothing. */
export function saved<T>(name: string, fallback: T): T {
  try {
    const text = localStorage.getItem(keyOf(name));
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}
