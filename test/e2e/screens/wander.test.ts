import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { check } from './audit.js';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession, texts } from './browser.js';
import { inFullRuns } from '../../scope.js';

/** The pages between which people wander by the navigation, and my page. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const current = (page: Page) => texts(page, '.nav-item[aria-current="page"]');
/** Contrast of the ground under the present page's item to that of the other items. */
const groundContrast = (page: Page) =>
  page.evaluate<number>(`(() => {
    const groundOf = (element) => {
      const { backgroundColor } = getComputedStyle(element);
      return backgroundColor === 'rgba(0, 0, 0, 0)' ? groundOf(element.parentElement)
        : backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number);
    };
    const light = (color) => color.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0.05);
    const item = (which) => light(groundOf(document.querySelector('.nav-item' + which)));
    const [here, other] = [item('[aria-current]'), item(':not([aria-current], .nav-next)')];
    return Math.max(here, other) / Math.min(here, other);
  })()`);
const shelf = (page: Page) => page.waitForSelector('#collection[aria-busy="false"]');

describe.each(TESTED_SIZES)('wandering on %s', (size) => {
  it('goes by the navigation from page to page and back, and says where one is', async () => {
    const page = await session.at(size, '/create');
    await page.waitForSelector('#projectGrid[aria-busy="false"]');
    expect([await texts(page, '.nav-item'), await current(page)]).toEqual([
      ['発見', '作る', '次へ', '通知', 'マイ'],
      ['作る'],
    ]);
    for (const [item, address, here, ready] of [
      ['mypage', '/mypage', 'マイ', '#collection[aria-busy="false"]'],
      ['discover', '/discover', '発見', '#feedGrid:not([aria-busy])'],
      ['notifications', '/notifications', '通知', '#noticeList:not([aria-busy])'],
      ['create', '/create', '作る', '#projectGrid[aria-busy="false"]'],
    ] as const) {
      await page.click(`.nav-${item}`);
      await page.waitForURL(`**${address}`);
      await page.waitForSelector(ready);
      expect(await current(page)).toEqual([here]);
      // WCAG 1.4.11: a state of a control is seen by 3:1.
      expect(await groundContrast(page)).toBeGreaterThan(3);
      await check(page, address);
      // What comes last on a page can be scrolled out from under the navigation.
      expect(
        await page.evaluate(
          "parseFloat(getComputedStyle(document.querySelector('main')).paddingBottom)",
        ),
      ).toBeGreaterThan(76);
    }
    await page.goBack();
    await page.waitForURL('**/notifications');
    expect(session.complaints).toEqual([]);
  });

  it('the bell has a dot while a notification is unread', async () => {
    const page = await session.at(size, '/create');
    const about = { id: 'n', type: 'project', title: '題', message: '', createdAt: '' };
    let read = false;
    await page.route('**/api/notifications', (route) =>
      route.fulfill({ json: { notifications: [{ ...about, read }] } }),
    );
    await page.reload();
    const dot = page.locator('.nav-notifications .unread-dot');
    await dot.waitFor();
    expect(await dot.textContent()).toBe('未読');
    await check(page, 'a dot on the bell');
    read = true;
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await dot.waitFor({ state: 'detached' });
    expect(session.complaints).toEqual([]);
  });

  it('my page shows the games on a shelf with room for more, plays the one tapped', async () => {
    const games = [
      '宇宙シューティング',
      'ねこのお菓子集め',
      'とても長い名前のゲームでカードからはみ出しそうなもの',
      '四つめ',
    ].map((name, index) =>
      session.api.store.addProject({
        name,
        isPublic: index === 0,
        description: index === 0 ? '銀河を駆けるシューティング。敵弾をよけて進もう。' : '',
        updatedAt: new Date(Date.now() - index * 60_000).toISOString(),
      }),
    );
    const page = await session.at(size, '/mypage');
    await shelf(page);
    expect(await page.title()).toBe('マイページ - ゲームクリエイター');
    expect(await page.innerText('#profileName')).toBe('ゲーム太郎');
    expect(await texts(page, '.case-name')).toEqual(games.map(({ name }) => name));
    expect([
      await page.innerText('#collectionCount strong'),
      await page.locator('.case-free').count(),
      await texts(page, '.public-badge'),
    ]).toEqual(['4', 3, ['公開中']]);
    await check(page, 'my page');
    await page.click('.case-link >> nth=0');
    await page.waitForURL(`**/play/${games[0]?.id}`);
    await page.goBack();
    await shelf(page);
    await page.click('.case-free .case-link >> nth=0');
    await page.waitForURL('**/create');
    expect(session.complaints.filter((line) => !line.includes('404'))).toEqual([]);
  });

  inFullRuns('the shelf above has its games, the keyboard below moves it', () => {
    it('the shelf of 65 games fills as one comes to its end', async () => {
      for (let index = 0; index < 65; index += 1)
        session.api.store.addProject({
          name: `game ${index}`,
          updatedAt: new Date(Date.now() - index * 60_000).toISOString(),
        });
      const page = await session.at(size, '/mypage');
      await shelf(page);
      expect(await page.innerText('#collectionCount strong')).toBe('65');
      expect(await page.locator('.case-name').count()).toBe(30);
      const asked = () => session.api.requests.filter((each) => each === 'GET /api/projects');
      const toTheEnd = () => page.evaluate('collection.scrollTo({ left: collection.scrollWidth })');
      session.api.isBroken = true;
      await toTheEnd();
      await expect.poll(() => asked().length).toBe(2);
      // Bare time: for requests that must not come
      await sleep(1_000);
      expect(asked()).toHaveLength(2);
      session.api.isBroken = false;
      for (const shown of [60, 65]) {
        await toTheEnd();
        await page.waitForSelector(`.case-name >> nth=${shown - 1}`);
      }
      const names = Array.from({ length: 65 }, (_, index) => `game ${index}`);
      expect(await texts(page, '.case-name')).toEqual(names);
      expect(asked()).toHaveLength(4);
      await toTheEnd();
      expect(await page.locator('.case-free').count()).toBe(3);
    });
  });

  it('my page without games invites to make one; a failure is said, a retry offered', async () => {
    const page = await session.at(size, '/mypage');
    await page.waitForSelector('#collectionNote:has-text("まだゲームがありません")');
    expect([
      await page.innerText('#collectionCount strong'),
      await page.locator('.case-free').count(),
    ]).toEqual(['0', 6]);
    await check(page, 'no games');
    session.api.isBroken = true;
    await page.reload();
    await page.waitForSelector('#collection .list-state:has-text("読み込めませんでした")');
    await check(page, 'failure');
    session.api.isBroken = false;
    session.api.store.addProject({ name: '戻ってきた' });
    await page.click('#collection .button');
    await page.waitForSelector('.case-name:has-text("戻ってきた")');
  });

  inFullRuns('sign-in signs out, too', () => {
    it('signs out', async () => {
      const page = await session.page(size);
      await session.signIn(page);
      await page.click('.nav-mypage');
      await shelf(page);
      await page.click('#signOutButton');
      await page.waitForSelector('#googleSignInButton:enabled');
      await page.goto(`${session.api.url}/mypage`);
      await page.waitForSelector('#googleSignInButton:enabled');
    });
  });
});

