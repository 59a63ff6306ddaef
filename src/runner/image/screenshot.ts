import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type * as Playwright from 'playwright-core';
import { createRequire } from 'node:module';
import { CHROMIUM_ARGS, findChromium } from '../../chromium.js';
import { DreamError } from '../../contracts/errors.js';
import { vendoredFile } from '../../domain/vendored-libraries.js';
import { openRepo } from '../../git/process.js';
import { readFile as readRevisionFile } from '../../git/read.js';
import { loadPackage } from '../packages.js';

/** No such host exists: every request is answered here or not at all. */
const ORIGIN = 'http://game.invalid';
/** No name is resolved, and what asks for an address finds no way out. */
const NO_NETWORK = ['--host-resolver-rules=MAP * ~NOTFOUND', '--proxy-server=http://127.0.0.1:9', '--proxy-bypass-list=<-loopback>', '--force-webrtc-ip-handling-policy=disable_non_proxied_udp'];
const SCREEN = { width: 360, height: 640 };
const LOAD_LIMIT_MS = 20_000;
/** A moment of play: taps begin most games. */
const TAPS = [[180, 400], [180, 320], [90, 420]] as const;
const TAP_PAUSE_MS = 400;
const LOOKS = 4;
const LOOK_PAUSE_MS = 900;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml',
};

export interface ScreenshotRequest { repoDir: string; revision: string; seenFrom?: string | undefined }

/** What the game shows on a phone after a moment of play, as PNG. The game sees its own files and our libraries, and no network. */
export async function takeScreenshot(request: ScreenshotRequest, isBlank: (bytes: Buffer) => Promise<boolean>, signal: AbortSignal): Promise<Buffer> {
  const executablePath = findChromium();
  if (executablePath === null) throw new DreamError('BrowserMissing', 'Chromium was not found: install it, or set CHROMIUM_PATH');
  const { chromium } = loadPackage<typeof Playwright>('playwright-core', request.seenFrom);
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, ...NO_NETWORK] });
  const stop = (): void => void browser.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await play(await openPage(browser, request), isBlank);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DreamError) throw error;
    throw new DreamError('ImageNotMade', `the game could not be shown: ${(error as Error).message.split('\n')[0] ?? ''}`);
  } finally {
    signal.removeEventListener('abort', stop);
    await browser.close();
  }
}

async function openPage(browser: Playwright.Browser, request: ScreenshotRequest): Promise<Playwright.Page> {
  const context = await browser.newContext({ viewport: SCREEN, deviceScaleFactor: 2, hasTouch: true, isMobile: true, serviceWorkers: 'block', acceptDownloads: false });
  await context.routeWebSocket(/.*/, (socket) => socket.close());
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    const body = url.origin === ORIGIN ? await fileAt(request, decodeURIComponent(url.pathname).slice(1) || 'index.html') : null;
    if (url.origin !== ORIGIN) await route.abort();
    else if (body === null) await route.fulfill({ status: 404, body: 'Not found' });
    else await route.fulfill({ body, contentType: TYPES[path.extname(url.pathname).toLowerCase()] ?? 'application/octet-stream', headers: { 'Access-Control-Allow-Origin': '*' } });
  });
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
  return page;
}

async function fileAt({ repoDir, revision, seenFrom = import.meta.url }: ScreenshotRequest, file: string): Promise<Buffer | null> {
  if (!file.startsWith('vendor/')) return readRevisionFile(openRepo(repoDir), revision, file);
  const vendored = vendoredFile(file.slice('vendor/'.length));
  if (vendored === null) return null;
  const { library: { name, folder }, file: inside } = vendored;
  const [root] = createRequire(seenFrom).resolve(name).split(`${path.sep}${name}${path.sep}`);
  return readFile(path.join(root ?? '', name, folder, inside));
}

/** The picture of a game that draws nothing for a while is taken all the same: that is how it looks. */
async function play(page: Playwright.Page, isBlank: (bytes: Buffer) => Promise<boolean>): Promise<Buffer> {
  await page.goto(`${ORIGIN}/index.html`, { waitUntil: 'load', timeout: LOAD_LIMIT_MS });
  for (const [x, y] of TAPS) {
    await page.waitForTimeout(TAP_PAUSE_MS);
    await page.touchscreen.tap(x, y);
  }
  for (let look = 1; ; look += 1) {
    await page.waitForTimeout(LOOK_PAUSE_MS);
    const shot = await page.screenshot({ type: 'png', timeout: LOAD_LIMIT_MS });
    if (look === LOOKS || !(await isBlank(shot))) return shot;
  }
}
