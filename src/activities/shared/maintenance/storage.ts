import type { Config } from '../../../config.js';
import { AppError } from '../../../contracts/base/errors.js';
import { message, type Message } from '../../../contracts/messages/message.js';
import {
  storageState,
  largestText,
  type StorageState,
} from '../../../domain/limits/storage-limit.js';
import type { Log } from '../../../telemetry/log.js';
import { measureUserFolder, type FolderSize } from '../../../store/files/folder-size.js';
import type { Store } from '../../../store/index.js';
import type { VolumeSize } from '../../../store/tables/volume-sizes.js';

const GIB = 1024 ** 3;

export interface StorageDeps {
  config: Pick<Config, 'DATA_DIR' | 'VOLUME_SOFT_GIB' | 'VOLUME_MAX_GIB'>;
  store: Pick<Store, 'volumeSizes' | 'projects' | 'assets'>;
  /** What a user's Volume holds; null = there is none to look at. */
  volumeUsage: ((userId: string) => Promise<FolderSize | null>) | null;
  log: Log;
}

/**
 * How much room a user's files take, and what follows from it. Nothing here reads or deletes a
 * file.
 */
export interface Storage {
  /** Measures mirror and Volume and notes the result. */
  measure(userId: string): Promise<VolumeSize>;
  stateOf(size: VolumeSize): StorageState & { usedBytes: number };
  /** What a user's files may take (VOLUME_MAX_GIB). */
  readonly maxBytes: number;
  /** Throws `STORAGE_LIMIT_EXCEEDED` for a user who is beyond it, also by a new measurement. */
  assertRoom(userId: string): Promise<void>;
  /** The refusal beyond the limit, with the user's largest games and files. */
  refusal(userId: string): Promise<Message>;
}

export function createStorage(deps: StorageDeps): Storage {
  const { config, store } = deps;
  const stateOf = (size: VolumeSize) => {
    const usedBytes = Math.max(size.mirrorBytes, size.volumeBytes ?? 0);
    return {
      usedBytes,
      ...storageState(usedBytes, {
        stepGib: config.VOLUME_SOFT_GIB,
        maxGib: config.VOLUME_MAX_GIB,
      }),
    };
  };
  const storage: Storage = {
    maxBytes: config.VOLUME_MAX_GIB * GIB,
    measure: (userId) => measure(deps, userId),
    stateOf,

    async assertRoom(userId) {
      const known = await store.volumeSizes.get(userId);
      if (known === null || !stateOf(known).isBeyond) return;
      // He may have made room since the night.
      const { isBeyond, usedBytes } = stateOf(await storage.measure(userId));
      if (isBeyond)
        throw new AppError(
          'STORAGE_LIMIT_EXCEEDED',
          `${(usedBytes / GIB).toFixed(1)} of ${config.VOLUME_MAX_GIB} GiB are used`,
        );
    },

    async refusal(userId) {
      const largest = await largestOfUser(deps, userId).catch((error: unknown) => {
        deps.log.warn({ err: error, userId }, 'the largest files could not be listed');
        return [];
      });
      return message('STORAGE_LIMIT_EXCEEDED', { largest: largestText(largest) });
    },
  };
  return storage;
}

async function measure(
  { config, store, volumeUsage, log }: StorageDeps,
  userId: string,
): Promise<VolumeSize> {
  const [mirror, volume] = await Promise.all([
    measureUserFolder(config.DATA_DIR, userId),
    volumeUsage?.(userId).catch((error: unknown) => {
      log.warn({ err: error, userId }, 'a Volume could not be measured');
      return null;
    }) ?? null,
  ]);
  const larger = volume !== null && volume.bytes > mirror.bytes ? volume : mirror;
  const size = {
    userId,
    mirrorBytes: mirror.bytes,
    volumeBytes: volume?.bytes ?? null,
    largest: larger.largest,
  };
  await store.volumeSizes.put(size);
  return size;
}

/** The largest things as the user calls them; what has no name any more is left out. */
async function largestOfUser(
  { store }: StorageDeps,
  userId: string,
): Promise<{ name: string; bytes: number }[]> {
  const [size, projects, assets] = await Promise.all([
    store.volumeSizes.get(userId),
    store.projects.list(userId),
    store.assets.ofOwner(userId),
  ]);
  const names = new Map<string, string>([
    ...projects.map(({ id, name }) => [`projects/${id}`, name] as const),
    ...assets.map(
      (asset) =>
        [
          `assets/${asset.storage_path.split('/').at(-1) ?? ''}`,
          asset.original_name ?? asset.filename,
        ] as const,
    ),
  ]);
  return (size?.largest ?? []).flatMap(({ path, bytes }) => {
    const name = names.get(path);
    return name === undefined ? [] : [{ name, bytes }];
  });
}
