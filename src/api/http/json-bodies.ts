import { buffer } from 'node:stream/consumers';
import type { Request, Response } from 'express';
import { AppError, unavailable } from '../../contracts/base/errors.js';
import {
  bodyLimitOf,
  DEFAULT_BODY_BYTES,
  type RouteRow,
} from '../../contracts/http-routes/route.js';
import { boundedBody, BodyRefused, toldBytes } from './body-limits.js';
import { isSmallJson } from '../../contracts/base/json-size.js';

/** What all bodies above {@link DEFAULT_BODY_BYTES} may take at a time, of all users together. */
const MAX_LARGE_BYTES = 64 * 1024 * 1024;
/** More than any body of ours has. */
const MAX_VALUES = 10_000;

/**
 * Reads the JSON body of a request, up to the size that the row allows, behind the guard; undefined
 * = it had none. A large one takes a place until {@link dropBody} or the end of the request. Throws
 * {@link BodyRefused}, and for a place that is taken `RATE_LIMIT_EXCEEDED` (the user's own) or
 * `OPERATION_FAILED` as for what is away.
 */
export async function readJson(
  route: RouteRow,
  req: Request,
  res: Response,
  userId: string,
): Promise<unknown> {
  if (!req.is('application/json')) return undefined;
  if (isEncoded(req)) throw new BodyRefused(415);
  const limitBytes = bodyLimitOf(route);
  const sizeBytes = toldBytes(req) ?? limitBytes;
  if (sizeBytes > limitBytes) throw new BodyRefused(413);
  if (sizeBytes > DEFAULT_BODY_BYTES) takePlace(req, res, { userId, sizeBytes });
  return parseJson(await buffer(boundedBody(req, limitBytes)));
}

/** Compressed, or in other letters than UTF-8. */
function isEncoded({ headers }: Request): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1];
  return (
    (headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity' ||
    !/^(utf-?8|us-ascii)$/i.test(charset ?? 'utf-8')
  );
}

/** The object or list in the bytes; none are an empty object. Throws {@link BodyRefused}. */
export function parseJson(bytes: Buffer): object {
  if (bytes.length === 0) return {};
  if (!isSmallJson(bytes, MAX_VALUES)) throw new BodyRefused(400);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BodyRefused(400);
  }
  if (typeof value !== 'object' || value === null) throw new BodyRefused(400);
  return value;
}

/** Large bodies in memory, by user. */
const large = new Map<string, number>();
const places = new WeakMap<Request, () => void>();

function takePlace(
  req: Request,
  res: Response,
  { userId, sizeBytes }: { userId: string; sizeBytes: number },
): void {
  if (large.has(userId)) throw new AppError('RATE_LIMIT_EXCEEDED', 'one large body at a time');
  const held = [...large.values()].reduce((sum, each) => sum + each, 0);
  if (held + sizeBytes > MAX_LARGE_BYTES) throw unavailable('too many large bodies at a time');
  large.set(userId, sizeBytes);
  places.set(req, () => {
    places.delete(req);
    large.delete(userId);
  });
  res.once('close', () => dropBody(req));
}

/** Nothing of the body is in memory any more: the user may send the next large one. */
export function dropBody(req: Request): void {
  places.get(req)?.();
}
