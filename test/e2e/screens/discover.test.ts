import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Frame, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import type { GameCard } from '../../../src/contracts/media/publishing.js';
import { pageProgram } from '../../../src/game-page/programs.js';
import { check } from './audit.js';
import { TESTED_SIZES, type Size } from '../sizes.js';
import { BrowserSession, texts, until } from './browser.js';

/** Finding games and swiping through them. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const IMAGES = path.join(PROJECT_ROOT, 'test-results', 'e2e');
/** Counts how often it draws, and hears when it is covered. */
const DRAWING = `<!doctype html><html><head><title>0</title></head><body style="background:#246">
<h1>game</h1><script>var drawn = 0;
(function draw() { drawn += 1; requestAnimationFrame(draw); })();
var isCovered = false;
addEventListener('message', ({ data }) => {
  if (data.type === 'covered') isCovered = data.isCovered;
});</script></body></html>`;

const SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" />';

function publish(title: string, fields: Partial<GameCard> = {}): GameCard {
  const project = session.api.store.addProject({ name: title, html: DRAWING });
  return Object.assign(session.api.store.addPublished(title), {
    playUrl: `/game/anybody/${project.id}/index.html`,
    description: `${title}のせつめい`,
    ...fields,
  });
}
const three = () => ['いちばん', 'にばん', 'さんばん'].map((title) => publish(title));

const at = (page: Page, game: GameCard | undefined) => page.waitForURL(`**/zap/${game?.id}*`);
const shown = (page: Page, title: string) => page.waitForSelector(`#playTitle:text-is("${title}")`);
const slideOf = (game: GameCard | undefined) => `.slide[data-id="${game?.id}"]`;
/** A swipe that comes while the last one still moves begins where that has come to. */
async function restsAt(page: Page, game: GameCard | undefined): Promise<void> {
  await at(page, game);
  const topOf = (of: string): string =>
    `document.querySelector('${of}').getBoundingClientRect().top`;
  await until(page, `Math.abs(${topOf(slideOf(game))} - ${topOf('.reel')}) < 1`);
}

/** The game behind a slide, once it is loaded. */
async function frameOf(page: Page, game: GameCard | undefined): Promise<Frame> {
  const handle = await page.waitForSelector(`${slideOf(game)} iframe`, { state: 'attached' });
  const frame = await handle.contentFrame();
  if (!frame) throw new Error('no game in the frame');
  await frame.waitForLoadState();
  return frame;
}
const drawn = (frame: Frame) => frame.evaluate<number>('drawn');

/** A finger, or a wheel, over the image of the game that is seen. */
async function swipe(page: Page, size: Size, up: boolean): Promise<void> {
  if (size === 'desktop') {
    await page.mouse.move(640, 400);
    return page.mouse.wheel(0, up ? 500 : -500);
  }
  const gestures = await page.context().newCDPSession(page);
  const [from, to] = up ? [650, 150] : [150, 650];
  const touch = (type: 'touchStart' | 'touchMove', y: number) =>
    gestures.send('Input.dispatchTouchEvent', { type, touchPoints: [{ x: 120, y }] });
  await touch('touchStart', from);
  for (let step = 1; step <= 10; step += 1)
    await touch('touchMove', from + ((to - from) * step) / 10);
  await gestures.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await gestures.detach();
}

async function image(page: Page, name: string, size: Size): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  await page.screenshot({ path: path.join(IMAGES, `${name}-${size}.png`) });
}

