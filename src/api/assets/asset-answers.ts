import { assetUrl } from '../../domain/assets/asset-names.js';
import { assetKeyOf, promisedHash } from '../../objects/assets.js';
import type { AssetRow, ListedAsset } from '../../store/tables/assets.js';

/** Assets as clients see them (rest.md §7). `filename` is the display name. */

const named = (asset: AssetRow) => ({
  id: asset.id,
  filename: asset.original_name ?? asset.filename,
  alias: asset.alias,
  mimeType: asset.mime_type,
  size: asset.size,
});
const noted = ({ tags, description }: AssetRow) => ({ tags, description });
const url = ({ owner_id, alias }: AssetRow): string => assetUrl(owner_id ?? '', alias);

/** The address whose bytes never change; null for an asset that we have no bytes of. */
function fixedUrl(asset: AssetRow): string | null {
  const hash = promisedHash(assetKeyOf(asset) ?? '');
  return hash && `${url(asset)}?sha=${hash}`;
}

export const toUploaded = (asset: AssetRow) => ({ ...named(asset), url: url(asset) });

export const toListed = (asset: ListedAsset) => ({
  ...named(asset),
  isPublic: asset.is_public,
  ...noted(asset),
  url: url(asset),
  projects: asset.projects,
  createdAt: asset.created_at,
});

export const toFound = (asset: AssetRow) => ({
  ...named(asset),
  isPublic: asset.is_public,
  isOwner: true as const,
  ...noted(asset),
  url: url(asset),
});

export const toMeta = (asset: AssetRow) => ({
  ...named(asset),
  isPublic: asset.is_public,
  ...noted(asset),
  createdAt: asset.created_at,
  url: url(asset),
  fixedUrl: fixedUrl(asset),
});
