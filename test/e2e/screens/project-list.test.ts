import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { check } from './audit.js';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession, texts, until } from './browser.js';

let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

describe.each(TESTED_SIZES)('project list on %s', (size) => {
  it('makes a game at one tap and opens it', async () => {
    const page = await session.signedIn(size);
    expect(await page.innerText('.project-empty')).toContain('まだゲームがありません');
    await page.click('#createProjectButton');
    await page.waitForURL('**/project/*');
    expect(session.api.sockets.lastOf('createProject')).toEqual({
      type: 'createProject',
      name: '新しいゲーム',
      reuseEmpty: true,
    });
    expect(await page.innerText('.welcome h2')).toBe('ゲームクリエイターへようこそ！');
    const first = page.url();
    await page.click('#homeButton');
    await page.click('#createProjectButton:enabled');
    await page.waitForURL('**/project/*');
    expect(page.url(), 'the one in which nothing happened').toBe(first);
    expect(session.complaints).toEqual([]);
  });

  it('has the switch of language below the games', async () => {
    const page = await session.signedIn(size);
    await page.waitForSelector('.list-footer .language-switch', { state: 'visible' });
  });

  it('renames by Enter and shows the answer of the server', async () => {
    const project = session.api.store.addProject({ name: '古い名前' });
    const page = await session.signedIn(size);
    await page.click(`.project-card[data-id="${project.id}"] [title="名前を変更"]`);
    await page.keyboard.type('新しい名前');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(await texts(page, '.project-name')).toEqual(['新しい名前']);
    expect(project.name).toBe('新しい名前');
  });

  it('deletes only after the question, and keeps the game when the server refuses', async () => {
    const project = session.api.store.addProject({ name: 'いらないゲーム' });
    const page = await session.signedIn(size);
    const open = () => page.click(`.project-card[data-id="${project.id}"] [title="削除"]`);
    session.api.sockets.overrides.set('deleteProject', () => ({
      type: 'error',
      message: 'Access denied',
    }));
    await open();
    expect(await page.innerText('dialog')).toContain('「いらないゲーム」を削除しますか？');
    await page.click('dialog .button.primary');
    await page.waitForSelector('.dialog-problem:has-text("開けません")');
    await page.keyboard.press('Escape');
    expect(session.api.store.projects.size).toBe(1);

    session.api.sockets.overrides.clear();
    await open();
    await page.click('dialog .button.primary');
    await page.waitForSelector('.project-empty');
    expect(session.api.store.projects.size).toBe(0);
  });
});

