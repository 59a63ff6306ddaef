import type { Browser, BrowserContext } from 'playwright-core';
import { Person } from '../e2e/person.js';
import { SIZES } from '../e2e/sizes.js';
import { launchChromium } from '../support/chromium.js';
import type { Measurement, Row } from './measurement.js';
import { median } from './statistics.js';

/** A slow phone network. */
export const LINE = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
/** Script of a first visit as it is sent, KB of 1,024 bytes. */
const SCRIPT_KB = { list: 90, editor: 160 } as const;
const PAINT_MS = 1_000;
const LAST_MODULE_MS = 1_500;
/** Every chunk of work that follows the page is over by then. */
const QUIET_MS = 2_000;

interface Visit {
  readonly scriptBytes: number;
  readonly bytes: number;
  readonly paintMs: number;
  readonly lastModuleMs: number;
}

/** (n) What a phone loads, and when it shows something, at 1.6 Mbit/s with 150 ms. */
export const pages: Measurement = {
  name: 'pages',
  title: 'Pages on a phone at 1.6 Mbit/s with 150 ms',
  pace: 'unpaced',
  async run({ stack, quick }) {
    const browser = await launchChromium();
    try {
      const person = await Person.arrive(browser, stack.baseUrl, 'phone');
      await person.signIn();
      await person.newProject();
      const addresses = { list: `${stack.baseUrl}/create`, editor: person.page.url() };
      const state = await person.context.storageState();
      await person.leave();
      const rows: Row[] = [];
      for (const name of ['list', 'editor'] as const) {
        const visits: (readonly [Visit, Visit])[] = [];
        for (let round = 0; round < (quick ? 1 : 5); round += 1)
          visits.push(await twice(browser, state, addresses[name]));
        rows.push(...rowsOf(name, visits));
      }
      return rows;
    } finally {
      await browser.close();
    }
  },
};

/** The first visit of a browser that knows nothing, and the next one. */
async function twice(
  browser: Browser,
  storageState: Awaited<ReturnType<BrowserContext['storageState']>>,
  address: string,
): Promise<readonly [Visit, Visit]> {
  // What a service worker fetches for a page would not be counted.
  const context = await browser.newContext({
    ...SIZES.phone,
    locale: 'ja-JP',
    storageState,
    serviceWorkers: 'block',
  });
  const first = await visit(context, address);
  const second = await visit(context, address);
  await context.close();
  return [first, second];
}

async function visit(context: BrowserContext, address: string): Promise<Visit> {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', LINE);
  const scripts = new Set<string>();
  let [bytes, scriptBytes] = [0, 0];
  network.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength;
    if (scripts.has(requestId)) scriptBytes += encodedDataLength;
  });
  await page.goto(address, { waitUntil: 'networkidle' });
  await page.waitForTimeout(QUIET_MS);
  const [paintMs, lastModuleMs] = await page.evaluate<[number, number]>(`(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    const modules = performance
      .getEntriesByType('resource')
      .filter(({ name }) => /\\/js\\/.*\\.js$/.test(name));
    return [paint?.startTime ?? NaN, Math.max(...modules.map(({ responseEnd }) => responseEnd))];
  })()`);
  await page.close();
  return { scriptBytes, bytes, paintMs, lastModuleMs };
}

function rowsOf(name: keyof typeof SCRIPT_KB, visits: (readonly [Visit, Visit])[]): Row[] {
  const middle = (at: 0 | 1, what: keyof Visit): number =>
    median(visits.map((pair) => pair[at][what]));
  const kb = (at: 0 | 1, what: 'bytes' | 'scriptBytes'): number => middle(at, what) / 1_024;
  return [
    {
      what: `${name}, first visit: script as sent`,
      value: kb(0, 'scriptBytes'),
      unit: 'KB',
      target: { atMost: SCRIPT_KB[name] },
    },
    { what: `${name}, first visit: everything as sent`, value: kb(0, 'bytes'), unit: 'KB' },
    { what: `${name}, first visit: first paint`, value: middle(0, 'paintMs'), unit: 'ms' },
    { what: `${name}, first visit: last module`, value: middle(0, 'lastModuleMs'), unit: 'ms' },
    { what: `${name}, second visit: everything as sent`, value: kb(1, 'bytes'), unit: 'KB' },
    {
      what: `${name}, second visit: first paint`,
      value: middle(1, 'paintMs'),
      unit: 'ms',
      target: { atMost: PAINT_MS },
    },
    {
      what: `${name}, second visit: last module`,
      value: middle(1, 'lastModuleMs'),
      unit: 'ms',
      target: { atMost: LAST_MODULE_MS },
    },
  ];
}
