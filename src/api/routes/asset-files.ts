import { Router, type Response } from 'express';
import { isUuid } from '../../contracts/ids.js';
import { isAvailable, isReadableBy } from '../../domain/asset-rules.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import type { AssetRow } from '../../store/tables/assets.js';
import { orNothing, type Store } from '../../store/index.js';
import type { AssetGuards } from '../assets/guards.js';
import { deliveryAs, deliveryByName, type Delivery } from '../assets/media-type.js';
import { clearAssetHeaders, sendAsset } from '../assets/send.js';
import { refuse, type Guards } from '../guards.js';
import { logOf } from '../request-log.js';

export interface AssetFileDeps {
  guards: Guards & AssetGuards;
  store: Pick<Store, 'assets'>;
  files: AssetFiles;
}

/**
 * Delivery of assets to games and pages (rest.md §7.4, §8): the only addresses that games
 * themselves load.
 */
export function assetFileRoutes({ guards, store, files }: AssetFileDeps): Router {
  const router = Router();
  const deliver = async (
    res: Response,
    asset: AssetRow,
    delivery: (file: string) => Delivery,
  ): Promise<boolean> => {
    const file = await files.locate(asset);
    return (
      file !== null &&
      sendAsset(res, file, {
        ...delivery(file),
        isPublic: asset.is_public || asset.is_global === true,
      })
    );
  };

  router.get(
    '/user-assets/:userId/:alias',
    guards.visitor(async (req, res, { user }) => {
      const { userId, alias } = req.params;
      const isAddress = isUuid(userId) && typeof alias === 'string' && !alias.includes('\0');
      const asset = isAddress
        ? await orNothing(logOf(res), store.assets.byAlias(userId, alias), null)
        : null;
      // Who may not read it does not learn that it exists.
      const isShown =
        asset !== null && isAvailable(asset, Date.now()) && isReadableBy(asset, user?.id ?? null);
      if (!isShown || !(await deliver(res, asset, deliveryByName))) sendNotFound(res);
    }),
  );

  router.get('/global-assets/:category/:alias', async (req, res) => {
    const { category, alias } = req.params;
    const isAddress = !`${category}${alias}`.includes('\0');
    const asset = isAddress
      ? await orNothing(logOf(res), store.assets.global(category, alias), null)
      : null;
    if (!asset || !isAvailable(asset, Date.now()) || !(await deliver(res, asset, deliveryByName)))
      sendNotFound(res);
  });

  router.get(
    '/api/assets/:id',
    guards.assetAccess(async (_req, res, { asset }) => {
      if (await deliver(res, asset, () => deliveryAs(asset.mime_type))) return;
      clearAssetHeaders(res);
      refuse(res, 404, 'Asset file not found');
    }),
  );
  return router;
}

function sendNotFound(res: Response): void {
  clearAssetHeaders(res);
  res.status(404).send('Not found');
}
