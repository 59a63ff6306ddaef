import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Log } from '../log.js';

/** Gives every request an id (header `X-Request-Id`) and a log of its own, and writes one line when it is over. */
export function requestLog(log: Log): RequestHandler {
  return (req, res, next) => {
    const startedMs = performance.now();
    const requestId = randomUUID();
    const own = log.child({ requestId });
    (res.locals as RequestLocals).log = own;
    res.set('X-Request-Id', requestId);
    res.on('close', () => {
      const facts = { method: req.method, path: loggablePath(req.originalUrl), status: res.statusCode, ms: Math.round(performance.now() - startedMs) };
      if (res.statusCode >= 500) own.warn(facts, 'request');
      else own.debug(facts, 'request');
    });
    next();
  };
}

interface RequestLocals { log: Log }

/** The log of the request that `res` answers. */
export function logOf(res: Response): Log {
  return (res.locals as RequestLocals).log;
}

/** The path without what would let a reader of the log in: query (tokens) and signed segment. */
function loggablePath(url: string): string {
  return (url.split('?')[0] ?? '').replace(/\/~[^/]*/, '/~');
}
