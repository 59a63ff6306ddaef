import type { BrowserContext, Route } from 'playwright-core';
import { FOLDERS_OF_GAMES } from '../../contracts/http-routes/folders.js';
import { injectScript } from '../../game-page/injection.js';
import { patchedThree, withoutDocs } from '../../game-page/patched-three.js';
import { FONT_HOSTS, gamePolicy, LIBRARY_HOSTS } from '../../domain/game/game-policy.js';
import { OLD_P5 } from '../../domain/game/vendored-libraries.js';
import { isAssetPath, libraryAt } from '../../domain/playing/playing-needs.js';
import { openGameFiles, type GameFiles, type GameRequest, type Served } from '../game-files.js';

/** No such host exists. A page from there counts as one that was fetched safely, as in use. */
const HOST = 'game.test';
const ORIGIN = `https://${HOST}`;
/** The folder that a project's files are served from; other folders belong to everybody. */
const FOLDER = '/game/~play/';
const VENDOR = '/vendor/';
const THREE = /\/three\.(?:module|core)\.js$/;
export const GAME_ADDRESS = `${ORIGIN}${FOLDER}index.html`;

const HEADERS = {
  'Content-Security-Policy': gamePolicy(
    FOLDERS_OF_GAMES.map((folder) => `${HOST}${folder}`),
    ORIGIN,
  ),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Allow-Origin': '*',
};

/** The game's own file at an address of its page; null = it is none of its own. */
export function ownFileAt(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { origin, pathname } = new URL(address);
  if (origin !== ORIGIN || !pathname.startsWith(FOLDER)) return null;
  return decodeURIComponent(pathname.slice(FOLDER.length)) || 'index.html';
}

/** What the page has asked for in vain, and how much it is waiting for. */
export interface Asked {
  /** What a play cannot provide: that it is missing is no finding (J4). */
  readonly needs: Set<string>;
  /** Files of its own that are not there, for players either. */
  readonly missing: Set<string>;
  pending: number;
}

/**
 * Answers the page as our server does, with its policy and its script (rest.md §6), and no other
 * host.
 */
export async function serveGame(context: BrowserContext, request: GameRequest): Promise<Asked> {
  const asked: Asked = { needs: new Set(), missing: new Set(), pending: 0 };
  const files = openGameFiles(request);
  await context.routeWebSocket(/.*/, (socket) => socket.close());
  await context.route('**/*', async (route) => {
    asked.pending += 1;
    try {
      await answer(route, files, asked);
    } catch {
      // The page is gone, or asks for nonsense.
      await route.abort().catch(() => undefined);
    } finally {
      asked.pending -= 1;
    }
  });
  return asked;
}

async function answer(route: Route, files: GameFiles, asked: Asked): Promise<void> {
  const url = new URL(route.request().url());
  if (url.origin === ORIGIN) return answerOwn(route, url.pathname, files, asked);
  const library = libraryAt(url.href);
  const served = library === null ? null : await vendored(files, library);
  if (served) return send(route, served);
  // Another type changes how a game looks and nothing of how it plays.
  if (url.origin === FONT_HOSTS[0]) return route.fulfill({ contentType: 'text/css', body: '' });
  if ((LIBRARY_HOSTS as readonly string[]).includes(url.origin)) asked.needs.add(url.href);
  return route.abort();
}

async function answerOwn(
  route: Route,
  urlPath: string,
  files: GameFiles,
  asked: Asked,
): Promise<void> {
  const served = await find(urlPath, files);
  if (served) return send(route, served, urlPath === new URL(GAME_ADDRESS).pathname);
  if (urlPath !== '/favicon.ico') (isAssetPath(urlPath) ? asked.needs : asked.missing).add(urlPath);
  return route.fulfill({ status: 404, headers: HEADERS, body: 'Not found' });
}

async function find(urlPath: string, files: GameFiles): Promise<Served | null> {
  if (isAssetPath(urlPath)) return files.asset(urlPath).catch(() => null);
  if (urlPath.startsWith(VENDOR)) return vendored(files, urlPath.slice(VENDOR.length));
  if (urlPath === OLD_P5.address) return vendored(files, OLD_P5.is);
  return urlPath.startsWith(FOLDER)
    ? files.own(decodeURIComponent(urlPath.slice(FOLDER.length)) || 'index.html')
    : null;
}

/** Three as each page gets it, by path: a play loads it a dozen times. */
const scenes = new Map<string, Served>();

async function vendored(files: GameFiles, below: string): Promise<Served | null> {
  const known = scenes.get(below);
  if (known) return known;
  const served = await files.vendored(below);
  if (served === null || !THREE.test(below)) return served;
  const body = Buffer.from(patchedThree(withoutDocs(served.body.toString('utf8'))));
  const scene = { ...served, body };
  scenes.set(below, scene);
  return scene;
}

async function send(route: Route, { body, contentType }: Served, isEntry = false): Promise<void> {
  await route.fulfill({
    headers: HEADERS,
    contentType,
    body: isEntry ? injectScript(body.toString('utf8')) : body,
  });
}
