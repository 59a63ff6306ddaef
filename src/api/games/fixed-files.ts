import { LRUCache } from 'lru-cache';
import { atFixedAddress } from '../../domain/publishing/published-files.js';
import type { PublishedGameRow } from '../../store/tables/published-games.js';
import type { PublishedCopies, ServedFile } from '../../versions/kept/published-copies.js';

const MIB = 1024 * 1024;
const KEPT_BYTES = 32 * MIB;
const LARGEST_KEPT_BYTES = 4 * MIB;
/** A game is loaded in many requests, of which one asks whether it is still published. */
const SEEN_MS = 1_000;
const SEEN_GAMES = 1_000;

type Address = [gameId: string, revision: string, contentHash: string];

export type FixedFiles = ReturnType<typeof createFixedFiles>;

/**
 * Published files by addresses that name their bytes (L5): these are held in memory, and the row of
 * their game for a second.
 */
export function createFixedFiles(
  copies: Pick<PublishedCopies, 'read'>,
  published: (gameId: string) => Promise<PublishedGameRow | null>,
) {
  const seen = new LRUCache<string, PublishedGameRow>({ max: SEEN_GAMES, ttl: SEEN_MS });
  const kept = new LRUCache<string, ServedFile>({
    maxSize: KEPT_BYTES,
    maxEntrySize: LARGEST_KEPT_BYTES,
    sizeCalculation: ({ bytes }) => bytes.length + 1,
  });
  return {
    /** Null = not published, or private; of another revision only after it was asked for anew. */
    async game(gameId: string, revision: string): Promise<PublishedGameRow | null> {
      const known = seen.get(gameId);
      if (known?.revision === revision) return known;
      const game = await published(gameId);
      if (game !== null) seen.set(gameId, game);
      return game;
    },

    /** `moved`: the copy has other bytes now; null = it has no such file. */
    async read(address: Address, path: string): Promise<ServedFile | 'moved' | null> {
      const key = [...address, path].join('/');
      const known = kept.get(key);
      if (known !== undefined) return known;
      const [gameId, revision, contentHash] = address;
      const found = await copies.read(gameId, revision, path);
      if (found === null) return null;
      if (found.contentHash !== contentHash) return 'moved';
      const file = { ...found, bytes: atFixedAddress(path, found.bytes, address) };
      kept.set(key, file);
      return file;
    },
  };
}
