import type { RequestHandler } from 'express';
import type { Config } from '../../config.js';
import { crossOriginOf } from '../../contracts/http-routes/match.js';

/**
 * May this HTTP request be served? A sandboxed document (`Origin: null`) reads the routes that are
 * open to games and nothing else, so that a game can neither call the API nor post anywhere. Other
 * origins are left to CORS.
 */
export function isHttpOriginAllowed(request: {
  method: string;
  path: string;
  origin: string | undefined;
}): boolean {
  if (request.origin !== 'null') return true;
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    crossOriginOf(request.method, request.path) === 'games'
  );
}

/** Answers 403 to whatever {@link isHttpOriginAllowed} does not allow. */
export const refuseSandboxedOrigin: RequestHandler = (req, res, next) => {
  const { method, path, headers } = req;
  if (isHttpOriginAllowed({ method, path, origin: headers.origin })) next();
  else res.status(403).json({ error: 'Access denied' });
};

/**
 * The CORS headers of the routes that other origins may read (rest.md §1.4). Listed origins are
 * answered with their own name and credentials. What games consist of is open to every origin,
 * because the modules and textures of a sandboxed game are asked for by the origin `null`.
 */
export function cors(config: Pick<Config, 'PUBLIC_URL' | 'CORS_ALLOWED_ORIGINS'>): RequestHandler {
  const listed = allowedOrigins(config);
  return (req, res, next) => {
    const access = crossOriginOf(req.method, req.path);
    if (access === undefined) {
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
    } else if (access === 'games') {
      res.set('Access-Control-Allow-Origin', '*');
    }
    if (access === 'games') res.set('Cross-Origin-Resource-Policy', 'cross-origin');
    if (req.method === 'OPTIONS') res.status(200).type('text/plain').send('OK');
    else next();
  };
}

/**
 * May a WebSocket be opened? Programs send no `Origin`; browsers must come from the page's own
 * host, from PUBLIC_URL or from a listed origin. The host that serves games has no sockets at all.
 */
export function isUpgradeOriginAllowed(
  request: { origin: string | undefined; host: string | undefined },
  config: Pick<Config, 'PUBLIC_URL' | 'CORS_ALLOWED_ORIGINS' | 'GAMES_ORIGIN'>,
): boolean {
  if (isGamesHost(request.host, config)) return false;
  if (request.origin === undefined) return true;
  if (allowedOrigins(config).has(request.origin)) return true;
  return request.host !== undefined && hostOf(request.origin) === request.host.toLowerCase();
}

/** Origins that are answered with credentials: the app's own and the listed ones. */
function allowedOrigins(
  config: Pick<Config, 'PUBLIC_URL' | 'CORS_ALLOWED_ORIGINS'>,
): ReadonlySet<string> {
  return new Set(
    [new URL(config.PUBLIC_URL).origin, ...config.CORS_ALLOWED_ORIGINS].filter(
      (origin) => origin !== 'null',
    ),
  );
}

/** True on the host that serves games only (GAMES_ORIGIN). */
export function isGamesHost(
  host: string | undefined,
  config: Pick<Config, 'GAMES_ORIGIN'>,
): boolean {
  return config.GAMES_ORIGIN !== undefined && host?.toLowerCase() === hostOf(config.GAMES_ORIGIN);
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}
