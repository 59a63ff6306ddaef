import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import express, { Router, type RequestHandler, type Response } from 'express';
import { ConfigError, type Config } from '../../config.js';
import { CLIENT_DIR, CLIENT_VERSION_FILE } from '../../process/programs.js';
import { sendFileBytes } from '../games/file-response.js';
import {
  createGamePreviews,
  type GamePreviewDeps,
  type GamePreviews,
} from '../games/game-previews.js';
import { logOf } from '../http/request-log.js';

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
/** Headers of documents, which scripts and style sheets do without. */
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
  config: Pick<Config, 'PUBLIC_DIR' | 'PUBLIC_URL'>;
}

/**
 * The pages, what they load, and the browser build of supabase-js. Nobody needs to be signed in for
 * them: their data is protected. Files of `PUBLIC_DIR` stand before ours of the same name, so that
 * another client of the same API can be served from here.
 */
export function pageRoutes(deps: PageDeps): Router {
  const { PUBLIC_DIR } = deps.config;
  const router = Router();
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
    res.set('Content-Type', TYPES['.js']).sendFile(path.join(CLIENT_DIR, 'lib/supabase.min.js'));
  });
  router.use('/v', versionedFiles());
  router.use(playingPages(createGamePreviews(deps)));
  return router.use(express.static(CLIENT_DIR, { setHeaders: setType }));
}

/** Pages that play one game, with the preview of that game for other sites. */
function playingPages(previews: GamePreviews): RequestHandler {
  return async (req, res, next) => {
    const name = req.path.slice(1);
    if (!PLAYING.has(name) || (req.method !== 'GET' && req.method !== 'HEAD')) return next();
    const preview = await previews(res.locals['gameId'], logOf(res));
    if (preview === null) return next();
    const file = path.join(CLIENT_DIR, name);
    const [page, { mtime }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const html = page.replace('</head>', () => `${preview.tags}  </head>`);
    const changedAt = preview.changedAt > mtime ? preview.changedAt : mtime;
    sendFileBytes(req, res, Buffer.from(html), { type: TYPES['.html'] ?? '', changedAt });
  };
}

/**
 * `/v/<version>/…`: what pages load, cached for good. A page of an instance with another build gets
 * the files of this one, uncached.
 */
function versionedFiles(): RequestHandler {
  const current = readFile(path.join(CLIENT_DIR, CLIENT_VERSION_FILE), 'utf8').catch(() => null);
  const setHeaders = (res: Response, file: string): void => {
    setType(res, file);
    if (/\.(?:css|js)$/.test(file)) for (const header of OF_DOCUMENTS) res.removeHeader(header);
    if (res.locals['isCurrent'] === true)
      res.set('Cache-Control', 'public, max-age=31536000, immutable');
  };
  const files = express.static(CLIENT_DIR, { setHeaders, index: false, redirect: false });
  return async (req, res, next) => {
    const [, version, rest] = /^\/([0-9a-f]{16})(\/(?:css|images|js|lib)\/.+)$/.exec(req.url) ?? [];
    if (rest === undefined) return next();
    res.locals['isCurrent'] = version === (await current);
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