describe.each(TESTED_SIZES)('swiping on %s', (size) => {
  it('goes up and down through the games; the address and the title follow', async () => {
    const [first, second, third] = three();
    const page = await session.at(size, `/zap/${first?.id}`);
    await shown(page, 'いちばん');
    await swipe(page, size, true);
    await restsAt(page, second);
    await shown(page, 'にばん');
    expect(await page.title()).toContain('にばん');
    await swipe(page, size, true);
    await restsAt(page, third);
    await swipe(page, size, false);
    await restsAt(page, second);
    await page.reload();
    await shown(page, 'にばん');
    await check(page, 'reel');
    await image(page, 'reel', size);
    expect(session.complaints).toEqual([]);
  });

  it('has the next game ready and at rest: two are alive, none draws before its turn', async () => {
    const [first, second, third] = three();
    const page = await session.at(size, `/zap/${first?.id}`);
    const [now, next] = [await frameOf(page, first), await frameOf(page, second)];
    for (const frame of [now, next]) {
      const before = await drawn(frame);
      // Bare time: time to draw, which it must not
      await page.waitForTimeout(400);
      expect((await drawn(frame)) - before).toBeLessThanOrEqual(1);
    }
    expect(await page.locator('iframe').count()).toBe(2);
    await page.click(`${slideOf(first)} .slide-start`);
    await until(page, "document.activeElement?.tagName === 'IFRAME'");
    const begun = await drawn(now);
    await expect.poll(() => drawn(now)).toBeGreaterThan(begun + 3);
    expect(session.api.requests).toContain(`POST /api/games/${first?.id}/play`);
    await image(page, 'reel-playing', size);
    await check(page, 'playing');
    await page.click('#nextButton');
    await at(page, second);
    await frameOf(page, third);
    expect(await page.locator('iframe').count()).toBe(2);
    expect(await page.locator(`${slideOf(first)} iframe`).count()).toBe(0);
    const sandboxes = await page.evaluate<string[]>(
      "[...document.querySelectorAll('iframe')].map((each) => each.sandbox.value + each.allow)",
    );
    expect(new Set(sandboxes)).toEqual(new Set(['allow-scripts allow-pointer-lockfullscreen']));
  });

  it('likes, tells, shares and remixes the game that is seen, and covers it', async () => {
    const [, second] = three();
    const page = await session.at(size, `/zap/${second?.id}`);
    const slide = slideOf(second);
    await page.click(`${slide} .slide-like`);
    await page.waitForSelector(`${slide} .slide-like[aria-pressed="true"]`);
    expect(second?.liked).toBe(true);
    await page.click(`${slide} .rail-action:has-text("詳細")`);
    await page.waitForSelector('.play-info:has-text("にばんのせつめい")');
    await page.keyboard.press('Escape');
    const frame = await frameOf(page, second);
    const isCovered = () => frame.evaluate<boolean>('isCovered');
    await expect.poll(isCovered).toBe(false);
    await page.click(`${slide} .rail-action:has-text("共有")`);
    await page.waitForSelector('.share-sheet:has-text("にばん")');
    await expect.poll(isCovered).toBe(true);
    await check(page, 'share');
    await page.keyboard.press('Escape');
    await expect.poll(isCovered).toBe(false);
    await page.click(`${slide} .slide-remix`);
    await page.waitForURL('**/project/*');
    expect(session.api.requests).toContain(`POST /api/games/${second?.id}/remix`);
    // Once: the notice belongs to the opening, not to the conversation.
    const ready = '.message.system:has-text("「にばん」のコピーができました")';
    await page.waitForSelector(ready);
    await page.reload();
    await page.waitForSelector('#chatInput:enabled');
    expect(await page.locator(ready).count()).toBe(0);
  });

  it('finds games by words and by likes, and goes on through what it found', async () => {
    const [first, second] = [publish('ねこの国', { likeCount: 2 }), publish('いぬの国')];
    publish('ねこの海', { likeCount: 9 });
    const page = await session.at(size, '/discover');
    await page.waitForSelector('.project-card >> nth=2');
    await check(page, 'discover');
    await image(page, 'discover', size);
    await page.click('[data-sort="popular"]');
    await page.waitForSelector('.project-card:has-text("ねこの海") >> nth=0');
    await expect
      .poll(() => texts(page, '.project-name'))
      .toEqual(['ねこの海', 'ねこの国', 'いぬの国']);
    await page.fill('#feedSearch', 'ねこ');
    await expect.poll(() => texts(page, '.project-name')).toEqual(['ねこの海', 'ねこの国']);
    await page.reload();
    await expect.poll(() => texts(page, '.project-name')).toEqual(['ねこの海', 'ねこの国']);
    expect(await page.inputValue('#feedSearch')).toBe('ねこ');
    await page.click('.project-card:has-text("ねこの国") a');
    await at(page, first);
    await page.click('#nextButton');
    await shown(page, 'ねこの海');
    await page.click('#backButton');
    await page.waitForURL('**/discover?sort=popular&search=*');
    await page.fill('#feedSearch', 'とり');
    await page.waitForSelector('.list-state:has-text("あてはまるゲームがありません")');
    await check(page, 'nothing found');
    expect(second.title).toBe('いぬの国');
  });

  it('a game that is gone, an empty feed and a failure are said', async () => {
    const page = await session.at(size, '/zap/00000000-0000-4000-8000-000000000000');
    await page.waitForSelector('.reel .list-state:has-text("まだ公開ゲームがありません")');
    await check(page, 'empty reel');
    const [first, second] = three();
    await page.reload();
    await page.waitForSelector('.toast:has-text("見つかりませんでした")');
    await at(page, first);
    await page.route('**/api/games?*', (route) => route.abort());
    await page.reload();
    await shown(page, 'いちばん');
    await page.waitForSelector('.toast:has-text("次のゲームを読み込めませんでした")');
    // What could not be read is read when it is asked for again.
    await page.unroute('**/api/games?*');
    await page.click('#nextButton');
    await at(page, second);
  });
});

