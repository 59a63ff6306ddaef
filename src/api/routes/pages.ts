import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router, type Response } from 'express';
import { ConfigError, PROJECT_ROOT, type Config } from '../../config.js';

const OUR_DIR = path.join(PROJECT_ROOT, 'public');
/** Addresses without an ending → the page that is served there (rest.md §2.2). */
const PAGES = {
  '/create': 'create.html',
  '/discover': 'discover.html',
  '/mypage': 'mypage.html',
  '/notifications': 'notifications.html',
  '/project/:id': 'editor.html',
  '/play/:id': 'play.html',
} as const;
/**
 * Where V2's pages lead to and V2 had nothing (rest.md §12): our own pages unless the other client
 * has that very file.
 */
const OUR_PAGES = {
  '/zap': 'discover.html',
  '/zap/:id': 'play.html',
  '/game.html': 'play.html',
} as const;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=UTF-8',
  '.js': 'application/javascript; charset=UTF-8',
  '.css': 'text/css; charset=UTF-8',
};
/**
 * Pages from elsewhere bring scripts inside their markup and fonts of other hosts; nobody frames
 * them either.
 */
const OTHER_POLICY = [
  "default-src 'self' 'unsafe-inline' https: data: blob:",
  "connect-src 'self' https: ws: wss:",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The pages, what they load, and the browser build of supabase-js. Nobody needs to be signed in for
 * them: their data is protected. Files of `PUBLIC_DIR` stand before ours of the same name, so that
 * another client of the same API can be served from here.
 */
export function pageRoutes({ PUBLIC_DIR }: Pick<Config, 'PUBLIC_DIR'>): Router {
  const router = Router();
  const lead = (pages: Readonly<Record<string, string>>): void => {
    for (const [address, file] of Object.entries(pages)) {
      router.get(address, (req, _res, next) => {
        req.url = `/${file}`;
        next();
      });
    }
  };
  lead(PAGES);
  if (PUBLIC_DIR !== undefined) {
    router.use(
      express.static(PUBLIC_DIR, {
        setHeaders: (res: Response, file) => {
          setType(res, file);
          res.set('Content-Security-Policy', OTHER_POLICY);
        },
      }),
    );
  }
  lead(OUR_PAGES);
  router.get('/lib/supabase.min.js', (_req, res) => {
    res.set('Content-Type', TYPES['.js']).sendFile(supabaseBrowserBuild());
  });
  return router.use(express.static(OUR_DIR, { setHeaders: setType }));
}

/** A folder that is not there would silently serve other pages than were meant. */
export async function checkPublicDir({ PUBLIC_DIR }: Pick<Config, 'PUBLIC_DIR'>): Promise<void> {
  if (PUBLIC_DIR === undefined || (await stat(PUBLIC_DIR).catch(() => null))?.isDirectory()) return;
  throw new ConfigError('The configuration has 1 mistake(s):\n  PUBLIC_DIR: is not a folder');
}

function setType(res: Response, file: string): void {
  const type = TYPES[path.extname(file).toLowerCase()];
  if (type !== undefined) res.set('Content-Type', type);
}

/** The package's UMD build defines the global `supabase`. */
function supabaseBrowserBuild(): string {
  return path.join(
    path.dirname(fileURLToPath(import.meta.resolve('@supabase/supabase-js'))),
    'umd',
    'supabase.js',
  );
}
