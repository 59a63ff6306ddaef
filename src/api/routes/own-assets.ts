import { Router, type Request, type Response } from 'express';
import { AssetChangesBody, PublishBody } from '../../contracts/assets.js';
import { storable } from '../../contracts/ids.js';
import type { AssetChanges, AssetRow } from '../../store/tables/assets.js';
import { orNothing, type Store } from '../../store/index.js';
import { toFound, toListed, toMeta } from '../assets/asset-answers.js';
import type { Identity } from '../guards/auth.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';
import { isAway } from '../away.js';
import { logOf } from '../http/request-log.js';

/** As many are found by one search. */
const FOUND_AT_MOST = 50;

export interface OwnAssetDeps {
  guards: Guards;
  store: Pick<Store, 'asUser' | 'assets'>;
}

/** What a user does with his own assets (rest.md §7.2, §7.3, §7.5–7.8). */
export function ownAssetRoutes(deps: OwnAssetDeps): Router {
  const { guards, store } = deps;
  const router = Router();
  addListRoutes(router, deps);
  router.get(
    '/api/assets/:id/meta',
    guards.assetOwner((_req, res, { asset }) => {
      res.json(toMeta(asset));
    }),
  );

  router.put(
    '/api/assets/:id/publish',
    guards.assetOwner(async (req, res, { user, asset }) => {
      const body = PublishBody.safeParse(takeBody(req));
      if (!body.success) return refuse(res, 400, 'isPublic must be a boolean');
      const changed = await store
        .asUser(user.token)
        .assets.update(asset.id, { is_public: body.data.isPublic });
      if (!changed) return refuse(res, 404, 'Asset not found');
      res.json({ success: true, asset: { id: changed.id, isPublic: changed.is_public } });
    }),
  );

  router.put(
    '/api/assets/:id',
    guards.assetOwner((req, res, { user, asset }) => change(store, req, res, { user, asset })),
  );

  router.delete(
    '/api/assets/:id',
    guards.assetOwner(async (_req, res, { asset }) => {
      await remove(store, res, asset.id);
    }),
  );
  return router;
}

function addListRoutes(router: Router, { guards, store }: OwnAssetDeps): void {
  router.get(
    '/api/assets',
    guards.user(async (req, res, { user }) => {
      const assets = await orNothing(logOf(res), store.asUser(user.token).assets.list(user.id), []);
      const { currentProjectId } = req.query;
      res.json({
        assets: assets.map(toListed),
        ...(currentProjectId === undefined ? {} : { currentProjectId }),
      });
    }),
  );

  router.get(
    '/api/assets/search',
    guards.user(async (req, res, { user }) => {
      const { q } = req.query;
      const first = Array.isArray(q) ? q[0] : q;
      const asked = typeof first === 'string' ? storable(first) : '';
      const options = asked === '' ? {} : { query: asked, limit: FOUND_AT_MOST };
      const assets = await orNothing(
        logOf(res),
        store.asUser(user.token).assets.list(user.id, options),
        [],
      );
      res.json({ assets: assets.map(toFound) });
    }),
  );
}

async function change(
  store: OwnAssetDeps['store'],
  req: Request,
  res: Response,
  { user, asset }: { user: Identity; asset: AssetRow },
): Promise<void> {
  const body = AssetChangesBody.safeParse(takeBody(req));
  if (!body.success)
    return refuse(res, 400, `Invalid ${String(body.error.issues[0]?.path[0] ?? 'request')}`);
  const { tags, description, availableFrom, availableUntil } = body.data;
  const changes: AssetChanges = {
    ...(tags === undefined ? {} : { tags: tags && storable(tags) }),
    ...(description === undefined ? {} : { description: description && storable(description) }),
    ...(availableFrom === undefined ? {} : { available_from: availableFrom }),
    ...(availableUntil === undefined ? {} : { available_until: availableUntil }),
  };
  const changed =
    Object.keys(changes).length === 0
      ? asset
      : await store.asUser(user.token).assets.update(asset.id, changes);
  if (!changed) return refuse(res, 404, 'Asset not found');
  res.json({
    success: true,
    asset: { id: changed.id, tags: changed.tags, description: changed.description },
  });
}

/** A soft delete: file and links stay, and nobody is shown the asset any more. */
async function remove(store: OwnAssetDeps['store'], res: Response, assetId: string): Promise<void> {
  try {
    const count = await orNothing(logOf(res), store.assets.usageCount(assetId), 0);
    if (!(await store.assets.softDelete(assetId)))
      return refuse(res, 404, 'Asset not found or already deleted');
    const message =
      count === 0
        ? 'Asset deleted.'
        : `Asset deleted. It was used in ${count} project(s) - they will now see a placeholder.`;
    res.json({ success: true, message });
  } catch (error) {
    if (isAway(error)) throw error;
    logOf(res).error({ err: error }, 'an asset could not be deleted');
    refuse(res, 500, 'Failed to delete asset');
  }
}
