import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { messageOf, unavailable } from '../../contracts/base/errors.js';
import { sha256Of } from '../../contracts/base/hashes.js';
import { removeOldEntries } from '../../disk/absent.js';
import { asDiskFull } from '../../disk/disk-full.js';
import { writeHashed } from '../../disk/hashed-file.js';
import {
  isValidKey,
  LIST_PAGE,
  validKey,
  validPrefix,
  type ObjectInfo,
  type ObjectPage,
  type ObjectStore,
  type StoredObject,
} from '../object-store.js';
import {
  isNoSuchKey,
  S3Client,
  S3Refusal,
  type S3Access,
  type S3Body,
  type S3Patience,
} from './client.js';
import { undelete } from './older-versions.js';
import { deletionOf, failedDeletions, readPage } from './xml.js';

interface S3Options {
  /** A folder of this machine for bodies whose length is not known before they are sent. */
  readonly draftsDir: string;
  readonly patience: S3Patience;
}

/**
 * Objects in a bucket. What is deleted can return where the bucket keeps older versions. Besides
 * the errors of the port, every operation throws `unavailable` while the bucket does not answer.
 */
export function createS3ObjectStore(access: S3Access, options: S3Options): ObjectStore {
  const { draftsDir, patience } = options;
  const { prefix: home } = access.place;
  const client = new S3Client(access, patience);
  const nameOf = (key: string): string => `${home}${validKey(key)}`;
  return {
    async put(key, body) {
      const name = nameOf(key);
      if (body instanceof Readable) await putStream(client, name, body, draftsDir);
      else await client.text({ method: 'PUT', key: name, body: bytesBody(body) });
    },
    get: async (key) => readObject(client, key, nameOf(key), null),
    async range(key, first, last) {
      const name = nameOf(key);
      const isRange = Number.isInteger(first) && first >= 0 && last >= first;
      if (!isRange) throw new RangeError(`bytes ${first}-${last} are in no object`);
      return readObject(client, key, name, { first, last });
    },
    list: async (prefix, { after = null, limit = LIST_PAGE } = {}) =>
      listPage(client, home, {
        prefix: validPrefix(prefix),
        after: after === null ? null : validKey(after),
        limit: Math.min(limit, LIST_PAGE),
      }),
    delete: async (key) => removeOne(client, nameOf(key)),
    async deleteAll(keys) {
      const names = keys.map(nameOf);
      for (let at = 0; at < names.length; at += LIST_PAGE)
        await removeMany(client, names.slice(at, at + LIST_PAGE));
    },
    bringBack: async (place) =>
      undelete(client, `${home}${place.endsWith('/') ? validPrefix(place) : validKey(place)}`),
    removeAbandoned: (olderThanMs) => removeOldEntries(draftsDir, olderThanMs),
  };
}

function bytesBody(bytes: Uint8Array): S3Body {
  return { sizeBytes: bytes.length, sha256: sha256Of(bytes), open: () => bytes };
}

/** S3 asks for length and hash before the bytes: they are written down first. */
async function putStream(
  client: S3Client,
  name: string,
  body: Readable,
  draftsDir: string,
): Promise<void> {
  const draft = path.join(draftsDir, randomUUID());
  try {
    const written = { ...(await writeHashed(draft, body)), open: () => createReadStream(draft) };
    await client.text({ method: 'PUT', key: name, body: written });
  } catch (error) {
    throw asDiskFull(error, 'no space left for an object that is sent');
  } finally {
    await rm(draft, { force: true });
  }
}

interface ByteRange {
  readonly first: number;
  readonly last: number;
}

async function readObject(
  client: S3Client,
  key: string,
  name: string,
  range: ByteRange | null,
): Promise<StoredObject | null> {
  const headers = range && { range: `bytes=${range.first}-${range.last}` };
  try {
    const response = await client.send({ method: 'GET', key: name, headers: headers ?? {} });
    const sizeBytes = range ? sizeOfRange(response, range) : lengthOf(response);
    const modifiedAt = new Date(response.headers['last-modified'] ?? 0);
    return { key, sizeBytes, modifiedAt, body: bodyOf(response) };
  } catch (error) {
    if (isNoSuchKey(error)) return null;
    if (error instanceof S3Refusal && error.status === 416)
      throw new RangeError(`bytes ${range?.first}-${range?.last} are not in the object`);
    throw error;
  }
}

function lengthOf(response: IncomingMessage): number {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  if (Number.isSafeInteger(length)) return length;
  response.destroy();
  throw unavailable('the object store tells no length of an object');
}

/** Size of the whole object; some servers answer a part with 200 instead of 206. */
function sizeOfRange(response: IncomingMessage, { first, last }: ByteRange): number {
  const told = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers['content-range'] ?? '');
  const [from, to, size] = (told ?? []).slice(1).map(Number);
  if (size !== undefined && from === first && to === Math.min(last, size - 1)) return size;
  response.destroy();
  throw unavailable('the object store does not answer with the part that was asked for');
}

/** An answer that breaks off is the store's failure and not the reader's. */
function bodyOf(response: IncomingMessage): Readable {
  const body = Readable.from(bytesOf(response), { objectMode: false });
  return body.once('close', () => response.destroy());
}

async function* bytesOf(response: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (error) {
    throw unavailable(`the object store broke off: ${messageOf(error)}`);
  }
}

interface Listing {
  readonly prefix: string;
  readonly after: string | null;
  readonly limit: number;
}

async function listPage(client: S3Client, home: string, listing: Listing): Promise<ObjectPage> {
  let after = listing.after === null ? null : `${home}${listing.after}`;
  for (;;) {
    const query = {
      'list-type': '2',
      prefix: `${home}${listing.prefix}`,
      'max-keys': String(listing.limit),
      ...(after === null ? {} : { 'start-after': after }),
    };
    const { keys, isTruncated } = readPage(await client.text({ method: 'GET', query }));
    const objects = keys.flatMap(({ key: name, ...info }): ObjectInfo[] => {
      const key = name.slice(home.length);
      return isValidKey(key) ? [{ ...info, key }] : [];
    });
    const next = objects.at(-1)?.key ?? null;
    if (!isTruncated || next !== null) return { objects, next: isTruncated ? next : null };
    // Nothing of ours is on this page: others use the bucket, too.
    after = keys.at(-1)?.key ?? null;
    if (after === null) throw unavailable('the object store lists a page without keys');
  }
}

async function removeOne(client: S3Client, name: string): Promise<void> {
  await client.text({ method: 'DELETE', key: name }).catch((error: unknown) => {
    if (!isNoSuchKey(error)) throw error;
  });
}

async function removeMany(client: S3Client, names: readonly string[]): Promise<void> {
  const bytes = Buffer.from(deletionOf(names));
  const md5 = createHash('md5').update(bytes).digest('base64');
  const answer = await client.text({
    method: 'POST',
    query: { delete: '' },
    headers: { 'content-md5': md5, 'content-type': 'application/xml' },
    body: bytesBody(bytes),
  });
  const [failed] = failedDeletions(answer);
  if (failed !== undefined) throw unavailable(`the object store does not delete: ${failed}`);
}
