import type { GameAsset } from '../../contracts/media/assets.js';
import type { Log } from '../../telemetry/log.js';
import { assetNameOf, isDamage, type Assets } from '../../objects/assets.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import {
  askedFor,
  assetsOfGame,
  type FoundAsset,
  type GameVersion,
} from '../runner-input/game-assets.js';
import { MAX_ASSET_BYTES } from './own-assets.js';
import type { Volume } from './replication/volume.js';

/** What comes along with one call, which the Volume is not the place for. */
const MAX_ALONG_BYTES = 16 * 1024 * 1024;

export interface ModalAssetDeps {
  assets: Pick<Assets, 'read' | 'readChecked' | 'sizeOf'>;
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
  const { store, versions, log } = deps;
  const found = await assetsOfGame({ store, versions }, game);
  const isOwn = ({ asset }: FoundAsset): boolean =>
    asset.owner_id === game.userId && asset.is_global !== true;
  const own = found.filter(isOwn);
  const onVolume =
    own.length === 0
      ? new Set<string>()
      : await bringOver(deps, game.userId, [...new Set(own.map(({ key }) => key))]);
  const given: GameAsset[] = own
    .filter(({ key }) => onVolume.has(assetNameOf(key)))
    .map((each) => ({ ...askedFor(each), file: `assets/${assetNameOf(each.key)}` }));
  let room = MAX_ALONG_BYTES;
  for (const each of found.filter((asset) => !isOwn(asset))) {
    const size = (await deps.assets.sizeOf(each.key)) ?? Infinity;
    const bytes = size > room ? null : await deps.assets.read(each.key);
    if (bytes === null) continue;
    room -= bytes.length;
    given.push({ ...askedFor(each), data: bytes.toString('base64') });
  }
  if (given.length < found.length)
    log.warn(
      { projectId: game.projectId, left: found.length - given.length },
      'assets of a game are gone, damaged, or too large to be shown in a container',
    );
  return given;
}

/**
 * Puts those assets on the user's Volume that it lacks; answers the names of what it holds. What is
 * damaged here stays here.
 */
async function bringOver(
  { assets, volume }: ModalAssetDeps,
  userId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const there = new Set((await volume.listAssets(userId)).map(({ name }) => name));
  for (const key of keys) {
    const name = assetNameOf(key);
    if (there.has(name) || ((await assets.sizeOf(key)) ?? 0) > MAX_ASSET_BYTES) continue;
    const bytes = await assets.readChecked(key).catch(orDamaged);
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
