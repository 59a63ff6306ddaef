import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession } from './browser.js';

/**
 * Nothing moves under the finger: at most 0.05 (CLS) while a page fills, with a slow server whose
 * words come after the first paint, as they do on a slow phone.
 */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const MAX_SHIFT = 0.05;
// Bare time: a slow network
const ANSWER_MS = 150;
// Bare time: a slow network
const SCRIPT_MS = 400;
const OBSERVE = `
  window.__shift = 0; window.__moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      window.__shift += entry.value;
      for (const { node } of entry.sources)
        window.__moved.push(
          entry.value.toFixed(3) + ' ' + (node?.id || node?.className || node?.nodeName));
    }
  }).observe({ type: 'layout-shift', buffered: true });`;

/** What moved on this page until it was ready, and a moment longer. */
async function shiftOf(page: Page, address: string, ready: string): Promise<string[]> {
  await page.goto(`${session.api.url}${address}`);
  await page.waitForSelector(ready);
  // Bare time: time for a late shift
  await page.waitForTimeout(300);
  const sum = await page.evaluate<number>('window.__shift');
  return sum <= MAX_SHIFT
    ? []
    : [`${address}: ${sum.toFixed(3)}`, ...(await page.evaluate<string[]>('window.__moved'))];
}

/** A slow network, and what moves is written down. */
async function slowDown(page: Page): Promise<void> {
  await page.addInitScript(OBSERVE);
  await page.route('**/api/**', async (route) => {
    await sleep(ANSWER_MS);
    await route.continue();
  });
  await page.route('**/js/texts/*.js', async (route) => {
    await sleep(SCRIPT_MS);
    await route.continue();
  });
}

describe.each(TESTED_SIZES)('on %s', (size) => {
  it('first page, lists, my page, operators, reel, publish page and editor stay', async () => {
    const { store } = session.api;
    for (let game = 1; game <= 10; game += 1) store.addProject({ name: `ゲーム${game}` });
    const fresh = store.addGame('新しい宇宙');
    fresh.draft = null;
    const out = store.addGame('公開した宇宙');
    Object.assign(out, {
      isPublic: true,
      hasVideo: true,
      draft: { title: '宇宙', thumbnailUrl: '/images/icon-512.png', tags: ['a', 'b', 'c', 'd'] },
      published: {
        gameId: out.id,
        revision: out.versions[0]?.hash ?? '',
        visibility: 'public',
        url: `/game.html?id=${out.id}`,
      },
    });
    const games = ['いちばん', 'にばん'].map((title) => store.addPublished(title));
    session.api.guests = true;
    session.api.ops.isOperator = true;
    session.api.ops.addJob();
    const visitor = await session.page(size);
    const page = await session.at(size, '/create');
    for (const each of [visitor, page]) await slowDown(each);
    expect([
      ...(await shiftOf(visitor, '/', '.project-card')),
      ...(await shiftOf(page, '/create', '.project-card')),
      ...(await shiftOf(page, `/publish.html?id=${out.id}`, '.video-stage video')),
      ...(await shiftOf(page, `/publish.html?id=${fresh.id}`, '.thumbnail-stage img')),
      ...(await shiftOf(page, '/discover', '.project-card')),
      ...(await shiftOf(page, `/zap/${games[0]?.id}`, '.slide >> nth=1')),
      ...(await shiftOf(page, '/mypage', '#collection[aria-busy="false"]')),
      ...(await shiftOf(page, '/ops', '.ops-row')),
      ...(await shiftOf(page, `/project/${out.id}`, '#publicationState:has-text("公開中")')),
    ]).toEqual([]);
    await visitor.fill('#wishInput', '釣りゲームを作って');
    await visitor.click('.wish-box .primary');
    await visitor.waitForURL('**/project/*');
    await visitor.waitForSelector('.message.assistant');
    const { pathname } = new URL(visitor.url());
    expect([
      ...(await shiftOf(visitor, pathname, '.message.assistant')),
      ...(await shiftOf(visitor, '/create', '.project-card')),
      ...(await shiftOf(visitor, '/mypage', '#collection[aria-busy="false"]')),
    ]).toEqual([]);
  });
});
