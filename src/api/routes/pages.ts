import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router, type RequestHandler, type Response } from 'express';
import { ConfigError, PROJECT_ROOT, type Config } from '../../config.js';
import { createAppFiles, type AppFiles } from '../app-files.js';
import { sendFileBytes } from '../games/file-response.js';
import {
  createGamePreviews,
  type GamePreviewDeps,
  type GamePreviews,
} from '../games/game-previews.js';
import { logOf } from '../http/request-log.js';

const OUR_DIR = path.join(PROJECT_ROOT, 'public');
/** Addresses without an ending → the page that is served there (rest.md §2.2). */
const PAGES = {
  '/create': 'create.html',
  '/discover': 'discover.html',
  '/mypage': 'mypage.html',
  '/notifications': 'notifications.html',
  '/ops': 'ops.html',
  '/project/:id': 'editor.html',
  '/play/:id': 'play.html',
} as const;
/**
 * Where V2's pages lead to and V2 had nothing (rest.md §12): our own pages unless the other client
 * has that very file.
 */
const OUR_PAGES = {
  '/zap': 'discover.html',
  '/zap/:id': 'zap.html',
  '/game.html': 'play.html',
} as const;
/** Pages that play one game. */
const PLAYING: ReadonlySet<string> = new Set(['play.html', 'zap.html']);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=UTF-8',
  '.js': 'application/javascript; charset=UTF-8',
  '.css': 'text/css; charset=UTF-8',
};
/** Said of documents: a script or a style sheet is none, and a page loads dozens of them. */
const OF_DOCUMENTS = [
  'Content-Security-Policy',
  'Cross-Origin-Opener-Policy',
  'Origin-Agent-Cluster',
  'X-DNS-Prefetch-Control',
  'X-Download-Options',
  'X-Frame-Options',
  'X-Permitted-Cross-Domain-Policies',
  'X-XSS-Protection',
];
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

export interface PageDeps extends GamePreviewDeps {
  config: Pick<Config, 'PUBLIC_DIR' | 'NODE_ENV' | 'PUBLIC_URL'>;
}

/**
 * The pages, what they load, and the browser build of supabase-js. Nobody needs to be signed in for
 * them: their data is protected. Files of `PUBLIC_DIR` stand before ours of the same name, so that
 * another client of the same API can be served from here.
 */
export function pageRoutes(deps: PageDeps): Router {
  const { PUBLIC_DIR, NODE_ENV } = deps.config;
  const router = Router();
  const appFiles = createAppFiles(OUR_DIR, supabaseBrowserBuild(), NODE_ENV === 'production');
  const lead = (pages: Readonly<Record<string, string>>): void => {
    for (const [address, file] of Object.entries(pages)) {
      router.get(address, (req, res, next) => {
        res.locals['gameId'] = req.params['id'] ?? req.query['id'];
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
  router.use('/v', versionedFiles(appFiles));
  router.use(ourPages(appFiles, createGamePreviews(deps)));
  return router.use(express.static(OUR_DIR, { setHeaders: setType }));
}

/** Our pages, fresh each time: they name what they load by its version, and the game they play. */
function ourPages(appFiles: () => Promise<AppFiles>, previews: GamePreviews): RequestHandler {
  return async (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    const [, name = 'index.html'] = /^\/([\w-]+\.html)?$/.exec(req.path) ?? [null, ''];
    const { pages, changedAt } = await appFiles();
    const page = pages.get(name);
    if (page === undefined) return next();
    const type = TYPES['.html'] ?? '';
    const preview = PLAYING.has(name) ? await previews(res.locals['gameId'], logOf(res)) : null;
    if (preview === null) return sendFileBytes(req, res, page, { type, changedAt });
    const html = page.toString('utf8').replace('</head>', () => `${preview.tags}  </head>`);
    const newer = preview.changedAt > changedAt ? preview.changedAt : changedAt;
    sendFileBytes(req, res, Buffer.from(html), { type, changedAt: newer });
  };
}

/**
 * `/v/<version>/…`: what pages load, to be kept for good. A page of an instance with other files
 * gets ours, and keeps them for this visit only.
 */
function versionedFiles(appFiles: () => Promise<AppFiles>): RequestHandler {
  const setHeaders = (res: Response, file: string): void => {
    setType(res, file);
    if (/\.(?:css|js)$/.test(file)) for (const header of OF_DOCUMENTS) res.removeHeader(header);
    if (res.locals['isCurrent'] === true)
      res.set('Cache-Control', 'public, max-age=31536000, immutable');
  };
  const files = express.static(OUR_DIR, { setHeaders, index: false, redirect: false });
  return async (req, res, next) => {
    const [, version, rest] = /^\/([0-9a-f]{16})(\/(?:css|images|js|lib)\/.+)$/.exec(req.url) ?? [];
    if (rest === undefined) return next();
    res.locals['isCurrent'] = version === (await appFiles()).version;
    if (rest === '/lib/supabase.min.js') {
      const file = supabaseBrowserBuild();
      setHeaders(res, file);
      return res.sendFile(file);
    }
    const { url } = req;
    req.url = rest;
    files(req, res, (error: unknown) => {
      req.url = url;
      next(error);
    });
  };
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
