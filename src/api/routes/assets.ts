import { Router, type Request, type Response } from 'express';
import { AssetChangesBody, PublishBody, UploadFields } from '../../contracts/assets.js';
import { isUuid, storable } from '../../contracts/ids.js';
import type { AssetChanges, AssetRow } from '../../store/tables/assets.js';
import { orNothing, type Store } from '../../store/index.js';
import { addAsset, assertRoom, type AddAssetDeps } from '../assets/add.js';
import { toFound, toListed, toMeta, toUploaded } from '../assets/answers.js';
import type { AssetGuards } from '../assets/guards.js';
import type { ReceiveUpload, Upload } from '../assets/upload.js';
import type { Identity } from '../auth.js';
import { refuse, type Guards } from '../guards.js';
import { logOf } from '../request-log.js';

/** As many are found by one search. */
const FOUND_AT_MOST = 50;

export interface AssetDeps extends AddAssetDeps {
  guards: Guards & AssetGuards;
  store: Pick<Store, 'asUser' | 'assets' | 'volumeSizes'>;
  receive: ReceiveUpload;
}

/** What a user does with his own assets (rest.md §7.1–7.3, §7.5–7.8). */
export function assetRoutes(deps: AssetDeps): Router {
  const { guards, store } = deps;
  const router = Router();

  router.post(
    '/api/assets/upload',
    guards.user((req, res, { user }) => upload(deps, req, res, user)),
  );

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

  router.get(
    '/api/assets/:id/meta',
    guards.assetOwner((_req, res, { asset }) => {
      res.json(toMeta(asset));
    }),
  );

  router.put(
    '/api/assets/:id/publish',
    guards.assetOwner(async (req, res, { user, asset }) => {
      const body = PublishBody.safeParse(req.body);
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

async function upload(deps: AssetDeps, req: Request, res: Response, user: Identity): Promise<void> {
  await assertRoom(deps, user.id);
  const received = await deps.receive(req, res, 'file');
  if (received === null) return;
  if (received.file === null) return refuse(res, 400, 'No file uploaded');
  try {
    await addUpload(deps, res, user, { fields: received.fields, file: received.file });
  } finally {
    await deps.files.discard(received.file.path);
  }
}

async function addUpload(
  deps: AssetDeps,
  res: Response,
  user: Identity,
  { file, fields }: Upload & { file: { path: string; name: string } },
): Promise<void> {
  const parsed = UploadFields.safeParse(fields);
  if (!parsed.success)
    return refuse(
      res,
      400,
      parsed.error.issues[0]?.path[0] === 'projectId' ? 'Invalid project ID' : 'Unexpected field',
    );
  const { projectId, originalName, tags, description } = parsed.data;
  if (projectId && !isUuid(projectId)) return refuse(res, 400, 'Invalid project ID');
  const project = projectId
    ? await orNothing(logOf(res), deps.store.asUser(user.token).projects.get(projectId), null)
    : null;
  if (projectId && project?.user_id !== user.id)
    return refuse(res, 403, 'Access denied to project');
  const asset = await addAsset(deps, file, {
    userId: user.id,
    displayName: originalName === undefined || originalName === '' ? file.name : originalName,
    tags: tags ?? null,
    description: description ?? null,
    projectId: project?.id ?? null,
  });
  if (asset === null) return refuse(res, 415, 'Invalid file type');
  res.json({ success: true, asset: toUploaded(asset) });
}

async function change(
  store: AssetDeps['store'],
  req: Request,
  res: Response,
  { user, asset }: { user: Identity; asset: AssetRow },
): Promise<void> {
  const body = AssetChangesBody.safeParse(req.body);
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
async function remove(store: AssetDeps['store'], res: Response, assetId: string): Promise<void> {
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
    logOf(res).error({ err: error }, 'an asset could not be deleted');
    refuse(res, 500, 'Failed to delete asset');
  }
}
