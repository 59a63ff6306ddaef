import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Log } from '../../telemetry/log.js';

/**
 * An id that a proxy or client gave: nothing that could break a log line or pretend to be more than
 * an id.
 */
const GIVEN_ID = /^[\w.:-]{8,64}$/;

/**
 * Gives every request an id (header `X-Request-Id`, kept when it came with a well-formed one) and a
 * log of its own, and writes one line when it is over.
 */
export function requestLog(log: Log): RequestHandler {
  return (req, res, next) => {
    const startedMs = performance.now();
    const requestId = requestIdOf(req.headers['x-request-id']);
    let own: Log | null = null;
    // Created on the first line: most requests are callbacks, which log nothing.
    const ownLog = () => (own ??= log.child({ requestId }));
    (res.locals as RequestLocals).ownLog = ownLog;
    res.set('X-Request-Id', requestId);
    res.on('close', () => {
      const level = res.statusCode >= 500 ? 'warn' : 'debug';
      if (!log.isLevelEnabled(level)) return;
      ownLog()[level](
        {
          method: req.method,
          path: loggablePath(req.originalUrl),
          status: res.statusCode,
          ms: Math.round(performance.now() - startedMs),
        },
        'request',
      );
    });
    next();
  };
}

function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && GIVEN_ID.test(given) ? given : randomUUID();
}

interface RequestLocals {
  ownLog: () => Log;
}

/** The log of the request that `res` answers. */
export const logOf = (res: Response): Log => (res.locals as RequestLocals).ownLog();

/** The path without what would let a reader of the log in: query (tokens) and signed segment. */
const loggablePath = (url: string): string => (url.split('?')[0] ?? '').replace(/\/~[^/]*/, '/~');
