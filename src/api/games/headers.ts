import type { Request, Response } from 'express';
import type { Config } from '../../config.js';

/** Libraries that older games load from there; new ones use /vendor. */
const SCRIPT_HOSTS = 'https://cdn.jsdelivr.net https://unpkg.com https://cdnjs.cloudflare.com';
/** A host and port that may stand in a policy: nothing that could end a directive. */
const HOST = /^[a-z0-9.-]+(:\d{1,5})?$/i;

/** What our own pages have and a game must not: they would keep it from being framed or opened. */
const PAGE_ONLY = ['X-Frame-Options', 'Cross-Origin-Opener-Policy', 'Origin-Agent-Cluster'];

/**
 * Headers of everything that a model wrote. The page gets an origin of its own (no cookies,
 * storage, parent or API), talks to nobody but its own files, and may be framed by the app alone.
 */
export function setGameHeaders(
  config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN'>,
  req: Request,
  res: Response,
): void {
  for (const header of PAGE_ONLY) res.removeHeader(header);
  res.set({
    'Content-Security-Policy': gamePolicy(config, req.headers.host),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
}

function gamePolicy(
  config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN'>,
  host: string | undefined,
): string {
  const hosts = [
    host ?? '',
    new URL(config.PUBLIC_URL).host,
    config.GAMES_ORIGIN ? new URL(config.GAMES_ORIGIN).host : '',
  ];
  const own = [...new Set(hosts)].filter((each) => HOST.test(each));
  // Paths matter only here: a game that reads its own data may do so, one that calls /api or opens
  // a socket to us may not.
  const readable = own.flatMap((each) =>
    ['game', 'vendor', 'user-assets', 'global-assets'].map((folder) => `${each}/${folder}/`),
  );
  return [
    'sandbox allow-scripts allow-pointer-lock',
    "default-src 'none'",
    `script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: ${SCRIPT_HOSTS}`,
    "style-src 'self' 'unsafe-inline' https://fonts.googleapis.com",
    "font-src 'self' data: https://fonts.gstatic.com",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    `connect-src ${readable.join(' ')} data: blob:`,
    'worker-src blob:',
    `frame-ancestors 'self' ${new URL(config.PUBLIC_URL).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
