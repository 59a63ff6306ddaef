import type { Request, Response } from 'express';
import type { ASSET_FILE_ROUTES } from '../../contracts/http-routes/assets.js';
import { isUuid } from '../../contracts/base/ids.js';
import { isAvailable, isReadableBy } from '../../domain/assets/asset-rules.js';
import { assetKeyOf, promisedHash } from '../../objects/assets.js';
import type { ObjectStore } from '../../objects/object-store.js';
import { FIXED, FOR_EVER, FOR_EVER_PRIVATE, sendObject } from '../games/file-response.js';
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
  objects,
}: {
  store: Pick<Store, 'assets'>;
  objects: Pick<ObjectStore, 'get' | 'range'>;
}): Handlers<typeof ASSET_FILE_ROUTES> {
  const isSent = async (
    req: Request,
    res: Response,
    asset: AssetRow,
    delivery: (name: string) => Delivery,
  ): Promise<boolean> => {
    const key = assetKeyOf(asset);
    const isPublic = asset.is_public || asset.is_global === true;
    // An address that names the bytes has these or none.
    const { sha } = req.query;
    if (key === null || (sha !== undefined && sha !== promisedHash(key))) return false;
    const file = { ...delivery(key), isPublic, isFixed: sha !== undefined };
    return sendAsset(req, res, { objects, key }, file);
  };
  /** Sends the asset of an address while it is available; without the right to read it, 404. */
  const deliver = async (
    { req, res }: { req: Request; res: Response },
    address: string,
    find: () => Promise<AssetRow | null>,
    isReadable: (asset: AssetRow) => boolean = () => true,
  ): Promise<void> => {
    const asset = address.includes('\0') ? null : await orNothing(logOf(res), find(), null);
    const isShown = asset !== null && isAvailable(asset, Date.now()) && isReadable(asset);
    if (isShown && (await isSent(req, res, asset, deliveryByName))) return;
    clearAssetHeaders(res);
    res.status(404).send('Not found');
  };
  return {
    userAsset: ({ req, res, user, params: { userId, alias } }) =>
      deliver(
        { req, res },
        alias,
        async () => (isUuid(userId) ? store.assets.byAlias(userId, alias) : null),
        (asset) => isReadableBy(asset, user?.id ?? null),
      ),
    globalAsset: ({ req, res, params: { category, alias } }) =>
      deliver({ req, res }, `${category}${alias}`, () => store.assets.global(category, alias)),
    async assetById({ req, res, asset }) {
      if (await isSent(req, res, asset, () => deliveryAs(asset.mime_type))) return;
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
async function sendAsset(
  req: Request,
  res: Response,
  object: { objects: Pick<ObjectStore, 'get' | 'range'>; key: string },
  { type, isInline, isPublic, isFixed }: Delivery & { isPublic: boolean; isFixed: boolean },
): Promise<boolean> {
  res.set({
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  // A sandboxed game is another origin than ours, also where it is served by us.
  if (isPublic) res.set('Cross-Origin-Resource-Policy', 'cross-origin');
  if (!isInline) res.set('Content-Disposition', 'attachment');
  if (isFixed && isPublic) res.set(FIXED);
  const fixed = isPublic ? FOR_EVER : FOR_EVER_PRIVATE;
  const named = `${isPublic ? 'public' : 'private'}, max-age=0`;
  return sendObject(req, res, object, {
    type,
    tag: promisedHash(object.key) ?? '',
    cacheControl: isFixed ? fixed : named,
  });
}

/** Takes back what only a file has, for an answer that is none. */
function clearAssetHeaders(res: Response): void {
  for (const name of [
    'Content-Type',
    'Cache-Control',
    'CDN-Cache-Control',
    'Content-Disposition',
    'Accept-Ranges',
    'ETag',
    'Last-Modified',
  ])
    res.removeHeader(name);
}
