/** FNV-1a over the text: the same words always give the same game. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash >>> 0;
}

/** Picks one of at least one entry; `salt` makes several picks from one seed independent. */
export const pickBy = <T>(seed: number, salt: string, entries: readonly T[]): T =>
  entries[hashOf(`${seed}:${salt}`) % entries.length] as T;
