import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Playwright from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../chromium.js';
import { DreamError } from '../contracts/errors.js';
import { SCREEN } from '../contracts/video.js';
import { vendoredFile } from '../domain/vendored-libraries.js';
import { openRepo } from '../git/process.js';
import { readFile as readRevisionFile } from '../git/read.js';
import { loadPackage } from './packages.js';

/** No such host exists: every request is answered here or not at all. */
const ORIGIN = 'http://game.invalid';
/** No name is resolved, and what asks for an address finds no way out. */
const NO_NETWORK = ['--host-resolver-rules=MAP * ~NOTFOUND', '--proxy-server=http://127.0.0.1:9', '--proxy-bypass-list=<-loopback>', '--force-webrtc-ip-handling-policy=disable_non_proxied_udp'];
/** Pixels of the picture for one of the page: sharp on a phone. */
const PIXEL_RATIO = 2;
export const LOAD_LIMIT_MS = 20_000;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml',
};

/** `seenFrom`: the file from which packages are looked for. */
export interface GameRequest { repoDir: string; revision: string; seenFrom?: string | undefined }

/** Where the system's browser is. Throws `BrowserMissing`. */
export function chromiumPath(): string {
  const executablePath = findChromium();
  if (executablePath === null) throw new DreamError('BrowserMissing', 'Chromium was not found: install it, or set CHROMIUM_PATH');
  return executablePath;
}

/**
 * Opens a page for the game of a revision on a phone's screen and has `use` work with it; `setUp` comes before the game is loaded.
 * The game sees its own files and our libraries, and no network. The browser is gone afterwards, also when `signal` ends the work.
 */
export async function withGamePage<T>(request: GameRequest, signal: AbortSignal, setUp: (context: Playwright.BrowserContext) => Promise<void>, use: (page: Playwright.Page) => Promise<T>): Promise<T> {
  const { chromium } = loadPackage<typeof Playwright>('playwright-core', request.seenFrom);
  const executablePath = chromiumPath();
  let browser: Playwright.Browser | undefined;
  const stop = (): void => void browser?.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, ...NO_NETWORK], handleSIGTERM: false, handleSIGINT: false });
    signal.throwIfAborted();
    const context = await openContext(browser, request);
    await setUp(context);
    const page = await context.newPage();
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
    await page.goto(`${ORIGIN}/index.html`, { waitUntil: 'load', timeout: LOAD_LIMIT_MS });
    return await use(page);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DreamError) throw error;
    throw new DreamError('ImageNotMade', `the game could not be shown: ${(error as Error).message.split('\n')[0] ?? ''}`);
  } finally {
    signal.removeEventListener('abort', stop);
    await browser?.close();
  }
}

async function openContext(browser: Playwright.Browser, request: GameRequest): Promise<Playwright.BrowserContext> {
  const context = await browser.newContext({ viewport: SCREEN, deviceScaleFactor: PIXEL_RATIO, hasTouch: true, isMobile: true, serviceWorkers: 'block', acceptDownloads: false });
  await context.routeWebSocket(/.*/, (socket) => socket.close());
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    const body = url.origin === ORIGIN ? await fileAt(request, decodeURIComponent(url.pathname).slice(1) || 'index.html') : null;
    if (url.origin !== ORIGIN) await route.abort();
    else if (body === null) await route.fulfill({ status: 404, body: 'Not found' });
    else await route.fulfill({ body, contentType: TYPES[path.extname(url.pathname).toLowerCase()] ?? 'application/octet-stream', headers: { 'Access-Control-Allow-Origin': '*' } });
  });
  return context;
}

async function fileAt({ repoDir, revision, seenFrom = import.meta.url }: GameRequest, file: string): Promise<Buffer | null> {
  if (!file.startsWith('vendor/')) return readRevisionFile(openRepo(repoDir), revision, file);
  const vendored = vendoredFile(file.slice('vendor/'.length));
  if (vendored === null) return null;
  const { library: { name, folder }, file: inside } = vendored;
  const [root] = createRequire(seenFrom).resolve(name).split(`${path.sep}${name}${path.sep}`);
  return readFile(path.join(root ?? '', name, folder, inside));
}