describe('project list', () => {
  it('renames a game, busy until the server has answered', async () => {
    const project = session.api.store.addProject({ name: '古い名前' });
    const page = await session.signedIn('phone');
    await page.click(`.project-card[data-id="${project.id}"] [title="名前を変更"]`);
    expect(await page.evaluate('document.activeElement.id')).toBe('renameInput');
    session.api.sockets.deafTo.add('renameProject');
    await page.keyboard.type('新しい名前');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.confirm-actions [aria-busy="true"]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(await texts(page, '.project-name')).toEqual(['古い名前']);
  });

  it('filters by 公開 and 下書き and counts both', async () => {
    session.api.store.addProject({ name: '公開ゲーム', isPublic: true });
    session.api.store.addProject({ name: '下書きA' });
    session.api.store.addProject({ name: '下書きB' });
    const page = await session.signedIn('desktop');
    expect(await texts(page, '.filter-count')).toEqual(['3', '1', '2']);
    await page.click('[data-filter="public"]');
    expect(await texts(page, '.project-name')).toEqual(['公開ゲーム']);
    await page.click('[data-filter="draft"]');
    expect((await texts(page, '.project-name')).sort()).toEqual(['下書きA', '下書きB']);
  });

  it('says of each game who may play it, and whether that is the newest version', async () => {
    const { store } = session.api;
    store.addProject({ name: '下書き' });
    store.addProject({ name: '私', publication: { visibility: 'private', isNewest: true } });
    store.addProject({ name: '限定', publication: { visibility: 'unlisted', isNewest: true } });
    const old = { visibility: 'public', isNewest: false };
    store.addProject({ name: '公開', isPublic: true, publication: old });
    const page = await session.signedIn('phone');
    expect((await texts(page, '.public-badge')).map((badge) => badge.trim()).sort()).toEqual(
      ['自分だけ', '限定公開中', '公開中（前のバージョン）'].sort(),
    );
    await check(page, 'list of publications');
  });

  it('shows of each game the image that the server names', async () => {
    session.api.store.addProject({ name: '公開', isPublic: true, imageUrl: '/images/icon.svg' });
    const page = await session.signedIn('phone');
    expect(await page.getAttribute('.project-card img', 'src')).toContain('/images/icon.svg');
  });

  it('says nothing of numbers before they are known', async () => {
    session.api.sockets.deafTo.add('init');
    const page = await session.at('phone', '/create');
    await page.waitForSelector('.filter-count');
    expect(new Set(await texts(page, '.filter-count'))).toEqual(new Set(['–']));
  });

  it('brings a long list in pages, and looks for games where all of them are', async () => {
    for (let nth = 0; nth < 65; nth += 1) session.api.store.addProject({ name: `ゲーム${nth}` });
    session.api.store.addProject({ name: '公開ゲーム', isPublic: true, updatedAt: '2020-01-01' });
    const page = await session.signedIn('phone');
    expect(await page.locator('.project-card').count()).toBe(30);
    expect(await texts(page, '.filter-count')).toEqual(['66', '1', '65']);
    await page.evaluate("window.firstCard = document.querySelector('.project-card')");
    await page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })");
    await until(page, "document.querySelectorAll('.project-card').length === 60");
    expect(await page.innerText('[role="status"].visually-hidden')).toContain('60');
    // Who goes by keyboard comes to the button, and then to what it brought.
    await page.focus('.list-more');
    await until(page, "document.querySelectorAll('.project-card').length === 66");
    expect(await page.evaluate("document.activeElement.closest('.project-card') !== null")).toBe(
      true,
    );
    expect(await page.locator('.list-more').count()).toBe(0);
    // Cards stay as they are while others come.
    expect(await page.evaluate('window.firstCard.isConnected')).toBe(true);
    await page.click('[data-filter="public"]');
    await until(page, "document.querySelectorAll('.project-card').length === 1");
    expect(await texts(page, '.project-name')).toEqual(['公開ゲーム']);
    await page.click('[data-filter="all"]');
    await page.fill('#projectSearch', 'ゲーム64');
    await until(page, "document.querySelectorAll('.project-card').length === 1");
    await check(page, 'found');
  });

  it('asks for no image that cannot exist: drafts are placeholders, without requests', async () => {
    session.api.store.addProject({ name: '下書き' });
    await session.signedIn('desktop');
    expect(session.api.requests.filter((request) => request.includes('thumbnail'))).toEqual([]);
    expect(session.complaints).toEqual([]);
  });

  it('shows a failure with 再試行 instead of an endless skeleton, and recovers', async () => {
    const page = await session.signedIn('phone');
    session.api.sockets.overrides.set('init', () => ({
      type: 'error',
      message: 'Invalid message format',
    }));
    await page.reload();
    await page.waitForSelector('.list-state .button');
    expect(await page.innerText('.list-state')).toContain('読み込めませんでした');
    session.api.sockets.overrides.clear();
    session.api.store.addProject({ name: '戻ってきた' });
    await page.click('.list-state .button');
    await page.waitForSelector('.project-card');
  });

  it('says that it reconnects, keeps the list on screen, takes the newest afterwards', async () => {
    session.api.store.addProject({ name: 'ある' });
    const page = await session.signedIn('phone');
    session.api.sockets.goAway();
    await page.waitForSelector('#connectionStatus:not([hidden])');
    expect(await page.innerText('#connectionStatus')).toBe('サーバーにつながりません。再接続中...');
    expect(await texts(page, '.project-name')).toEqual(['ある']);
    session.api.store.addProject({ name: '増えた' });
    session.api.sockets.comeBack();
    await page.waitForSelector('#connectionStatus', { state: 'hidden' });
    await until(page, "document.querySelectorAll('.project-card').length === 2");
  });

  it('works by keyboard alone: open, rename by Enter, leave by Escape, focus back', async () => {
    session.api.store.addProject({ name: '宇宙' });
    const page = await session.signedIn('desktop');
    await page.focus('.project-card [title="名前を変更"]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    for (let press = 0; press < 6; press += 1) {
      await page.keyboard.press('Tab');
      expect(
        await page.evaluate(
          'document.activeElement === document.body || ' +
            "document.activeElement.closest('dialog') !== null",
        ),
      ).toBe(true);
    }
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(await page.evaluate("document.activeElement.closest('.project-card') !== null")).toBe(
      true,
    );
    await page.keyboard.press('Enter');
    await page.waitForURL('**/project/*');
  });
});