describe('an address that leads nowhere', () => {
  it.each(TESTED_SIZES)('has a word and two ways on, on %s', async (size) => {
    const page = await session.at(size, '/no/such/page');
    await page.waitForSelector('h1:has-text("ページが見つかりません")');
    await check(page, 'not found');
    await page.click('a[href="/discover"]');
    await page.waitForURL('**/discover');
  });
});

describe('次へ', () => {
  it('plays the newest published game, then the next, from any page, in a circle', async () => {
    const [first, second] = ['いちばん新しい', '二番目'].map((title) =>
      session.api.store.addPublished(title),
    );
    const page = await session.at('phone', '/mypage');
    await shelf(page);
    await page.click('.nav-next');
    await page.waitForURL(`**/zap/${first?.id}`);
    await page.waitForSelector('#playTitle:has-text("いちばん新しい")');
    await page.click('#nextButton');
    await page.waitForURL(`**/zap/${second?.id}`);
    await page.click('#nextButton');
    await page.waitForURL(`**/zap/${first?.id}`);
    await page.click('#backButton');
    await page.waitForURL('**/discover');
    await page.waitForSelector('.project-card');
    await page.click('.nav-next');
    await page.waitForURL(`**/zap/${first?.id}`);
  });

  inFullRuns('an empty feed is one sentence; one with games is played above', () => {
    it('says so when nothing is published', async () => {
      const page = await session.at('desktop', '/discover?zap=1');
      await page.waitForSelector('.toast:has-text("まだ公開ゲームがありません")');
      expect(new URL(page.url()).pathname).toBe('/discover');
      expect(await page.innerText('.list-state-title')).toBe('まだ公開ゲームがありません');
    });
  });
});

describe('by keyboard', () => {
  it('the arrows move the shelf; Tab reaches all games, navigation is behind dialogs', async () => {
    for (let game = 1; game <= 5; game += 1)
      session.api.store.addProject({ name: `ゲーム${game}` });
    const page = await session.at('desktop', '/mypage');
    await shelf(page);
    await page.click('#forwardButton');
    await page.click('#backwardButton');
    await page.waitForSelector('#backwardButton', { state: 'hidden' });
    await page.focus('#editProfileButton');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    expect(await page.evaluate('document.activeElement.id')).toBe('profileNameInput');
    await page.fill('#profileNameInput', ' ');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.dialog-problem[role=alert]:has-text("名前を入力してください")');
    expect(
      await page.evaluate(
        'document.elementFromPoint(innerWidth / 2, innerHeight - ' +
          "40).closest('.bottom-nav') === null",
      ),
    ).toBe(true);
    await page.keyboard.press('Escape');
    const reached: string[] = [];
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate<string>(
          "document.activeElement.getAttribute('aria-label') ?? " +
            'document.activeElement.textContent.trim()',
        ),
      );
    }
    expect(reached).toEqual(
      expect.arrayContaining([
        '「ゲーム1」を遊ぶ',
        '「ゲーム5」を遊ぶ',
        'ログアウト',
        '発見',
        'マイ',
      ]),
    );
  });
});

describe('the design preview', () => {
  it.each(TESTED_SIZES)('shows the palette on %s to everybody', async (size) => {
    const page = await session.page(size);
    await page.goto(`${session.api.url}/design-preview.html`);
    await page.waitForSelector('.swatches li');
    expect(await page.innerText('.swatches li >> nth=0')).toContain('#ff3b30');
    expect(session.complaints).toEqual([]);
  });
});
