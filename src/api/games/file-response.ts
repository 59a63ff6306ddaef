import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/**
 * Sends bytes as the contract's **file** (rest.md §1.1): `Cache-Control: public, max-age=0`, weak
 * `ETag`, `Last-Modified`, conditional requests and single byte ranges.
 */
export function sendFileBytes(
  req: Request,
  res: Response,
  bytes: Buffer,
  file: { type: string; changedAt: Date | null },
): void {
  const etag =
    'W/' + `"${bytes.length.toString(16)}-${createHash('sha1').update(bytes).digest('base64url')}"`;
  const lastModified = file.changedAt?.toUTCString();
  res.set({
    'Content-Type': file.type,
    'Cache-Control': 'public, max-age=0',
    'Accept-Ranges': 'bytes',
    ETag: etag,
  });
  if (lastModified !== undefined) res.set('Last-Modified', lastModified);
  if (req.fresh) {
    res.status(304).end();
    return;
  }
  const range = isRangeCurrent(req, etag, lastModified) ? req.range(bytes.length) : undefined;
  if (range === -1) {
    res.status(416).set('Content-Range', `bytes */${bytes.length}`).end();
    return;
  }
  // Several ranges at a time are answered with the whole file, as is a header that makes no sense.
  const only =
    Array.isArray(range) && range.type === 'bytes' && range.length === 1 ? range[0] : undefined;
  if (only) {
    res.status(206).set('Content-Range', `bytes ${only.start}-${only.end}/${bytes.length}`);
    sendRaw(req, res, bytes.subarray(only.start, only.end + 1));
    return;
  }
  sendRaw(req, res, bytes);
}

/** `res.send` would make an ETag of the part that is sent. */
function sendRaw(req: Request, res: Response, bytes: Buffer): void {
  res.set('Content-Length', String(bytes.length));
  if (req.method === 'HEAD') res.end();
  else res.end(bytes);
}

/** Does `If-Range` still mean the bytes that we have? Without it every range counts. */
function isRangeCurrent(req: Request, etag: string, lastModified: string | undefined): boolean {
  const condition = req.headers['if-range'];
  if (typeof condition !== 'string') return true;
  return condition.includes('"') ? condition === etag : condition === lastModified;
}
