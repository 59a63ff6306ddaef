import type { WorkerConfig } from '../../config.js';
import type { GameAsset } from '../../contracts/media/assets.js';
import { createAssetFiles } from '../../store/files/asset-files.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import { askedFor, assetsOfGame, type GameVersion } from '../runner-input/game-assets.js';

export interface LocalAssetDeps {
  config: Pick<WorkerConfig, 'DATA_DIR'>;
  store: Pick<Store, 'assets'>;
  versions: Pick<Versions, 'readAll'>;
}

/** What the game of a version may load, as it lies on this machine. */
export async function assetsOnDisk(
  { config, store, versions }: LocalAssetDeps,
  game: GameVersion,
): Promise<GameAsset[]> {
  const found = await assetsOfGame(
    { store, versions, files: createAssetFiles(config.DATA_DIR) },
    game,
  );
  return found.map((asset) => ({ ...askedFor(asset), file: asset.file }));
}
