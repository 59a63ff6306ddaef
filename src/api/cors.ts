import type { RequestHandler } from 'express';
import type { Config } from '../config.js';
import { allowedOrigins } from './origin.js';

/** The paths that other origins may read (rest.md §1.4); the trailing slash matters. */
const SHARED = /^\/(user-assets|global-assets|game|vendor|api\/assets)\//i;
/** Of these, what sandboxed games load: they may be read from anywhere, without credentials. */
const OPEN = /^\/(user-assets|global-assets|game|vendor)\//i;

/**
 * Listed origins are answered with their own name and credentials. Everybody else may read what
 * games consist of, because a sandboxed game's own modules and textures come from the origin
 * `null`.
 */
export function cors(config: Pick<Config, 'PUBLIC_URL' | 'CORS_ALLOWED_ORIGINS'>): RequestHandler {
  const listed = allowedOrigins(config);
  return (req, res, next) => {
    if (!SHARED.test(req.path)) {
      next();
      return;
    }
    const { origin } = req.headers;
    res.vary('Origin');
    if (origin !== undefined && listed.has(origin)) {
      res.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'GET, OPTIONS',
        'Access-Control-Allow-Headers': 'Content-Type, Authorization',
        'Access-Control-Allow-Credentials': 'true',
      });
    } else if (OPEN.test(req.path)) {
      res.set('Access-Control-Allow-Origin', '*');
    }
    if (OPEN.test(req.path)) res.set('Cross-Origin-Resource-Policy', 'cross-origin');
    if (req.method === 'OPTIONS') res.status(200).type('text/plain').send('OK');
    else next();
  };
}
