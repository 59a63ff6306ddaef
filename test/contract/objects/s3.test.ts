import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Of } from '../../../src/contracts/base/hashes.js';
import { readAll, type ObjectStore } from '../../../src/objects/object-store.js';
import { openObjects } from '../../../src/objects/open.js';
import { createS3ObjectStore } from '../../../src/objects/s3/object-store.js';
import { S3Url } from '../../../src/objects/s3/place.js';
import { inFullRuns } from '../../scope.js';
import { objectStorePromises } from '../../support/object-store-promises.js';
import { fileFolder } from '../../support/own-folder.js';
import { patient } from '../../support/patience.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';

const folder = fileFolder();
const dataDir = path.join(folder, 'data');
let server: S3Server;
beforeAll(async () => {
  server = await startS3Server(path.join(folder, 's3'));
  // versitygw is built first.
}, patient(600_000));
afterAll(() => server.stop());

const PATIENCE = { idleMs: 20_000, retryMs: 20_000 };

/** An empty place of the bucket. */
function openS3(prefix = `${randomUUID()}/`): ObjectStore {
  const draftsDir = path.join(dataDir, 'drafts');
  return createS3ObjectStore(server.access(prefix), { draftsDir, patience: PATIENCE });
}

inFullRuns('thousands of requests; below is each operation, in src/objects each failure', () => {
  describe('a bucket behind the cache of a host', () =>
    objectStorePromises(async () => openConfigured(`${randomUUID()}/`)));
});

function openConfigured(prefix: string): ObjectStore {
  const { OBJECTS_URL: url, ...keys } = server.env(prefix);
  return openObjects({
    ...keys,
    DATA_DIR: dataDir,
    OBJECTS_URL: S3Url.parse(url),
    OBJECTS_CACHE_GIB: 1,
  });
}

describe('a place in a bucket', () => {
  it('shows nothing of the places beside it', async () => {
    const one = openS3('a/b/');
    const other = openS3('a/');
    await one.put('x/y', Buffer.from('1'));
    expect((await one.list('')).objects.map(({ key }) => key)).toEqual(['x/y']);
    expect((await other.list('')).objects.map(({ key }) => key)).toEqual(['b/x/y']);
    expect(await readAll(openS3('b/'), 'x/y')).toBeNull();
  });

  it('takes a stream of some megabytes and leaves no draft of it behind', async () => {
    const store = openS3();
    const part = Buffer.alloc(1024 * 1024, 'a');
    await store.put('large', Readable.from([part, part, part]));
    expect((await readAll(store, 'large'))?.equals(Buffer.concat([part, part, part]))).toBe(true);
    expect(await readdir(path.join(dataDir, 'drafts'))).toEqual([]);
  });

  it('L5: what is named by its hash is read from the disk once it was read', async () => {
    const prefix = `${randomUUID()}/`;
    const bytes = Buffer.from('the bytes of a version');
    const key = `p/game/job/${sha256Of(bytes)}`;
    const host = openConfigured(prefix);
    await host.put(key, bytes);
    const before = (await host.range(key, 4, 8))!;
    expect((await readAll(host, key))?.toString()).toBe(bytes.toString());
    before.body.destroy();
    await openS3(prefix).delete(key);
    const after = (await host.range(key, 4, 8))!;
    expect([after.sizeBytes, after.modifiedAt]).toEqual([before.sizeBytes, before.modifiedAt]);
    after.body.destroy();
    await host.delete(key);
    expect(await host.get(key)).toBeNull();
  });

  it('does not take for absent what keys may not see, nor a bucket that is not there', async () => {
    const { place, accessKeyId } = server.access('');
    const access = { place, accessKeyId, secretAccessKey: 'another secret' };
    const options = { draftsDir: dataDir, patience: { ...PATIENCE, retryMs: 0 } };
    const refused = createS3ObjectStore(access, options);
    await expect(refused.get('a')).rejects.toThrow('403 SignatureDoesNotMatch');
    const elsewhere = { ...server.access(''), place: { ...place, bucket: 'other-bucket' } };
    const absent = createS3ObjectStore(elsewhere, options);
    await expect(absent.get('a')).rejects.toMatchObject({
      kind: 'OPERATION_FAILED',
      message: 'the object store answers 404 NoSuchBucket',
    });
  });
});
