import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BrowserSession, texts, until } from './browser.js';

/** Answers that are refusals, and changes that came while a page was away. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const message = 'Invalid message format';
const AWAY = { type: 'error', message, error: { code: 'OPERATION_FAILED', message } };
const gameUrl = (page: Page) => page.getAttribute('#gamePreview', 'src');

describe('the editor', () => {
  it('opens a project that the server could not open at once, as soon as it can', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    session.api.sockets.overrides.set('selectProject', () => AWAY);
    const page = await session.at('phone', `/project/${id}`);
    await page.waitForSelector('#connectionBanner:not([hidden])');
    session.api.sockets.overrides.clear();
    await page.waitForSelector('.message.assistant');
    await page.waitForSelector('#connectionBanner', { state: 'hidden' });
    expect(await texts(page, '.message.error')).toEqual([]);
  });

  it('shows the newest game after it was away, and reloads none that it shows', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', project.id);
    await page.waitForSelector('.game-status.good');
    const comeBack = async (): Promise<string | null> => {
      session.api.sockets.goAway();
      await page.waitForSelector('#connectionBanner:not([hidden])');
      session.api.sockets.comeBack();
      await page.click('#sendButton');
      await page.waitForSelector('#connectionBanner', { state: 'hidden' });
      return gameUrl(page);
    };
    const first = await gameUrl(page);
    expect(await comeBack()).toBe(first);
    const [newest] = project.versions;
    for (const version of project.versions) version.current = false;
    project.versions.unshift({ ...newest!, id: 'abc1234', hash: 'abc1234'.padEnd(40, '0') });
    project.versions[0]!.current = true;
    expect(await comeBack()).not.toBe(first);
  });

  it('shows what came of a message under it, although more was said since', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const line = { role: 'user' as const, timestamp: new Date().toISOString() };
    const failure = { error: 'spawn ENOENT' };
    project.history.push({ ...line, content: '速くして', failure }, { ...line, content: '続き' });
    const page = await session.editor('phone', project.id);
    await page.waitForSelector('.message.user:has-text("速くして") + .message.error');
    await page.waitForSelector('.message.error + .message.user:has-text("続き")');
  });

  it('keeps the offer to repair a game when the request cannot be sent', async () => {
    const { BROKEN_HTML } = await import('../../fakes/fake-store.js');
    const project = session.api.store.addGame('宇宙シューティング');
    project.html = BROKEN_HTML;
    const page = await session.editor('desktop', project.id);
    await page.waitForSelector('.auto-fix-btn:visible');
    session.api.sockets.goAway();
    await page.waitForSelector('#connectionBanner:not([hidden])');
    await page.click('.auto-fix-btn');
    await page.waitForSelector('.toast');
    expect(await page.isVisible('.auto-fix-btn')).toBe(true);
  });
});

describe('lists', () => {
  it('of games: a page that does not come is told, and may be asked for again', async () => {
    for (let nth = 0; nth < 65; nth += 1) session.api.store.addProject({ name: `ゲーム${nth}` });
    const page = await session.signedIn('phone');
    session.api.sockets.overrides.set('listProjects', () => AWAY);
    await page.click('.list-more');
    await page.waitForSelector('.toast:has-text("読み込めませんでした")');
    session.api.sockets.overrides.clear();
    await page.click('.list-more:not([aria-busy])');
    await until(page, "document.querySelectorAll('.project-card').length === 60");
  });

  it('of versions: a page that does not come is told', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const [newest] = project.versions;
    project.versions = Array.from({ length: 20 }, (_, nth) => {
      const id = `abc12${nth + 10}`;
      const number = nth + 1;
      return { ...newest!, id, hash: id.padEnd(40, '0'), number, ordinal: 40 - nth };
    });
    const page = await session.editor('desktop', project.id);
    await page.click('#versionsButton');
    await page.waitForSelector('.version-item');
    session.api.sockets.overrides.set('getVersions', () => AWAY);
    await page.click('.version-list .button:has-text("もっと")');
    await page.waitForSelector('.toast:has-text("読み込めませんでした")');
  });
});