describe('the image of a game', () => {
  it('moves once each time it is seen, one at a time, and stands still otherwise', async () => {
    const thumbnailUrl = '/api/projects/anything/thumbnail';
    const [first, second] = ['いちばん', 'にばん'].map((title) => publish(title, { thumbnailUrl }));
    const page = await session.page('phone', { reducedMotion: 'no-preference' });
    await page.route('**/thumbnail*', (route) =>
      route.fulfill({ body: SQUARE, contentType: 'image/svg+xml' }),
    );
    const moving = (game?: GameCard) => `${game ? slideOf(game) : ''} .thumb-loop`;
    await page.goto(`${session.api.url}/zap/${first?.id}`);
    await page.waitForSelector(moving(first));
    expect(await page.locator(moving()).count()).toBe(1);
    await page.waitForSelector(moving(first), { state: 'detached' });
    await swipe(page, 'phone', true);
    await page.waitForSelector(moving(second));
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.reload();
    await shown(page, 'にばん');
    await until(page, `document.querySelector('.slide-cover img').complete`);
    expect(await page.locator(moving()).count()).toBe(0);
  });
});

describe('by keyboard', () => {
  it('a key that comes before the games are read goes on once they are', async () => {
    const [first, second] = three();
    const page = await session.page('desktop');
    const held: Route[] = [];
    await page.route('**/api/games?*', (route) => void held.push(route));
    await page.goto(`${session.api.url}/zap/${first?.id}`);
    await shown(page, 'いちばん');
    await page.keyboard.press('PageDown');
    await expect.poll(() => held.length).toBe(1);
    await held[0]?.continue();
    await at(page, second);
    expect(await page.locator('.toast').count()).toBe(0);
  });

  it('keys move in a circle; Enter begins; only the seen game has focus', async () => {
    const [first, second, third] = three();
    const page = await session.at('desktop', `/zap/${first?.id}`);
    await shown(page, 'いちばん');
    for (const [key, game] of [
      ['PageDown', second],
      ['ArrowDown', third],
      ['ArrowUp', second],
      ['PageDown', third],
      ['PageDown', first],
    ] as const) {
      await page.keyboard.press(key);
      await at(page, game);
    }
    await page.focus('#nextButton');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
      '「いちばん」を遊ぶ',
    );
    await page.keyboard.press('Enter');
    await page.waitForSelector(`${slideOf(first)}.is-playing`);
    expect(await page.locator('.slide:not([inert])').count()).toBe(1);
  });
});

it.each(['/play/', '/zap/', '/project/'])(
  'a game at %s has the whole phone from its first touch on, until the person goes back',
  async (path) => {
    const [first] = three();
    const project = session.api.store.addGame('touched');
    project.html = `<script>${pageProgram('frame')}
var ups = 0;
addEventListener('pointerup', () => { ups += 1; });</script>${DRAWING}`;
    Object.assign(first ?? {}, { playUrl: `/game/anybody/${project.id}/index.html` });
    const id = path === '/project/' ? project.id : first?.id;
    const page = await session.at('phone', `${path}${id}`);
    if (path === '/zap/') await page.click('.slide-start');
    if (path === '/project/') await page.click('#playGameButton');
    const game = 'iframe:visible';
    const frame = await (await page.waitForSelector(game)).contentFrame();
    await frame?.waitForLoadState();
    const isFilled = () => page.evaluate<boolean>('document.fullscreenElement !== null');
    expect(await isFilled()).toBe(false);
    await page.touchscreen.tap(190, 400);
    await expect.poll(isFilled).toBe(true);
    await page.evaluate('document.exitFullscreen()');
    await page.touchscreen.tap(190, 400);
    await expect.poll(() => frame?.evaluate('ups')).toBe(2);
    expect(await isFilled()).toBe(false);
  },
);

it.each([
  { width: 844, height: 390 },
  { width: 667, height: 375 },
])('a game has 60 % of a phone on its side ($width × $height)', async ({ width, height }) => {
  const [first] = three();
  const page = await session.at('phone', `/play/${first?.id}`);
  await page.setViewportSize({ width, height });
  const share = async (game: string): Promise<number> => {
    const box = await page.locator(game).boundingBox();
    return ((box?.width ?? 0) * (box?.height ?? 0)) / (width * height);
  };
  await expect.poll(() => share('.play-frame')).toBeGreaterThanOrEqual(0.6);
  await page.goto(`${session.api.url}/zap/${first?.id}`);
  await page.click(`${slideOf(first)} .slide-start`);
  await expect.poll(() => share('.slide.is-playing iframe')).toBeGreaterThanOrEqual(0.6);
  await page
    .locator(`${slideOf(first)} .rail-action`)
    .last()
    .click();
  await page.waitForSelector('.play-info');
});

it('a game is shared where others can play it, not where they find nothing', async () => {
  const [first] = three();
  const own = session.api.store.addGame('まだ登録していない');
  const page = await session.at('phone', `/play/${first?.id}`);
  await page.waitForSelector('#shareButton:visible');
  for (const [path, shown] of [
    [own.id, '.play-frame'],
    [crypto.randomUUID(), '.play-state:has-text("見つかりませんでした")'],
  ]) {
    await page.goto(`${session.api.url}/play/${path}`);
    await page.waitForSelector(shown ?? '');
    expect(await page.isVisible('#shareButton')).toBe(false);
  }
});
