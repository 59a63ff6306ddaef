import type { IncomingMessage } from 'node:http';
import { Transform, type Readable } from 'node:stream';
import type { RequestHandler } from 'express';

/** A body that takes longer is given up. */
const BODY_TIMEOUT_MS = 120_000;
/** A rest of a body up to this size is taken from the line, so that the connection stays. */
const SMALL_BYTES = 64 * 1024;
/** So long a client may read its answer before a connection with more to come is cut. */
const LINGER_MS = 1_000;

/**
 * What a client got wrong about its body: malformed or broken off (400), too slow (408), too large
 * (413), in an encoding that is not read (415).
 */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
  constructor(readonly status: 400 | 408 | 413 | 415) {
    super(`the body was refused with ${status}`);
  }
}

/** The declared size of a request's body in bytes; null = undeclared. */
export function toldBytes({ headers }: Pick<IncomingMessage, 'headers'>): number | null {
  if (headers['transfer-encoding'] !== undefined) return null;
  return Number(headers['content-length'] ?? 0);
}

/**
 * The body of a request, of at most `limitBytes`: it must be read to its end. Throws {@link
 * BodyRefused} before anything is read when the declared size is larger; the stream fails with it
 * when more comes, when the client goes away or takes longer than two minutes. Nothing is inflated.
 */
export function boundedBody(request: IncomingMessage, limitBytes: number): Readable {
  if ((toldBytes(request) ?? 0) > limitBytes) throw new BodyRefused(413);
  let sizeBytes = 0;
  const body = new Transform({
    transform(part: Buffer, _encoding, done) {
      sizeBytes += part.length;
      if (sizeBytes > limitBytes) done(new BodyRefused(413));
      else done(null, part);
    },
  });
  const timer = setTimeout(() => body.destroy(new BodyRefused(408)), BODY_TIMEOUT_MS);
  request.once('close', () => {
    if (!request.readableEnded) body.destroy(new BodyRefused(400));
  });
  // A client may go away before its body is read: whatever reads it then is given the error.
  body.once('close', () => clearTimeout(timer)).on('error', () => undefined);
  return request.pipe(body);
}

/**
 * What is still to come of a body when its request has been answered is not read: the client may
 * read its answer for a second, then the connection is cut. A small rest is taken from the line.
 */
export const leaveUnread: RequestHandler = (req, res, next) => {
  const told = toldBytes(req);
  if (told !== null && told <= SMALL_BYTES) return next();
  // Node reads a body that was not begun to its end, however long, as soon as it was answered.
  res.once('prefinish', () => {
    if (req.complete) return;
    req.unpipe().removeAllListeners('data').removeAllListeners('readable');
    req.pause().read(0);
    // A client that asked for it has its connection closed at once, and may lose the answer.
    req.socket.destroySoon = () => req.socket.end();
  });
  res.once('finish', () => {
    if (req.complete) return;
    req.socket.end();
    setTimeout(() => req.socket.destroy(), LINGER_MS).unref();
  });
  next();
};
