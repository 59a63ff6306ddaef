import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { absentAs } from '../disk/absent.js';
import { assetKey } from '../objects/assets.js';
import type { UnmovedAsset } from '../store/tables/unmoved-assets.js';
import { asideFolder } from './aside.js';
import type { MoveDeps } from './move.js';

const ROWS_AT_ONCE = 500;
/** An asset of the older layout is named by its content. */
const ASSET_NAME = /^([0-9a-f]{64})(?:\.[a-z0-9]{1,16})?$/;

/** Moves what lies beside versions: assets, thumbnails, videos, published copies. */
export async function moveFiles(deps: MoveDeps, signal: AbortSignal): Promise<void> {
  await moveAssets(deps, signal);
}

async function moveAssets(deps: MoveDeps, signal: AbortSignal): Promise<void> {
  const { store, log } = deps;
  for (let after: string | null = null; !signal.aborted;) {
    const rows = await store.unmovedAssets.list(after, ROWS_AT_ONCE);
    for (const row of rows)
      if (!signal.aborted && !(await moveAsset(deps, row)))
        log.warn({ asset: row.id }, 'the file of an asset is not in the old data');
    after = rows.at(-1)?.id ?? null;
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

async function moveAsset(
  { dataDir, store, objects }: MoveDeps,
  asset: UnmovedAsset,
): Promise<boolean> {
  const name = path.basename(asset.storage_path);
  const hash = ASSET_NAME.exec(name)?.[1];
  const owner = asset.is_global ? null : asset.owner_id;
  const home = owner === null ? path.join('assets', 'global') : path.join('users', owner, 'assets');
  const file = path.join(asideFolder(dataDir), home, name);
  if (hash === undefined) return false;
  const bytes = await readFile(file).catch(absentAs(null));
  if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== hash) return false;
  const key = assetKey({ ownerId: owner, id: asset.id, hash, extension: path.extname(name) });
  await objects.put(key, bytes);
  await store.unmovedAssets.nameObject(asset, key);
  return true;
}
