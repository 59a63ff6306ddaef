import type { Response } from 'express';
import type { ASSET_ROUTES } from '../../contracts/http-routes/assets.js';
import { AssetMeta, FoundAsset, ListedAsset } from '../../contracts/wire/http.js';
import { storable } from '../../contracts/base/ids.js';
import { isAway } from '../away.js';
import { orNothing, type Store } from '../../store/index.js';
import type { AssetChanges } from '../../store/tables/assets.js';
import { shownAsset } from '../assets/asset-answers.js';
import type { Call, Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';
import { logOf } from '../http/request-log.js';
import { uploadHandler, type AssetUploadDeps } from './asset-upload.js';

/** Largest answer of one search, assets. */
const FOUND_AT_MOST = 50;

/** What a user does with his own assets (rest.md §7.1–7.3, §7.5–7.8). */
export function assetHandlers(deps: AssetUploadDeps): Handlers<typeof ASSET_ROUTES> {
  const { store } = deps;
  return {
    uploadAsset: uploadHandler(deps),
    async listAssets({ res, user, query }) {
      const assets = await orNothing(logOf(res), store.asUser(user.token).assets.list(user.id), []);
      // JSON leaves out what is undefined.
      const listed = assets.map((asset) => shownAsset(ListedAsset, asset));
      return { assets: listed, currentProjectId: query.currentProjectId };
    },
    async searchAssets({ res, user, query: { q } }) {
      const options = q === '' ? {} : { query: q, limit: FOUND_AT_MOST };
      const list = store.asUser(user.token).assets.list(user.id, options);
      const found = await orNothing(logOf(res), list, []);
      return { assets: found.map((asset) => shownAsset(FoundAsset, asset)) };
    },
    assetMeta: ({ asset }) => shownAsset(AssetMeta, asset),
    async shareAsset({ user, asset, body }) {
      const { assets } = store.asUser(user.token);
      const changed = await assets.update(asset.id, { is_public: body.isPublic });
      if (!changed) throw refusal(404, 'Asset not found');
      return { success: true, asset: { id: changed.id, isPublic: changed.is_public } };
    },
    async changeAsset(call) {
      const changes = changesIn(call);
      const changed =
        Object.keys(changes).length === 0
          ? call.asset
          : await store.asUser(call.user.token).assets.update(call.asset.id, changes);
      if (!changed) throw refusal(404, 'Asset not found');
      const { id, tags, description } = changed;
      return { success: true, asset: { id, tags, description } };
    },
    async deleteAsset({ res, asset }) {
      return { success: true, message: await remove(store, res, asset.id) };
    },
  };
}

function changesIn({ body }: Call<(typeof ASSET_ROUTES)['changeAsset']>): AssetChanges {
  const { tags, description, availableFrom, availableUntil } = body;
  return {
    ...(tags === undefined ? {} : { tags: tags && storable(tags) }),
    ...(description === undefined ? {} : { description: description && storable(description) }),
    ...(availableFrom === undefined ? {} : { available_from: availableFrom }),
    ...(availableUntil === undefined ? {} : { available_until: availableUntil }),
  };
}

/** A soft delete: file and links stay, and the asset is shown no more. */
async function remove(
  { assets }: Pick<Store, 'assets'>,
  res: Response,
  id: string,
): Promise<string> {
  const count = await orNothing(logOf(res), assets.usageCount(id), 0);
  const isDeleted = await assets.softDelete(id).catch((error: unknown) => {
    if (isAway(error)) throw error;
    logOf(res).error({ err: error }, 'an asset could not be deleted');
    throw refusal(500, 'Failed to delete asset');
  });
  if (!isDeleted) throw refusal(404, 'Asset not found or already deleted');
  return count === 0
    ? 'Asset deleted.'
    : `Asset deleted. It was used in ${count} project(s) - they will now see a placeholder.`;
}
