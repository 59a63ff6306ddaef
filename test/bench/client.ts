import type { CDPSession, Page } from 'playwright-core';
import { Person } from '../e2e/person.js';
import { SIZES, type Size } from '../e2e/sizes.js';
import { launchChromium } from '../support/chromium.js';
import type { Measurement, Row } from './measurement.js';
import { LINE } from './pages.js';
import { median } from './statistics.js';

const CPU_SLOWDOWN = 4;
const LIMITS = { requests: 12, lcpMs: 2_500, tbtMs: 300, inpMs: 200 } as const;
/** Long tasks that follow the page are over by then. */
const QUIET_MS = 3_000;
/** Interactions of one visit: typing, and opening and closing the panel of versions. */
const TYPED = 'もっと速く';

interface Visit {
  readonly requests: number;
  readonly lcpMs: number;
  readonly tbtMs: number;
  readonly inpMs: number;
}

/** (o) The editor of a game, first visit, as a slow phone and a slow desktop load it. */
export const client: Measurement = {
  name: 'client',
  title: 'The editor at 1.6 Mbit/s with 150 ms and a processor 4 times slower',
  pace: 'unpaced',
  async run({ stack, quick }) {
    const browser = await launchChromium();
    try {
      const person = await Person.arrive(browser, stack.baseUrl, 'phone');
      await person.signIn();
      await person.newProject();
      await person.makeGame();
      const address = person.page.url();
      const storageState = await person.context.storageState();
      await person.leave();
      const rows: Row[] = [];
      for (const size of ['phone', 'desktop'] as const) {
        const visits: Visit[] = [];
        for (let round = 0; round < (quick ? 1 : 5); round += 1) {
          // Requests of a service worker would not be counted.
          const context = await browser.newContext({
            ...SIZES[size],
            locale: 'ja-JP',
            storageState,
            serviceWorkers: 'block',
          });
          visits.push(await visit(await context.newPage(), address));
          await context.close();
        }
        rows.push(...rowsOf(size, visits));
      }
      return rows;
    } finally {
      await browser.close();
    }
  },
};

async function visit(page: Page, address: string): Promise<Visit> {
  const devtools = await page.context().newCDPSession(page);
  const requests = await countRequests(devtools);
  await devtools.send('Network.emulateNetworkConditions', LINE);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  await page.addInitScript(OBSERVE);
  await page.goto(address, { waitUntil: 'networkidle' });
  await page.locator('#chatInput:enabled').waitFor();
  await page.waitForTimeout(QUIET_MS);
  const { lcpMs, tbtMs } = await page.evaluate<Pick<Visit, 'lcpMs' | 'tbtMs'>>('benchLoaded()');
  await page.locator('#chatInput').pressSequentially(TYPED);
  if (await page.locator('#playGameButton').isVisible()) await page.click('#playGameButton');
  await page.click('#versionsButton');
  await page.locator('.version-item').first().waitFor();
  await page.keyboard.press('Escape');
  await page.waitForTimeout(QUIET_MS);
  const inpMs = await page.evaluate<number>('benchInteractions()');
  return { requests: requests(), lcpMs, tbtMs, inpMs };
}

/** Requests of the page itself until it is measured; those of the game in its frame are not its. */
async function countRequests(devtools: CDPSession): Promise<() => number> {
  const { frameTree } = await devtools.send('Page.getFrameTree');
  await devtools.send('Network.enable');
  let count = 0;
  let isLoaded = false;
  devtools.on('Network.requestWillBeSent', ({ frameId }) => {
    if (!isLoaded && frameId === frameTree.frame.id) count += 1;
  });
  devtools.on('Page.lifecycleEvent', ({ name, frameId }) => {
    if (name === 'networkIdle' && frameId === frameTree.frame.id && count > 1) isLoaded = true;
  });
  await devtools.send('Page.enable');
  await devtools.send('Page.setLifecycleEventsEnabled', { enabled: true });
  return () => count;
}

/** In the page. Total blocking time: what long tasks after the first paint take beyond 50 ms. */
const OBSERVE = `(() => {
  const seen = { 'largest-contentful-paint': [], longtask: [], event: [] };
  for (const [type, entries] of Object.entries(seen))
    new PerformanceObserver((list) => entries.push(...list.getEntries())).observe({
      type, buffered: true, durationThreshold: 16,
    });
  globalThis.benchLoaded = () => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    const blocking = seen.longtask
      .filter(({ startTime }) => startTime > (paint?.startTime ?? 0))
      .map(({ duration }) => duration - 50);
    return {
      lcpMs: seen['largest-contentful-paint'].at(-1)?.startTime ?? NaN,
      tbtMs: blocking.reduce((sum, each) => sum + each, 0),
    };
  };
  globalThis.benchInteractions = () =>
    Math.max(...seen.event.filter(({ interactionId }) => interactionId > 0)
      .map(({ duration }) => duration));
})()`;

function rowsOf(size: Size, visits: readonly Visit[]): Row[] {
  const middle = (what: keyof Visit): number => median(visits.map((each) => each[what]));
  const row = (what: string, key: keyof Visit, unit: Row['unit']): Row => ({
    what: `editor on a ${size}: ${what}`,
    value: middle(key),
    unit,
    target: { atMost: LIMITS[key] },
  });
  return [
    row('requests', 'requests', 'requests'),
    row('largest contentful paint', 'lcpMs', 'ms'),
    row('total blocking time', 'tbtMs', 'ms'),
    row('slowest interaction', 'inpMs', 'ms'),
  ];
}
