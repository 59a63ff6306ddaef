import path from 'node:path';
import type { Response } from 'express';
import type { ASSET_FILE_ROUTES } from '../../contracts/http-routes/assets.js';
import { isUuid } from '../../contracts/base/ids.js';
import { isAvailable, isReadableBy } from '../../domain/assets/asset-rules.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import type { AssetRow } from '../../store/tables/assets.js';
import { orNothing, type Store } from '../../store/index.js';
import { deliveryAs, deliveryByName, type Delivery } from '../assets/media-type.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';
import { logOf } from '../http/request-log.js';

/** A file that its uploader chose: it is shown, never run, whatever it holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/**
 * Delivery of assets to games and pages (rest.md §7.4, §8): the only addresses that games
 * themselves load.
 */
export function assetFileHandlers({
  store,
  assetFiles,
}: {
  store: Pick<Store, 'assets'>;
  assetFiles: AssetFiles;
}): Handlers<typeof ASSET_FILE_ROUTES> {
  const isSent = async (
    res: Response,
    asset: AssetRow,
    delivery: (file: string) => Delivery,
  ): Promise<boolean> => {
    const file = await assetFiles.locate(asset);
    const isPublic = asset.is_public || asset.is_global === true;
    return file !== null && sendAsset(res, file, { ...delivery(file), isPublic });
  };
  /** Sends the asset of an address while it is available; without the right to read it, 404. */
  const deliver = async (
    res: Response,
    address: string,
    find: () => Promise<AssetRow | null>,
    isReadable: (asset: AssetRow) => boolean = () => true,
  ): Promise<void> => {
    const asset = address.includes('\0') ? null : await orNothing(logOf(res), find(), null);
    const isShown = asset !== null && isAvailable(asset, Date.now()) && isReadable(asset);
    if (isShown && (await isSent(res, asset, deliveryByName))) return;
    clearAssetHeaders(res);
    res.status(404).send('Not found');
  };
  return {
    userAsset: ({ res, user, params: { userId, alias } }) =>
      deliver(
        res,
        alias,
        async () => (isUuid(userId) ? store.assets.byAlias(userId, alias) : null),
        (asset) => isReadableBy(asset, user?.id ?? null),
      ),
    globalAsset: ({ res, params: { category, alias } }) =>
      deliver(res, `${category}${alias}`, () => store.assets.global(category, alias)),
    async assetById({ res, asset }) {
      if (await isSent(res, asset, () => deliveryAs(asset.mime_type))) return;
      clearAssetHeaders(res);
      throw refusal(404, 'Asset file not found');
    },
  };
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
