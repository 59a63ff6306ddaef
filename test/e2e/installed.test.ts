import sharp from 'sharp';
import { expect, it } from 'vitest';
import { patient } from '../support/patience.js';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';
import { TESTED_SIZES } from './sizes.js';

/** The app on a phone's home screen: without a network, on its second visit, while nobody looks. */
const app = new BrowserStack({ env: { DEMO_SECONDS: '2' }, isBrowserWhole: true });

it('brings icons that a system may cut, of the sizes that it says', async () => {
  const manifest = (await (await fetch(`${app.stack.baseUrl}/manifest.webmanifest`)).json()) as {
    icons: { src: string; sizes: string; type: string; purpose?: string }[];
  };
  const drawn = manifest.icons.filter(({ type }) => type === 'image/png');
  for (const { src, sizes } of drawn) {
    const { width, height } = await sharp(
      await (await fetch(app.stack.baseUrl + src)).arrayBuffer(),
    ).metadata();
    expect([src, `${width}x${height}`]).toEqual([src, sizes]);
  }
  expect(drawn.map(({ sizes, purpose }) => `${sizes} ${purpose ?? 'any'}`).toSorted()).toEqual([
    '192x192 any',
    '192x192 maskable',
    '512x512 any',
    '512x512 maskable',
  ]);
});

it.each(TESTED_SIZES)(
  'says on a %s that there is no network, and opens the page when there is one',
  async (size) => {
    const person = await Person.arrive(app.browser, app.stack.baseUrl, size);
    const { page, context } = person;
    await person.signIn();
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await page.reload();
    await page.locator('#createProjectButton:enabled').waitFor();
    const loaded = await page.evaluate<string[]>(`performance.getEntriesByType('resource')
      .filter(({ name, transferSize }) => /\\/v\\//.test(name) && transferSize > 0)
      .map(({ name }) => name)`);
    expect(loaded).toEqual([]);

    await context.setOffline(true);
    await page.goto(`${app.stack.baseUrl}/mypage`);
    await page.locator('h1', { hasText: '接続がありません' }).waitFor();
    await person.image('offline');
    expect(new URL(page.url()).pathname).toBe('/mypage');
    // Nothing that a person owns lies in the caches.
    const kept = await page.evaluate<string[]>(`caches.keys()
      .then((names) => Promise.all(names.map((name) => caches.open(name))))
      .then((all) => Promise.all(all.map((each) => each.keys())))
      .then((requests) => requests.flat().map(({ url }) => new URL(url).pathname))`);
    expect(kept).toContain('/offline.html');
    expect(
      kept.filter((path) => !/^\/(?:v\/[0-9a-f]{16}\/|offline\.html$|images\/icon)/.test(path)),
    ).toEqual([]);
    await context.setOffline(false);
    await page
      .locator('#againButton')
      // Bare time: the page may have come back by itself
      .click({ timeout: 2_000 })
      .catch(() => undefined);
    await page.locator('#editProfileButton:enabled').waitFor();
    await person.leave();
  },
);

it('tells of a game that is ready where a page may not show notifications itself', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  const { page, context } = person;
  await context.grantPermissions(['notifications']);
  // As Chrome on Android has it.
  await context.addInitScript(`window.Notification = class extends window.Notification {
    constructor() { throw new TypeError('Illegal constructor'); }
  }`);
  await person.signIn();
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await person.newProject();
  await page.evaluate(
    "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })",
  );
  await person.makeGame();
  await expect
    .poll(
      () =>
        page.evaluate<string[]>(`navigator.serviceWorker.ready
          .then((worker) => worker.getNotifications())
          .then((all) => all.map(({ title, data }) => title + ' ' + data.url))`),
      { timeout: patient(10_000) },
    )
    .toEqual([`🎮 ゲーム完成！ ${new URL(page.url()).pathname}`]);
  expect(person.complaints).toEqual([]);
  await person.leave();
});
