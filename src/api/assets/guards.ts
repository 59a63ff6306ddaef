import type { Request, RequestHandler, Response } from 'express';
import { isUuid } from '../../contracts/ids.js';
import { isReadableBy } from '../../domain/asset-rules.js';
import type { AssetRow } from '../../store/tables/assets.js';
import { orNothing, type Store } from '../../store/index.js';
import type { Identity } from '../auth.js';
import { refuse, type Guards } from '../guards.js';
import { logOf } from '../request-log.js';

type Handler<T> = (req: Request, res: Response, who: T) => Promise<void> | void;

/** As {@link Guards}, for the asset `:id` (rest.md §1.7). */
export interface AssetGuards {
  /** Its owner alone; others learn that it exists only when they can see it anyway. */
  assetOwner(handler: Handler<{ user: Identity; asset: AssetRow }>): RequestHandler;
  /**
   * Whoever may read it: everybody when it is public or global, else its owner. Who has not said
   * who he is may do so (401).
   */
  assetAccess(handler: Handler<{ asset: AssetRow }>): RequestHandler;
}

export function createAssetGuards(
  guards: Guards,
  store: Pick<Store, 'asUser' | 'assets'>,
): AssetGuards {
  return {
    assetOwner: (handler) =>
      guards.user(async (req, res, { user }) => {
        const { id } = req.params;
        if (!isUuid(id)) return refuse(res, 400, 'Invalid asset ID');
        const asset = await orNothing(logOf(res), store.asUser(user.token).assets.get(id), null);
        if (!asset || asset.is_deleted) return refuse(res, 404, 'Asset not found');
        if (asset.owner_id !== user.id) return refuse(res, 403, 'Access denied');
        await handler(req, res, { user, asset });
      }),

    assetAccess: (handler) =>
      guards.visitor(async (req, res, { user, refusal }) => {
        const { id } = req.params;
        if (!isUuid(id)) return refuse(res, 400, 'Invalid asset ID');
        const asset = await orNothing(logOf(res), store.assets.get(id), null);
        if (!asset || asset.is_deleted) return refuse(res, 404, 'Asset not found');
        if (!isReadableBy(asset, user?.id ?? null))
          return user === null ? refuse(res, 401, refusal) : refuse(res, 404, 'Asset not found');
        await handler(req, res, { asset });
      }),
  };
}
