import path from 'node:path';
import { Router, type Response } from 'express';
import { isUuid } from '../../contracts/ids.js';
import { isAvailable, isReadableBy } from '../../domain/asset-rules.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import type { AssetRow } from '../../store/tables/assets.js';
import { orNothing, type Store } from '../../store/index.js';
import { deliveryAs, deliveryByName, type Delivery } from '../assets/media-type.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { logOf } from '../http/request-log.js';

/** A file that its uploader chose: it is shown, never run, whatever it holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

export interface AssetDeliveryDeps {
  guards: Guards;
  store: Pick<Store, 'assets'>;
  files: AssetFiles;
}

/**
 * Delivery of assets to games and pages (rest.md §7.4, §8): the only addresses that games
 * themselves load.
 */
export function assetDeliveryRoutes({ guards, store, files }: AssetDeliveryDeps): Router {
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
    guards.assetReader(async (_req, res, { asset }) => {
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

/**
 * Sends an asset as the contract's **file** (rest.md §1.1): ETag, Last-Modified, ranges,
 * conditional requests. False = it is not there any more, and nothing was answered. What could hold
 * markup is only offered as a download; images in pages show it all the same.
 */
function sendAsset(
  res: Response,
  file: string,
  { type, isInline, isPublic }: Delivery & { isPublic: boolean },
): Promise<boolean> {
  res.set({
    'Content-Type': type,
    'Cache-Control': `${isPublic ? 'public' : 'private'}, max-age=0`,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  // A sandboxed game is another origin than ours, also where it is served by us.
  if (isPublic) res.set('Cross-Origin-Resource-Policy', 'cross-origin');
  if (!isInline) res.set('Content-Disposition', 'attachment');
  return new Promise((resolve, reject) => {
    res.sendFile(
      path.basename(file),
      { root: path.dirname(file), dotfiles: 'allow', cacheControl: false },
      (error?: Error) => {
        // A client that went away, or a range that there is none of, was answered as far as it
        // could be.
        if (!error || res.headersSent) resolve(true);
        else if (isMissing(error)) resolve(false);
        else reject(error);
      },
    );
  });
}

/** Takes back what only a file has, for an answer that is none. */
function clearAssetHeaders(res: Response): void {
  for (const name of [
    'Content-Type',
    'Cache-Control',
    'Content-Disposition',
    'Accept-Ranges',
    'ETag',
    'Last-Modified',
  ])
    res.removeHeader(name);
}

function isMissing(error: Error): boolean {
  return 'status' in error && error.status === 404;
}
