import type { z } from 'zod';
import { projected } from '../../contracts/rows/projects.js';
import { assetUrl } from '../../domain/assets/asset-names.js';
import { assetKeyOf, promisedHash } from '../../objects/assets.js';
import type { AssetRow } from '../../store/tables/assets.js';

/** An asset as clients see it (rest.md §7), by the schema of the answer. */
export function shownAsset<S extends z.ZodType>(schema: S, asset: AssetRow): z.output<S> {
  const { owner_id: ownerId, alias, original_name: displayName, filename } = asset;
  const url = assetUrl(ownerId ?? '', alias);
  const hash = promisedHash(assetKeyOf(asset) ?? '');
  // The bytes at the fixed address never change; null for an asset that we have no bytes of.
  const urls = { url, fixedUrl: hash && `${url}?sha=${hash}` };
  const shown = { ...asset, filename: displayName ?? filename, isOwner: true };
  return projected(schema, { ...shown, ...urls });
}
