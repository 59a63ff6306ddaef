import type { GameAsset } from '../../contracts/media/assets.js';
import { promisedHash } from '../../objects/assets.js';
import type { DiskCache } from '../../objects/disk-cache.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import { askedFor, assetsOfGame, type GameVersion } from '../runner-input/game-assets.js';

export interface LocalAssetDeps {
  cache: DiskCache;
  store: Pick<Store, 'assets'>;
  versions: Pick<Versions, 'readAll'>;
}

/** What the game of a version may load, as files of this machine; what is gone is left out. */
export async function assetsOnDisk(
  { cache, store, versions }: LocalAssetDeps,
  game: GameVersion,
): Promise<GameAsset[]> {
  const assets: GameAsset[] = [];
  for (const found of await assetsOfGame({ store, versions }, game)) {
    const file = await cache.fileOf(found.key, promisedHash(found.key) ?? '');
    if (file !== null) assets.push({ ...askedFor(found), file });
  }
  return assets;
}
