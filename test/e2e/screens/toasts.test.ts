import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession } from './browser.js';

/** A line that leaves by itself never lies over what no scrolling brings out. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

/** Puts two lines where a page has its own; names the controls of its bars that they cover. */
const COVERED = `(async () => {
  const shelf = document.querySelector('.toasts');
  for (const [kind, words] of [
    ['error', '一行目のお知らせです。少し長い文がここに入ります。' +
      'もう一度お試しください。'],
    ['info', '二行目のお知らせ'],
  ]) {
    const line = document.createElement('div');
    line.className = 'toast ' + kind;
    line.append(Object.assign(document.createElement('span'), { textContent: words }));
    shelf.append(line);
  }
  await new Promise((resolve) => setTimeout(resolve, 600));
  const lines = [...document.querySelectorAll('.toast')]
    .map((line) => line.getBoundingClientRect());
  const isInBar = (element) => {
    for (let at = element; at; at = at.parentElement)
      if (['fixed', 'sticky'].includes(getComputedStyle(at).position)) return true;
    return element.closest('header, .composer, .rail-action') !== null;
  };
  return [...document.querySelectorAll('button, a[href], input, textarea, select')]
    .filter((control) => control.checkVisibility() && !control.closest('.toasts, [role=log]'))
    .filter(isInBar)
    .filter((control) => {
      const box = control.getBoundingClientRect();
      return lines.some((line) => box.width > 0 && line.left < box.right && box.left < line.right
        && line.top < box.bottom && box.top < line.bottom);
    })
    .map((control) => control.id || control.className || control.textContent.trim());
})()`;

async function coveredOn(page: Page, address: string, ready: string): Promise<string[]> {
  await page.goto(`${session.api.url}${address}`);
  await page.waitForSelector(ready);
  const covered = await page.evaluate<string[]>(COVERED);
  expect(await page.locator('.toast').count()).toBe(2);
  if (covered.length > 0) await page.screenshot({ path: 'test-results/screens/toast-covers.png' });
  return covered.map((control) => `${address}: ${control}`);
}

describe.each(TESTED_SIZES)('on %s', (size) => {
  it('covers nothing of a bar, a message box or the rail beside a game', async () => {
    const { store } = session.api;
    const game = store.addGame('宇宙シューティング');
    const published = store.addPublished('いちばん');
    const page = await session.at(size, '/create');
    expect([
      ...(await coveredOn(page, '/create', '.project-card')),
      ...(await coveredOn(page, '/mypage', '#collection[aria-busy="false"]')),
      ...(await coveredOn(page, '/discover', '.project-card')),
      ...(await coveredOn(page, '/notifications', 'nav')),
      ...(await coveredOn(page, `/zap/${published.id}`, '.slide')),
      ...(await coveredOn(page, `/publish.html?id=${game.id}`, '.thumbnail-stage')),
      ...(await coveredOn(page, `/project/${game.id}`, '#chatInput:enabled')),
    ]).toEqual([]);
  });
});
