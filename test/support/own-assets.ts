import { createHash, randomUUID } from 'node:crypto';
import { assetKey } from '../../src/objects/assets.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import type { AssetRow, NewAsset } from '../../src/store/tables/assets.js';
import type { TestDatabase } from './database.js';

/** What an upload leaves of these bytes, whatever they are: a public asset of the project's. */
export async function newAsset(
  { store }: Pick<TestDatabase, 'store'>,
  dataDir: string,
  { userId, projectId }: { userId: string; projectId: string | null },
  { bytes, extension, ...changes }: { bytes: Buffer; extension: string } & Partial<NewAsset>,
): Promise<AssetRow> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const storagePath = assetKey({ ownerId: userId, id: randomUUID(), hash, extension });
  await createFileObjectStore(dataDir).put(storagePath, bytes);
  const created = await store.assets.create(
    {
      ...{ ownerId: userId, projectId, extension, hash, storagePath, mimeType: 'image/png' },
      ...{ stem: 'image', originalName: `image${extension}`, tags: null, description: null },
      ...{ sizeBytes: bytes.length, isPublic: true, ...changes },
    },
    1e9,
  );
  if (created.outcome !== 'created') throw new Error('no room for an asset');
  return created.asset;
}
