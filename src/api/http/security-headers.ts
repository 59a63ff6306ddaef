import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../../config.js';
import { FOLDERS_OF_GAMES } from '../../contracts/http-routes/folders.js';
import { gamePolicy } from '../../domain/game/game-policy.js';

/**
 * Security headers of our own pages and answers: only our scripts run, only our servers are
 * reached, no other page frames us.
 */
export function pageHeaders(
  config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN' | 'SUPABASE_URL' | 'EMBEDDED_SUPABASE_URL'>,
): RequestHandler {
  const { origin: publicOrigin, protocol } = new URL(config.PUBLIC_URL);
  const supabase =
    config.EMBEDDED_SUPABASE_URL === undefined ? new URL(config.SUPABASE_URL).origin : publicOrigin;
  const games = config.GAMES_ORIGIN === undefined ? [] : [config.GAMES_ORIGIN];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'", supabase, socketSource],
        frameSrc: ["'self'", ...games],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: protocol === 'https:',
    xFrameOptions: { action: 'deny' },
  });
}

/** Not every browser counts a socket to the page's own host as 'self'. */
function socketSource(req: IncomingMessage): string {
  const host = req.headers.host ?? '';
  return /^[a-z0-9.-]+(:\d{1,5})?$/i.test(host) ? `ws://${host} wss://${host}` : "'self'";
}

/** A host and port that may stand in a policy: nothing that could end a directive. */
const HOST = /^[a-z0-9.-]+(:\d{1,5})?$/i;

/** What our own pages have and a game must not: they would keep it from being framed or opened. */
const PAGE_ONLY = ['X-Frame-Options', 'Cross-Origin-Opener-Policy', 'Origin-Agent-Cluster'];

/**
 * Headers of every route whose content a model wrote (`content: 'game'` in its row). The document
 * gets an origin of its own (no cookies, storage, parent or API), reads its own files only, and may
 * be framed by the app alone. Stands after {@link pageHeaders}, whose headers it replaces.
 */
export function gameHeaders(config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN'>): RequestHandler {
  return (req, res, next) => {
    for (const header of PAGE_ONLY) res.removeHeader(header);
    res.set({
      'Content-Security-Policy': policyFor(config, req.headers.host),
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    next();
  };
}

function policyFor(
  config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN'>,
  host: string | undefined,
): string {
  const publicUrl = new URL(config.PUBLIC_URL);
  const hosts = [
    host ?? '',
    publicUrl.host,
    config.GAMES_ORIGIN ? new URL(config.GAMES_ORIGIN).host : '',
  ];
  const own = [...new Set(hosts)].filter((each) => HOST.test(each));
  // Paths matter only here: a game that reads its own data may do so, one that calls /api or opens
  // a socket to us may not.
  const readable = own.flatMap((each) => FOLDERS_OF_GAMES.map((folder) => `${each}${folder}`));
  return gamePolicy(readable, publicUrl.origin);
}
