import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { WorkerConfig } from '../../config.js';
import type { GameAsset } from '../../contracts/media/assets.js';
import type { Log } from '../../telemetry/log.js';
import { createAssetFiles } from '../../store/files/asset-files.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import {
  askedFor,
  assetsOfGame,
  type FoundAsset,
  type GameVersion,
} from '../runner-input/game-assets.js';
import { isAssetName, isDamage, MAX_ASSET_BYTES, readAsset } from './own-assets.js';
import type { Volume } from './replication/volume.js';

/** What comes along with one call, which the Volume is not the place for. */
const MAX_ALONG_BYTES = 16 * 1024 * 1024;

export interface ModalAssetDeps {
  config: Pick<WorkerConfig, 'DATA_DIR'>;
  store: Pick<Store, 'assets'>;
  versions: Pick<Versions, 'readAll'>;
  volume: Pick<Volume, 'listAssets' | 'writeAsset'>;
  log: Log;
}

/**
 * What the game of a version may load, as a container finds it: its maker's own files on his
 * Volume, where those that it lacks are put first; assets of other owners come along with
 * the call. What is too large or damaged is left out.
 */
export async function assetsForVolume(
  deps: ModalAssetDeps,
  game: GameVersion,
): Promise<GameAsset[]> {
  const { config, store, versions, log } = deps;
  const found = await assetsOfGame(
    { store, versions, files: createAssetFiles(config.DATA_DIR) },
    game,
  );
  const isOwn = ({ asset, file }: FoundAsset): boolean =>
    asset.owner_id === game.userId && asset.is_global !== true && isAssetName(path.basename(file));
  const own = found.filter(isOwn);
  const onVolume =
    own.length === 0
      ? new Set<string>()
      : await bringOver(deps, game.userId, [...new Set(own.map(({ file }) => file))]);
  const assets: GameAsset[] = own
    .filter(({ file }) => onVolume.has(path.basename(file)))
    .map((each) => ({ ...askedFor(each), file: `assets/${path.basename(each.file)}` }));
  let room = MAX_ALONG_BYTES;
  for (const each of found.filter((asset) => !isOwn(asset))) {
    const { size } = await stat(each.file);
    if (size > room) continue;
    room -= size;
    assets.push({ ...askedFor(each), data: (await readFile(each.file)).toString('base64') });
  }
  if (assets.length < found.length)
    log.warn(
      { projectId: game.projectId, left: found.length - assets.length },
      'assets of a game are too large, or damaged, to be shown in a container',
    );
  return assets;
}

/**
 * Puts those of `files` on the user's Volume that it lacks; answers the names of what it holds.
 * What is damaged here stays here.
 */
async function bringOver(
  { volume }: ModalAssetDeps,
  userId: string,
  files: readonly string[],
): Promise<Set<string>> {
  const there = new Set((await volume.listAssets(userId)).map(({ name }) => name));
  for (const file of files) {
    const name = path.basename(file);
    if (there.has(name) || (await stat(file)).size > MAX_ASSET_BYTES) continue;
    const bytes = await readAsset(file).catch(orDamaged);
    if (bytes === null) continue;
    await volume.writeAsset(userId, name, bytes);
    there.add(name);
  }
  return there;
}

function orDamaged(error: unknown): null {
  if (isDamage(error)) return null;
  throw error;
}
