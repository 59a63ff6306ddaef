import type { Config } from '../config.js';

/** Paths whose files a sandboxed game may load: its documents have the origin `null`. */
const OPEN_TO_GAMES = /^\/(game|vendor|user-assets|global-assets)\//i;

/**
 * May this HTTP request be served? A sandboxed document (`Origin: null`) may read game files and
 * nothing else, so that a game can neither call the API nor post anywhere. Other origins are left
 * to CORS.
 */
export function isHttpOriginAllowed(request: {
  method: string;
  path: string;
  origin: string | undefined;
}): boolean {
  if (request.origin !== 'null') return true;
  return (
    (request.method === 'GET' || request.method === 'HEAD') && OPEN_TO_GAMES.test(request.path)
  );
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
export function allowedOrigins(
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
