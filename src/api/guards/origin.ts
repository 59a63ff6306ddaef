import type { Request, RequestHandler } from 'express';
import type { Config } from '../../config.js';
import { crossOriginOfFolder } from '../../contracts/http-routes/folders.js';
import type { CrossOrigin } from '../../contracts/http-routes/route.js';

/**
 * Answers 403 to a sandboxed document (`Origin: null`), which reads what is open to games and
 * nothing else: a game can neither call the API nor post anywhere. Other origins are left to CORS.
 */
export function refuseSandboxed(access: CrossOrigin | undefined): RequestHandler {
  return ({ method, headers }, res, next) => {
    const isRead = method === 'GET' || method === 'HEAD';
    if (headers.origin !== 'null' || (isRead && access === 'games')) next();
    else res.status(403).json({ error: 'Access denied' });
  };
}

export type Cors = (access: CrossOrigin | undefined) => RequestHandler;

/**
 * The CORS headers of the routes that other origins may read (rest.md §1.4). Listed origins are
 * answered with their own name and credentials. What games consist of is open to every origin,
 * because a sandboxed game requests its modules and textures with the origin `null`.
 */
export function cors(config: Pick<Config, 'PUBLIC_URL' | 'CORS_ALLOWED_ORIGINS'>): Cors {
  const listed = allowedOrigins(config);
  return (access) => (req, res, next) => {
    if (access === undefined) return next();
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

/** The stages of a route for an address that none has, by its folder. */
export function ofFolder(
  stage: (access: CrossOrigin | undefined) => RequestHandler,
): RequestHandler {
  return (req, res, next) => stage(crossOriginOfFolder(req.path))(req, res, next);
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

/** What the address of a game begins with: the origin of games, where that is another one. */
export function gamesOriginFor({ headers }: Request, config: Pick<Config, 'GAMES_ORIGIN'>): string {
  const { GAMES_ORIGIN: origin = '' } = config;
  return isGamesHost(headers.host, config) ? '' : origin;
}

const hostOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).host : null);
