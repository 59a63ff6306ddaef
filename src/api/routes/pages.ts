import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import express, { Router, type RequestHandler, type Response } from 'express';
import { ConfigError, type Config } from '../../config.js';
import { PAGE_ROUTES } from '../../contracts/http-routes/pages.js';
import type { RouteRow } from '../../contracts/http-routes/route.js';
import { CLIENT_DIR, CLIENT_VERSION_FILE } from '../../process/programs.js';
import { FOR_EVER, sendFileBytes } from '../games/file-response.js';
import {
  createGamePreviews,
  siteTags,
  withTags,
  type GamePreview,
  type GamePreviewDeps,
  type GamePreviews,
} from '../games/game-previews.js';
import type { Call, Handlers } from '../http/mount.js';
import { logOf } from '../http/request-log.js';

/** Pages that play one game. */
const PLAYING: ReadonlySet<string> = new Set(['play.html', 'zap.html']);
const HOME = 'index.html';
/** Pages that are shown as the product. */
const OF_SITE: ReadonlySet<string> = new Set([HOME, 'signin.html']);
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
 * Pages from elsewhere bring scripts inside their markup and fonts of other hosts; they are
 * not framed either.
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
 * Handlers of the rows of pages, and as `files` everything that pages load and that has no row.
 * No sign-in is needed: the data of pages is protected. Files of `PUBLIC_DIR` precede ours
 * of the same name, so that another client of the same API can be served from here.
 */
export function createPages(deps: PageDeps): {
  handlers: Handlers<typeof PAGE_ROUTES>;
  files: Router;
} {
  const { PUBLIC_DIR } = deps.config;
  const theirs = Router();
  if (PUBLIC_DIR !== undefined) theirs.use(filesOfOther(PUBLIC_DIR));
  const ours = Router()
    .use('/v', versionedFiles())
    .use(previewedPages(createGamePreviews(deps), deps.config.PUBLIC_URL))
    .use(express.static(CLIENT_DIR, { setHeaders: setType }));
  const files = Router().use(theirs, ours);
  const handlers = Object.entries(PAGE_ROUTES).map(([key, { page }]) => [
    key,
    ({ req, res, next }: Call<RouteRow>): void => {
      res.locals['gameId'] = req.params['id'] ?? req.query['id'];
      const show = (router: Router): void => {
        req.url = `/${page.file}`;
        void router(req, res, next);
      };
      if (page.isOurs)
        void theirs(req, res, (error?: unknown) => (error ? next(error) : show(ours)));
      else show(files);
    },
  ]);
  return { handlers: Object.fromEntries(handlers) as Handlers<typeof PAGE_ROUTES>, files };
}

/** Files of another client. */
const filesOfOther = (folder: string): RequestHandler =>
  express.static(folder, {
    setHeaders: (res: Response, file) => {
      setType(res, file);
      res.set('Content-Security-Policy', OTHER_POLICY);
    },
  });

/** Pages with what other sites show of a link to them: the game, or the product. */
function previewedPages(previews: GamePreviews, publicUrl: string): RequestHandler {
  const ofSite: GamePreview = { tags: siteTags(publicUrl), changedAt: new Date(0) };
  return async (req, res, next) => {
    const name = req.path.slice(1) || HOME;
    const isShown = OF_SITE.has(name) || PLAYING.has(name);
    if (!isShown || (req.method !== 'GET' && req.method !== 'HEAD')) return next();
    const preview = OF_SITE.has(name) ? ofSite : await previews(res.locals['gameId'], logOf(res));
    if (preview === null) return next();
    const file = path.join(CLIENT_DIR, name);
    const [page, { mtime }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const html = withTags(page, preview.tags, preview.title);
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
    if (res.locals['isCurrent'] === true) res.set('Cache-Control', FOR_EVER);
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
