import path from 'node:path';
import type { Config } from '../config.js';
import { UPLOADS } from '../disk/received-files.js';
import { cachedObjects } from './cached-objects.js';
import { createDiskCache } from './disk-cache.js';
import { createFileObjectStore, objectFile } from './file-object-store.js';
import type { ObjectStore } from './object-store.js';
import { S3Client, type S3Access, type S3Patience } from './s3/client.js';
import { createS3ObjectStore } from './s3/object-store.js';
import { keepsOlderVersions } from './s3/older-versions.js';

export type ObjectsConfig = Pick<
  Config,
  | 'DATA_DIR'
  | 'OBJECTS_URL'
  | 'OBJECTS_ACCESS_KEY_ID'
  | 'OBJECTS_SECRET_ACCESS_KEY'
  | 'OBJECTS_CACHE_GIB'
>;

/** For work that may wait until a store is back. */
export const WORK_PATIENCE: S3Patience = { idleMs: 30_000, retryMs: 60_000 };
/** For a request that a person waits for. */
export const REQUEST_PATIENCE: S3Patience = { idleMs: 4_000, retryMs: 2_000 };
const GIB = 1024 ** 3;

/** The store of what is kept: the bucket of `OBJECTS_URL`, else files below `DATA_DIR`. */
export function openObjects(
  config: ObjectsConfig,
  patience: S3Patience = WORK_PATIENCE,
): ObjectStore {
  const bucket = openBucket(config, patience);
  if (bucket === null) return openUncached(config);
  const cache = createDiskCache(config.DATA_DIR, bucket, {
    folder: 'object-cache',
    maxBytes: config.OBJECTS_CACHE_GIB * GIB,
    // A file that is open stays readable when it is removed.
    inUseMs: 0,
  });
  return cachedObjects(bucket, cache);
}

/** The same without the cache of this host: what is lost there is lost here. */
export function openUncached(config: ObjectsConfig): ObjectStore {
  return openBucket(config) ?? createFileObjectStore(config.DATA_DIR);
}

/** The bucket as it is, without a cache; null where there is none. */
export function openBucket(
  config: ObjectsConfig,
  patience: S3Patience = WORK_PATIENCE,
): ObjectStore | null {
  const access = accessOf(config);
  const draftsDir = path.join(config.DATA_DIR, 'scratch', UPLOADS);
  return access && createS3ObjectStore(access, { draftsDir, patience });
}

/** Whether the bucket keeps what is deleted for a while; null = there is no bucket. */
export async function canObjectsReturn(config: ObjectsConfig): Promise<boolean | null> {
  const access = accessOf(config);
  return access && keepsOlderVersions(new S3Client(access, REQUEST_PATIENCE));
}

function accessOf(config: ObjectsConfig): S3Access | null {
  const {
    OBJECTS_URL: place,
    OBJECTS_ACCESS_KEY_ID: accessKeyId = '',
    OBJECTS_SECRET_ACCESS_KEY: secretAccessKey = '',
  } = config;
  return place === undefined ? null : { place, accessKeyId, secretAccessKey };
}

/** Where the bytes of a key lie, or those of all, for a person to look at. */
export function placeOfObject(config: ObjectsConfig, key: string | null): string {
  const { DATA_DIR, OBJECTS_URL: place } = config;
  if (place !== undefined) return `s3://${place.bucket}/${place.prefix}${key ?? ''}`;
  return key === null ? path.join(DATA_DIR, 'objects') : objectFile(DATA_DIR, key);
}
