import { assetKeyOf, assetNameOf, type Assets } from '../../objects/assets.js';
import type { Store } from '../../store/index.js';

/** What goes over in one call; a function reads no larger file. */
export const MAX_ASSET_BYTES = 32 * 1024 * 1024;

/** An asset as a Volume has it. */
export interface AssetFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/** A user's assets as they are kept here, each once, by name. */
export async function ownAssets(
  { store, assets }: { store: Pick<Store, 'assets'>; assets: Pick<Assets, 'sizeOf'> },
  userId: string,
): Promise<(AssetFile & { key: string })[]> {
  const found = new Map<string, AssetFile & { key: string }>();
  for (const row of await store.assets.list(userId)) {
    const key = row.is_global === true ? null : assetKeyOf(row);
    const name = key === null ? '' : assetNameOf(key);
    if (key === null || found.has(name)) continue;
    const sizeBytes = await assets.sizeOf(key);
    if (sizeBytes !== null) found.set(name, { name, key, sizeBytes });
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
