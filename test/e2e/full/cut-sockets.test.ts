import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../chaos/random.js';
import { startCuttingProxy, type CuttingProxy } from '../../support/cutting-proxy.js';
import { patient } from '../../support/patience.js';
import { BrowserStack } from '../browser-stack.js';
import { Person } from '../person.js';
import { SIZES } from '../sizes.js';
import { framesOf } from './frames.js';

/** D2, D3: a network that breaks again and again changes nothing of what a person reads. */
const SEED = 'a train through tunnels';
const CUTS = 50;
/** What a page shows of the text. */
const TAIL_CHARS = 2_000;
let proxy: CuttingProxy;

const app = new BrowserStack({
  env: { DEMO_SECONDS: String(Math.round(patient(60_000) / 1_000)) },
});
beforeAll(async () => {
  proxy = await startCuttingProxy();
});
afterAll(() => proxy?.close());

const textOf = (page: Page): Promise<string> =>
  page.evaluate<string>("document.querySelector('#streamingText')?.textContent ?? ''");
const isAtWork = (page: Page): Promise<boolean> => page.isVisible('#stopButton');

/** A second device of the same person, behind a network that is cut. */
async function traveller(person: Person): Promise<Page> {
  const context = await app.browser.newContext({
    ...SIZES.desktop,
    locale: 'ja-JP',
    reducedMotion: 'reduce',
    storageState: await person.context.storageState(),
    proxy: { server: proxy.address },
  });
  const page = await context.newPage();
  await page.goto(person.page.url());
  await page.locator('#chatInput:enabled').waitFor();
  return page;
}

it(`reads the same text over ${CUTS} cuts of its socket in one generation`, async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'desktop');
  await person.signIn();
  await person.newProject();
  const page = await traveller(person);
  const heard = framesOf(person.page);
  const inits = framesOf(page);
  await Promise.all([person.page.reload(), page.reload()]);
  await person.page.locator('#chatInput:enabled').waitFor();
  await page.locator('#chatInput:enabled').waitFor();
  await person.say('2Dのシューティングゲームを作って');
  for (const each of [person.page, page])
    await each.locator('#stopButton').waitFor({ timeout: patient(20_000) });
  await expect.poll(() => textOf(page), { timeout: patient(30_000) }).not.toBe('');

  const random = new Random(SEED);
  const shown = new Set<string>();
  const connections = (): number => inits.filter(({ type }) => type === 'init').length;
  let cuts = 0;
  while (cuts < CUTS) {
    // As slow as the model is on this machine.
    await page.waitForTimeout(patient(random.between(0, 400)));
    const before = connections();
    cuts += proxy.cut();
    // Every fifth time nobody helps: the page comes back by itself.
    if (cuts % 5 !== 0) await page.evaluate("document.getElementById('reconnectButton').click()");
    // Every third time it is cut again before it has come back.
    if (cuts % 3 === 0) continue;
    await expect.poll(connections, { timeout: patient(20_000) }).toBeGreaterThan(before);
    shown.add(await textOf(page));
  }
  expect(await isAtWork(person.page), 'the work went on all the while').toBe(true);

  for (const each of [person.page, page])
    await each.locator('#stopButton').waitFor({ state: 'hidden', timeout: patient(120_000) });
  const whole = heard
    .filter(({ type }) => type === 'stream')
    .map(({ content }) => String(content))
    .join('');
  expect(whole.length).toBeGreaterThan(TAIL_CHARS);
  expect(shown.size).toBeGreaterThan(CUTS / 5);
  // Neither a gap nor a repeat: each part that was shown is a part of the whole.
  expect([...shown].filter((part) => !whole.includes(part))).toEqual([]);
  const answers = (each: Page): Promise<string[]> =>
    each.locator('.message.user, .message.assistant .markdown').allInnerTexts();
  const isOurs = (line: string): boolean => !line.startsWith('スタイル: ');
  await expect
    .poll(async () => (await answers(page)).filter(isOurs), { timeout: patient(10_000) })
    .toEqual((await answers(person.page)).filter(isOurs));
  await person.image('cut-sockets', page);
  await page.context().close();
  await person.leave();
});
