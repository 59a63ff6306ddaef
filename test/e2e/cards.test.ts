import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/log.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { createScreenshots } from '../../src/objects/screenshots.js';
import { createStore, type Store } from '../../src/store/index.js';
import { patient } from '../support/patience.js';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';
import { SIZES, TESTED_SIZES } from './sizes.js';
import { publishVersion } from '../support/versions.js';

/**
 * Cards show the game itself, against the whole running product. What a play has seen is made here:
 * `test/contract/ports` plays, `test/contract/store/screenshots.test.ts` publishes what it saw.
 */
const MOST_SHIFT = 0.05;

let store: Store;
const app = new BrowserStack();
beforeAll(() => {
  const {
    SUPABASE_URL = '',
    SUPABASE_ANON_KEY = '',
    SUPABASE_SERVICE_ROLE_KEY = '',
  } = app.stack.env;
  store = createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  );
});

/** A version, and the address of the screenshot that was kept with it. */
async function publish(userId: string, projectId: string, background: string): Promise<string> {
  const bytes = await sharp({ create: { width: 360, height: 779, channels: 3, background } })
    .webp()
    .toBuffer();
  const name = createHash('sha256').update(bytes).digest('hex');
  const screenshots = createScreenshots(createFileObjectStore(app.stack.dataDir));
  await screenshots.keep({ userId, projectId }, name, bytes);
  const files = { 'index.html': `<!DOCTYPE html><title>${background}</title>` };
  const owner = { id: userId };
  await publishVersion({ store }, app.stack.dataDir, owner, projectId, files, { screenshot: name });
  return `/api/projects/${projectId}/screenshots/${name}`;
}

/** Addresses of screenshots that are drawn in these cards and have words for who cannot see. */
const drawnIn = (page: Page, card: string) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('${card} .project-thumb img')]
  .filter((image) => image.complete && image.naturalWidth > 0 && image.alt !== '')
  .map((image) => new URL(image.src).pathname)`);

/** How far the page has moved by itself since it was opened. */
const shiftOf = (page: Page) =>
  page.evaluate<number>(`(async () => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value } of list.getEntries()) if (!hadRecentInput) sum += value;
  }).observe({ type: 'layout-shift', buffered: true });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return sum;
})()`);

const tokenOf = (page: Page) =>
  page.evaluate<string>(
    "JSON.parse(localStorage.getItem('dreamcore_session_cache')).session.access_token",
  );

it('games show themselves in the list, on my page and in their versions', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  await person.signIn();
  const userId = decodeJwt(await tokenOf(person.page)).sub ?? '';
  await store.projects.create(userId, 'まだ何もない');
  const { id } = await store.projects.create(userId, '星よけ');
  const before = await publish(userId, id, '#0a7d4b');
  const now = await publish(userId, id, '#b3261e');
  const patience = { timeout: patient(10_000) };

  for (const size of TESTED_SIZES) {
    const context = await app.browser.newContext({
      ...SIZES[size],
      locale: 'ja-JP',
      storageState: await person.context.storageState(),
    });
    const page = await context.newPage();
    person.watch(page);
    for (const [place, card] of [
      ['create', '.project-card'],
      ['mypage', '.case'],
    ] as const) {
      await page.goto(`${app.stack.baseUrl}/${place}`);
      await expect.poll(() => drawnIn(page, card), patience).toEqual([now]);
      if (place === 'create') expect(await shiftOf(page)).toBeLessThanOrEqual(MOST_SHIFT);
      await person.image(`cards-${place}-${size}`, page);
    }
    await page.goto(`${app.stack.baseUrl}/project/${id}`);
    await page.locator('#chatInput:enabled').waitFor();
    if (size === 'phone') await page.click('#playGameButton');
    await page.click('#versionsButton');
    await expect.poll(() => drawnIn(page, '.version-item'), patience).toEqual([now, before]);
    expect(await page.locator('.version-number').allInnerTexts()).toEqual([
      'バージョン 2',
      'バージョン 1',
    ]);
    await person.image(`cards-versions-${size}`, page);
    await context.close();
  }
  // Nothing was asked for that is not there.
  expect(person.complaints).toEqual([]);
  await person.leave();
});
