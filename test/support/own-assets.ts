import { Readable } from 'node:stream';
import { createAssetFiles } from '../../src/store/files/asset-files.js';
import type { AssetRow } from '../../src/store/tables/assets.js';
import type { TestDatabase } from './database.js';

/** What an upload leaves of these bytes, whatever they are: a public asset of the project's. */
export async function newAsset(
  { store }: Pick<TestDatabase, 'store'>,
  dataDir: string,
  { userId, projectId }: { userId: string; projectId: string },
  { bytes, extension }: { bytes: Buffer; extension: string },
): Promise<AssetRow> {
  const files = createAssetFiles(dataDir);
  const part = await files.receive(Readable.from([bytes]));
  const { hash } = await files.read(part);
  const created = await store.assets.create(
    {
      ...{ ownerId: userId, projectId, extension, hash, mimeType: 'image/png' },
      ...{ stem: 'image', originalName: `image${extension}`, tags: null, description: null },
      storagePath: await files.keep(part, { userId, hash, extension }),
      ...{ sizeBytes: bytes.length, isPublic: true },
    },
    1e9,
  );
  if (created.outcome !== 'created') throw new Error('no room for an asset');
  return created.asset;
}
