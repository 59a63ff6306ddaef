import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { infoOf, type ObjectStore, type StoredObject } from '../../objects/object-store.js';

/** `Cache-Control` of an address that has one content for ever. */
export const FOR_EVER = `public, max-age=${365 * 24 * 60 * 60}, immutable`;
/** The same where only its owner may read it. */
export const FOR_EVER_PRIVATE = FOR_EVER.replace('public', 'private');
/**
 * Beside {@link FOR_EVER}, of what its owner may take back: caches that heed RFC 9213 (CDNs) go by
 * it, and show that for an hour longer at most.
 */
export const FIXED = { 'CDN-Cache-Control': 'public, max-age=3600' } as const;

const CONDITIONS = ['range', 'if-none-match', 'if-modified-since'];

/** What a **file** of the contract (rest.md §1.1) is sent with. */
interface FileHead {
  readonly type: string;
  readonly sizeBytes: number;
  /** Names the bytes; it goes out as a weak `ETag`. */
  readonly tag: string;
  readonly changedAt: Date | null;
  readonly cacheControl?: string;
}

/**
 * Sends bytes as the contract's **file** (rest.md §1.1): `Cache-Control: public, max-age=0`, weak
 * `ETag`, `Last-Modified`, conditional requests and single byte ranges.
 */
export function sendFileBytes(
  req: Request,
  res: Response,
  bytes: Buffer,
  { tag = tagOf(bytes), ...file }: Omit<FileHead, 'tag' | 'sizeBytes'> & { tag?: string },
): void {
  const part = startFile(req, res, { ...file, tag, sizeBytes: bytes.length });
  if (part === null) return;
  if (req.method === 'HEAD') res.end();
  else res.end(bytes.subarray(part.first, part.last + 1));
}

function tagOf(bytes: Buffer): string {
  const hash = createHash('sha1').update(bytes).digest('base64url');
  return `${bytes.length.toString(16)}-${hash}`;
}

/** As {@link sendFileBytes}, straight from a store. False = there is no such object. */
export async function sendObject(
  req: Request,
  res: Response,
  { objects, key }: { objects: Pick<ObjectStore, 'get' | 'range'>; key: string },
  file: { type: string; tag: string; cacheControl: string },
): Promise<boolean> {
  const isForAll = asksForAll(req);
  const whole = isForAll ? await objects.get(key) : null;
  const info = isForAll ? whole : await infoOf(objects, key);
  if (info === null) return false;
  const { sizeBytes, modifiedAt: changedAt } = info;
  const part = startFile(req, res, { ...file, sizeBytes, changedAt });
  if (part === null) return true;
  const object = whole ?? (req.method === 'HEAD' ? null : await readPart(objects, key, part));
  if (object === null) res.end();
  else await sent(object.body, res);
  return true;
}

/** Nothing but all bytes can be the answer: they are asked for at once. */
function asksForAll(req: Request): boolean {
  return req.method !== 'HEAD' && CONDITIONS.every((name) => req.headers[name] === undefined);
}

function readPart(
  objects: Pick<ObjectStore, 'get' | 'range'>,
  key: string,
  { first, last, isWhole }: { first: number; last: number; isWhole: boolean },
): Promise<StoredObject | null> {
  return isWhole ? objects.get(key) : objects.range(key, first, last);
}

/** A client that goes away is answered as far as it could be. */
async function sent(body: Readable, res: Response): Promise<void> {
  await pipeline(body, res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error.code !== 'ECONNRESET') throw error;
  });
}

/**
 * Sends the head. Returns which bytes follow, both ends included; null = the answer has none, and
 * is ended.
 */
function startFile(
  req: Request,
  res: Response,
  { type, sizeBytes, tag, changedAt, cacheControl = 'public, max-age=0' }: FileHead,
): { first: number; last: number; isWhole: boolean } | null {
  const etag = `W/"${tag}"`;
  const lastModified = changedAt?.toUTCString();
  res.set({
    'Content-Type': type,
    'Cache-Control': cacheControl,
    'Accept-Ranges': 'bytes',
    ETag: etag,
  });
  if (lastModified !== undefined) res.set('Last-Modified', lastModified);
  if (req.fresh) {
    res.status(304).end();
    return null;
  }
  const range = isRangeCurrent(req, etag, lastModified) ? req.range(sizeBytes) : undefined;
  if (range === -1) {
    res.status(416).set('Content-Range', `bytes */${sizeBytes}`).type('html').end();
    return null;
  }
  // Several ranges at a time are answered with the whole file, as is a header that makes no sense.
  const only =
    Array.isArray(range) && range.type === 'bytes' && range.length === 1 ? range[0] : undefined;
  const [first, last] = only ? [only.start, only.end] : [0, sizeBytes - 1];
  if (only) res.status(206).set('Content-Range', `bytes ${first}-${last}/${sizeBytes}`);
  // `res.send` would make an ETag of the part that is sent.
  res.set('Content-Length', String(last - first + 1));
  return { first, last, isWhole: !only };
}

/** Does `If-Range` still mean the bytes that we have? Without it every range counts. */
function isRangeCurrent(req: Request, etag: string, lastModified: string | undefined): boolean {
  const condition = req.headers['if-range'];
  if (typeof condition !== 'string') return true;
  return condition.includes('"') ? condition === etag : condition === lastModified;
}
