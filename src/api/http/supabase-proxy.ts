import { ServerResponse } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import type { Log } from '../../telemetry/log.js';
import { toldBytes } from './body-limits.js';
import { logOf } from './request-log.js';

const TIMEOUT_MS = 30_000;
const isOurs = (path: string): boolean => /^\/(rest|auth)\/v1(\/|$)/.test(path);
/** The gateway is started again within seconds; supabase-js tries again by itself on 503. */
const RETRY_AFTER_S = 1;

/** Rows are texts of users; what signs in is an address and a password. */
const MAX_BYTES = { rest: 1024 * 1024, auth: 64 * 1024 };

/**
 * Refuses a body that is too large before a byte of it is read (413), and one without a declared
 * size (411): clients of Supabase send it.
 */
export const boundBodies: RequestHandler = (req, res, next) => {
  const sizeBytes = toldBytes(req);
  const maxBytes = MAX_BYTES[/^\/rest/i.test(req.path) ? 'rest' : 'auth'];
  if (sizeBytes !== null && sizeBytes <= maxBytes) return next();
  const message = `The body is larger than ${maxBytes} bytes, or does not say how large it is`;
  res
    .status(sizeBytes === null ? 411 : 413)
    .json({ error: message, code: 'request_too_large', message, msg: message });
};

/** The handler for what goes to the gateway, and for nothing else. */
export function ofSupabase(handler: RequestHandler): RequestHandler {
  return (req, res, next) => (isOurs(req.path) ? handler(req, res, next) : next());
}

/**
 * Passes `/rest/v1` and `/auth/v1` on to the embedded gateway, so that a browser needs to reach one
 * address only. Bodies stream through: nothing may have read them before.
 */
export function supabaseProxy(target: string, log: Log): RequestHandler {
  return createProxyMiddleware({
    target,
    pathFilter: isOurs,
    xfwd: true,
    proxyTimeout: TIMEOUT_MS,
    on: {
      // The gateway limits addresses, and trusts this header from us only.
      proxyReq: (sent, req) => sent.setHeader('x-forwarded-for', (req as Request).ip ?? ''),
      error: (error, _req, res) => {
        const isRequest = res instanceof ServerResponse;
        (isRequest ? logOf(res as Response) : log).warn(
          { reason: error.message },
          'the Supabase gateway does not answer',
        );
        if (!isRequest) return;
        if (res.headersSent) res.destroy();
        else {
          res
            .writeHead(503, {
              'Content-Type': 'application/json; charset=utf-8',
              'Retry-After': String(RETRY_AFTER_S),
            })
            .end(JSON.stringify({ error: 'Supabase is not reachable' }));
        }
      },
    },
  });
}
