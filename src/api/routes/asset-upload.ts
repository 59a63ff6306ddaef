import { cut } from '../../contracts/base/cut.js';
import { randomUUID } from 'node:crypto';
import type { Config } from '../../config.js';
import { UploadFields } from '../../contracts/media/assets.js';
import { AppError } from '../../contracts/base/errors.js';
import type { ASSET_ROUTES } from '../../contracts/http-routes/assets.js';
import { isUuid, storable } from '../../contracts/base/ids.js';
import { aliasOf } from '../../domain/assets/asset-names.js';
import { GIB } from '../../domain/limits/storage-limit.js';
import type { ReceivedFiles } from '../../disk/received-files.js';
import type { Assets } from '../../objects/assets.js';
import { orNothing, type Store } from '../../store/index.js';
import type { AssetRow } from '../../store/tables/assets.js';
import { UploadedAsset } from '../../contracts/wire/http.js';
import { shownAsset } from '../assets/asset-answers.js';
import { createKeyedQueue, type KeyedQueue } from '../assets/keyed-queue.js';
import { mediaTypeOf } from '../assets/media-type.js';
import { assertImage, type SentImageConfig } from '../assets/sent-image.js';
import type { Call, Handler } from '../http/mount.js';
import { refusal } from '../http/refusal.js';
import type { Upload } from '../http/request-bodies.js';
import { logOf } from '../http/request-log.js';

const MIB = 1024 ** 2;
const NAME_LENGTH = 255;

export interface AssetUploadDeps {
  config: Pick<Config, 'ASSET_QUOTA_MIB' | 'VOLUME_MAX_GIB'> & SentImageConfig;
  store: Pick<Store, 'asUser' | 'assets' | 'keptBytes'>;
  uploads: Pick<ReceivedFiles, 'read'>;
  assets: Pick<Assets, 'keepFile' | 'remove'>;
}

type UploadCall = Call<(typeof ASSET_ROUTES)['uploadAsset']>;
type UploadDeps = AssetUploadDeps & { queueByUser: KeyedQueue };

/** `POST /api/assets/upload`: a received file becomes the user's asset (rest.md §7.1). */
export function uploadHandler(
  options: AssetUploadDeps,
): Handler<(typeof ASSET_ROUTES)['uploadAsset']> {
  const deps = { ...options, queueByUser: createKeyedQueue() };
  return async (call) => {
    await assertRoom(deps, call.user.id);
    return call.receive((upload) => addUpload(deps, call, upload));
  };
}

async function addUpload(deps: UploadDeps, { res, user }: UploadCall, { file, fields }: Upload) {
  const parsed = UploadFields.safeParse(fields);
  if (!parsed.success)
    throw refusal(
      400,
      parsed.error.issues[0]?.path[0] === 'projectId' ? 'Invalid project ID' : 'Unexpected field',
    );
  const { projectId, originalName, tags, description } = parsed.data;
  if (projectId && !isUuid(projectId)) throw refusal(400, 'Invalid project ID');
  const project = projectId
    ? await orNothing(logOf(res), deps.store.asUser(user.token).projects.get(projectId), null)
    : null;
  if (projectId && project?.user_id !== user.id) throw refusal(403, 'Access denied to project');
  const asset = await addAsset(deps, file, {
    userId: user.id,
    displayName: originalName === undefined || originalName === '' ? file.name : originalName,
    tags: tags ?? null,
    description: description ?? null,
    projectId: project?.id ?? null,
  });
  if (asset === null) throw refusal(415, 'Invalid file type');
  return { success: true as const, asset: shownAsset(UploadedAsset, asset) };
}

interface Addition {
  readonly userId: string;
  readonly displayName: string;
  readonly tags: string | null;
  readonly description: string | null;
  /** A project of this user. */
  readonly projectId: string | null;
}

/**
 * Makes a received file the user's asset: type by content, name by display name, file, row, link.
 * Null = its content is nothing that we take. An asset of a project is public, because its game is
 * played by people who are not signed in; another one is not. Throws `STORAGE_LIMIT_EXCEEDED`,
 * `ImageTooLarge`, `ImageUnreadable`, `DiskFull`, `OPERATION_FAILED`. Either everything is there
 * afterwards, or no asset is.
 */
async function addAsset(
  { config, store, uploads, assets, queueByUser }: UploadDeps,
  part: { path: string },
  addition: Addition,
): Promise<AssetRow | null> {
  const { bytes, hash } = await uploads.read(part);
  const type = await mediaTypeOf(bytes);
  if (type === null) return null;
  assertImage(config, bytes, type.mime);
  const originalName = cut(storable(addition.displayName), NAME_LENGTH);
  const storagePath = await assets.keepFile(part.path, {
    ownerId: addition.userId,
    id: randomUUID(),
    hash,
    extension: type.extension,
  });
  const created = await queueByUser(addition.userId, () =>
    store.assets.create(
      {
        ownerId: addition.userId,
        ...aliasOf(originalName),
        originalName,
        storagePath,
        mimeType: type.mime,
        sizeBytes: bytes.length,
        hash,
        isPublic: addition.projectId !== null,
        projectId: addition.projectId,
        tags: addition.tags === null ? null : storable(addition.tags),
        description: addition.description === null ? null : storable(addition.description),
      },
      config.ASSET_QUOTA_MIB * MIB,
    ),
  );
  if (created.outcome === 'created') return created.asset;
  await assets.remove(storagePath);
  throw new AppError(
    'STORAGE_LIMIT_EXCEEDED',
    `the assets would take more than ${config.ASSET_QUOTA_MIB} MiB`,
  );
}

/** Throws `STORAGE_LIMIT_EXCEEDED` for a user whose files are beyond the limit. */
async function assertRoom({ config, store }: UploadDeps, userId: string): Promise<void> {
  if ((await store.keptBytes.of(userId)) > config.VOLUME_MAX_GIB * GIB)
    throw new AppError('STORAGE_LIMIT_EXCEEDED', 'the files of this user are beyond the limit');
}
