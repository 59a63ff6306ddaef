import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BROKEN_HTML } from '../../fakes/fake-store.js';
import { check } from './audit.js';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession, say } from './browser.js';

let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

describe.each(TESTED_SIZES)('screens on %s are usable by everybody', (size) => {
  it('first page, sign-in and list, with their dialogs', async () => {
    const page = await session.page(size);
    await page.goto(session.api.url);
    await page.waitForSelector('.list-state');
    await check(page, 'first page, without games');
    session.api.store.addPublished('みんなのゲーム');
    await page.reload();
    await page.waitForSelector('.project-card');
    await check(page, 'first page');
    await page.goto(`${session.api.url}/signin`);
    await page.waitForSelector('#googleSignInButton:enabled');
    await check(page, 'sign-in');
    await session.signIn(page);
    await check(page, 'empty list');
    for (const name of [
      '宇宙',
      'とても長い名前のゲームでカードからはみ出しそうなもの',
      'NoSpacesAtAllInThisVeryLongName',
      '四',
      '五',
      '六',
      '七',
      '八',
      '九',
    ]) {
      session.api.store.addProject({ name });
    }
    await page.reload();
    await page.waitForSelector('.project-card');
    await check(page, 'list');
    await page.click('.project-card [title="名前を変更"]');
    await check(page, 'rename dialog');
    await page.keyboard.press('Escape');
    await page.click('.project-card [title="削除"]');
    await check(page, 'delete dialog');
    expect(session.complaints).toEqual([]);
  });

  it('a new game: welcome, look, progress', async () => {
    const page = await session.editor(size, session.api.store.addProject().id);
    await check(page, 'welcome');
    await say(page, '釣りゲームを作って');
    await page.click('.look summary');
    await page.waitForSelector('.style-card-chat');
    await check(page, 'styles');
    await page.click('.look summary');
    await page.click('#streamingDetails summary');
    await check(page, 'progress');
  });

  it('a game with history: chat, errors, versions, code, changes, no connection', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    project.html = BROKEN_HTML;
    const page = await session.editor(size, project.id);
    await check(page, 'chat');
    if (size === 'phone') await page.click('#playGameButton');
    await page.waitForSelector('#errorPanel:not([hidden])');
    await check(page, 'errors');
    await page.click('#versionsButton');
    await page.waitForSelector('.version-item');
    await check(page, 'versions');
    await page.click('.restore-btn');
    await check(page, 'restore dialog');
    await page.keyboard.press('Escape');
    await page.click('.trial-btn');
    await page.waitForSelector('.trial-side iframe');
    await check(page, 'a version beside the current one');
    await page.keyboard.press('Escape');
    await page.click('.difference-btn');
    await page.waitForSelector('.changes-dialog .change-card');
    await check(page, 'difference of two versions');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.click('#viewCodeButton');
    await page.waitForSelector('#codeViewerCode');
    await check(page, 'code');
    await page.keyboard.press('Escape');
    if (size === 'phone') await page.click('#backToChatButton');
    await page.click('.changes-btn');
    await page.waitForSelector('.change-card');
    await check(page, 'changes');
    await page.keyboard.press('Escape');
    session.api.sockets.goAway();
    await page.waitForSelector('#connectionBanner:not([hidden])');
    await check(page, 'no connection');
  });
});

describe('by keyboard', () => {
  it('reaches the message box by the skip link, plays by Enter, tells screen readers', async () => {
    const page = await session.editor(
      'desktop',
      session.api.store.addGame('宇宙シューティング').id,
    );
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip-link');
    await page.keyboard.press('Enter');
    await page.keyboard.type('もっと速くして');
    await page.keyboard.press('Enter');
    expect(await page.getAttribute('#chatMessages', 'aria-live')).toBe('polite');
    expect(await page.getAttribute('.live-step', 'role')).toBe('status');
    await page.waitForSelector('.message.assistant:has-text("もっと速く")');
    expect(await page.getAttribute('.live-bar', 'aria-valuenow')).toBe('100');
  });
});
