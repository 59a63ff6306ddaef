import { AppError } from '../../contracts/errors.js';
import { storable } from '../../contracts/ids.js';
import { aliasOf } from '../../domain/asset-names.js';
import { storageState } from '../../domain/storage-limit.js';
import type { Config } from '../../config.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import type { AssetRow } from '../../store/tables/assets.js';
import type { Store } from '../../store/index.js';
import type { InLine } from './in-line.js';
import { mediaTypeOf } from './media-type.js';

const MIB = 1024 ** 2;
const NAME_LENGTH = 255;

export interface AddAssetDeps {
  config: Pick<Config, 'ASSET_QUOTA_MIB' | 'VOLUME_SOFT_GIB' | 'VOLUME_MAX_GIB'>;
  store: Pick<Store, 'assets' | 'volumeSizes'>;
  files: AssetFiles;
  inLine: InLine;
}

export interface Addition {
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
 * `DiskFull`, `OPERATION_FAILED`. Either everything is there afterwards, or no asset is.
 */
export async function addAsset(
  { config, store, files, inLine }: AddAssetDeps,
  part: { path: string },
  addition: Addition,
): Promise<AssetRow | null> {
  const { bytes, hash } = await files.read(part);
  const type = await mediaTypeOf(bytes);
  if (type === null) return null;
  const originalName = storable(addition.displayName).slice(0, NAME_LENGTH);
  const storagePath = await files.keep(part, {
    userId: addition.userId,
    hash,
    extension: type.extension,
  });
  const created = await inLine(addition.userId, () =>
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
  if (!created.is_file_in_use) await files.discard(storagePath);
  throw new AppError(
    'STORAGE_LIMIT_EXCEEDED',
    `the assets would take more than ${config.ASSET_QUOTA_MIB} MiB`,
  );
}

/**
 * Throws `STORAGE_LIMIT_EXCEEDED` for a user whose files were beyond the limit when they were last
 * measured.
 */
export async function assertRoom({ config, store }: AddAssetDeps, userId: string): Promise<void> {
  const size = await store.volumeSizes.get(userId);
  if (size === null) return;
  const used = Math.max(size.mirrorBytes, size.volumeBytes ?? 0);
  if (
    storageState(used, { stepGib: config.VOLUME_SOFT_GIB, maxGib: config.VOLUME_MAX_GIB }).isBeyond
  ) {
    throw new AppError('STORAGE_LIMIT_EXCEEDED', 'the files of this user are beyond the limit');
  }
}
