import type { WorkerConfig } from '../../config.js';
import type { GameAsset } from '../../contracts/media/assets.js';
import { createAssetFiles } from '../../store/files/asset-files.js';
import type { Store } from '../../store/index.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import { askedFor, assetsOfGame, type GameVersion } from '../runner-input/game-assets.js';

export interface LocalAssetDeps {
  config: Pick<WorkerConfig, 'DATA_DIR'>;
  store: Pick<Store, 'assets'>;
  mirror: Mirror;
}

/** What the game of a version may load, as it lies on this machine. */
export async function assetsOnDisk(
  { config, store, mirror }: LocalAssetDeps,
  game: GameVersion,
): Promise<GameAsset[]> {
  const found = await assetsOfGame(
    { store, mirror, files: createAssetFiles(config.DATA_DIR) },
    game,
  );
  return found.map((asset) => ({ ...askedFor(asset), file: asset.file }));
}
