import type * as Playwright from 'playwright-core';
import { findChromium } from '../process/chromium.js';
import { untilAborted } from '../concurrency.js';
import { AppError } from '../contracts/base/errors.js';
import { SCREEN } from '../contracts/media/video.js';
import { openParcelFile } from '../versions/format/parcel.js';
import { launchBoxed, type BoxedBrowser } from './boxed-browser.js';
import { openGameFiles, type GameFiles, type GameRequest, type Served } from './game-files.js';
import { loadPackage } from './packages.js';

/** No such host exists: every request is answered here or not at all. */
const ORIGIN = 'http://game.invalid';
/** Pixels of the image for one of the page: sharp on a phone. */
const PIXEL_RATIO = 2;
export const LOAD_LIMIT_MS = 20_000;
/** What a game asks for beyond this is not there: each answer costs time. */
const MAX_REQUESTS = 500;

function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Where the system's browser is. Throws `BrowserMissing`. */
export function chromiumPath(): string {
  const executablePath = findChromium();
  if (executablePath === null)
    throw new AppError(
      'BrowserMissing',
      'Chromium was not found: install it, or set CHROMIUM_PATH',
    );
  return executablePath;
}

/**
 * Opens a page for the game of a version on a phone's screen and has `use` work with it; `setUp`
 * comes before the game is loaded. The game sees its own files, its assets and our libraries, and
 * no network, in a browser that has none either. The browser is gone afterwards, also when `signal`
 * ends the work.
 */
export async function withGamePage<T>(
  request: GameRequest,
  signal: AbortSignal,
  setUp: (context: Playwright.BrowserContext) => Promise<void>,
  use: (page: Playwright.Page) => Promise<T>,
): Promise<T> {
  const { chromium } = loadPackage<typeof Playwright>('playwright-core', request.seenFrom);
  const executablePath = chromiumPath();
  // Rejects for a missing version, whose error page must not be captured.
  await openParcelFile(request.parcelFile);
  let boxed: BoxedBrowser | undefined;
  const stop = (): void => void boxed?.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    boxed = await launchBoxed(chromium, executablePath, { env: process.env, warn });
    signal.throwIfAborted();
    const page = await boxed.during(openPage(boxed.browser, request, setUp));
    return await boxed.during(untilAborted(use(page), leaving(page)));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError(
      'ImageNotMade',
      `the game could not be shown: ${(error as Error).message.split('\n')[0] ?? ''}`,
    );
  } finally {
    signal.removeEventListener('abort', stop);
    await boxed?.close();
  }
}

async function openPage(
  browser: Playwright.Browser,
  request: GameRequest,
  setUp: (context: Playwright.BrowserContext) => Promise<void>,
): Promise<Playwright.Page> {
  const context = await openContext(browser, request);
  await setUp(context);
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
  page.on('popup', (popup) => void popup.close().catch(() => undefined));
  await page.goto(`${ORIGIN}/index.html`, { waitUntil: 'load', timeout: LOAD_LIMIT_MS });
  return page;
}

/** Aborts when the page leaves the game, to an address that has no server. */
function leaving(page: Playwright.Page): AbortSignal {
  const left = new AbortController();
  const leave = (): void =>
    left.abort(new AppError('ImageNotMade', 'the game has left its own page'));
  page.on('close', leave).on('crash', leave);
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame() && !frame.url().startsWith(`${ORIGIN}/`)) leave();
  });
  return left.signal;
}

async function openContext(
  browser: Playwright.Browser,
  request: GameRequest,
): Promise<Playwright.BrowserContext> {
  const context = await browser.newContext({
    viewport: SCREEN,
    deviceScaleFactor: PIXEL_RATIO,
    hasTouch: true,
    isMobile: true,
    serviceWorkers: 'block',
    acceptDownloads: false,
  });
  await context.routeWebSocket(/.*/, (socket) => socket.close());
  const files = openGameFiles(request);
  let [requests, loads] = [0, 0];
  await context.route('**/*', async (route) => {
    const asked = route.request();
    const url = new URL(asked.url());
    requests += 1;
    // A page that leads to another one, or to itself again, stays where it is.
    if (asked.isNavigationRequest() && isWholePage(asked)) {
      loads += 1;
      if (loads > 1) return route.fulfill({ status: 204 });
    }
    if (url.origin !== ORIGIN || requests > MAX_REQUESTS) return route.abort();
    // What cannot be read is not there: a game that asks for nonsense is shown all the same.
    const served = await answerTo(files, url.pathname).catch(() => null);
    return route.fulfill(
      served
        ? { ...served, headers: { 'Access-Control-Allow-Origin': '*' } }
        : { status: 404, body: 'Not found' },
    );
  });
  return context;
}

/** Not for a frame in the page; a window that is being opened has none yet. */
function isWholePage(asked: Playwright.Request): boolean {
  try {
    return asked.frame().parentFrame() === null;
  } catch {
    return true;
  }
}

async function answerTo(files: GameFiles, urlPath: string): Promise<Served | null> {
  const asset = await files.asset(urlPath);
  if (asset) return asset;
  const file = decodeURIComponent(urlPath).slice(1) || 'index.html';
  return file.startsWith('vendor/')
    ? files.vendored(file.slice('vendor/'.length))
    : files.own(file);
}
