import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../config.js';

/**
 * Security headers of our own pages and answers: only our scripts run, only our servers are asked,
 * nobody frames us. Games replace them by their own (games/headers.ts).
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
