import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TESTED_SIZES, type Size } from '../sizes.js';
import { patient } from '../../support/patience.js';
import { check } from './audit.js';
import { BrowserSession, texts, until } from './browser.js';

/** What a person may bring that no designer thought of: nothing breaks out of the screen. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const ARABIC = 'لعبة الفضاء والنجوم البعيدة جداً';
const HEBREW = 'משחק החלל והכוכבים הרחוקים מאוד';
const NAMES = [
  'あ'.repeat(300),
  'W'.repeat(300),
  ARABIC,
  HEBREW.repeat(10),
  `${ARABIC} 2D Game ${HEBREW}`,
  '👨‍👩‍👧‍👦'.repeat(40),
  '\u202Eמשחק abc',
];
const MB = 1_000_000;

function addNamed(): void {
  for (const [index, name] of NAMES.entries())
    session.api.store.addProject({
      name,
      isPublic: index % 2 === 0,
      description: name,
      updatedAt: new Date(Date.now() - index * 60_000).toISOString(),
    });
}

describe.each(TESTED_SIZES)('names of all kinds on %s', (size) => {
  it('stay within list, dialogs, my page and discover, and can be changed', async () => {
    addNamed();
    const page = await session.signedIn(size);
    await check(page, 'list');
    expect(await page.locator('.project-card').count()).toBe(NAMES.length);
    for (const nth of [0, 1, 2, 4]) {
      await page.locator('.project-card').nth(nth).locator('.icon-button').nth(1).click();
      await page.waitForSelector('dialog[open]');
      await check(page, `delete ${nth}`);
      await page.keyboard.press('Escape');
    }
    await page.locator('.project-card').nth(2).locator('.icon-button').nth(0).click();
    await page.fill('#renameInput', HEBREW);
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect((await texts(page, '.project-name')).includes(HEBREW)).toBe(true);
    await page.goto(`${session.api.url}/mypage`);
    await page.waitForSelector('.case-link');
    await check(page, 'my page');
    for (const name of NAMES)
      Object.assign(session.api.store.addPublished(name), { description: name, creator: name });
    await page.goto(`${session.api.url}/discover`);
    await page.waitForSelector('.project-card');
    await check(page, 'discover');
  });

  it('stay within editor, publish page and play pages', async () => {
    for (const name of [NAMES[0] ?? '', NAMES[1] ?? '', ARABIC, HEBREW.repeat(10)]) {
      const project = session.api.store.addGame(name);
      const page = await session.editor(size, project.id);
      await check(page, `editor ${name.slice(0, 8)}`);
      await page.click('#publishButton');
      await page.waitForSelector('#submitButton:enabled');
      await check(page, `publish ${name.slice(0, 8)}`);
      await page.fill('#title', name);
      const game = Object.assign(session.api.store.addPublished(name), { description: name });
      await page.close({ runBeforeUnload: false });
      const player = await session.at(size, `/game.html?id=${game.id}`);
      await player.click('#infoButton');
      await player.waitForSelector('.play-info[open]');
      await check(player, `about ${name.slice(0, 8)}`);
      await player.keyboard.press('Escape');
      await player.click('#shareButton');
      await player.waitForSelector('.share-sheet[open]');
      await check(player, `share ${name.slice(0, 8)}`);
      await player.goto(`${session.api.url}/zap/${game.id}`);
      await player.waitForSelector('.slide-start');
      await check(player, `reel ${name.slice(0, 8)}`);
      await player.close();
    }
  });
});

describe.each(TESTED_SIZES)('much of everything on %s', (size) => {
  it('10,000 projects come in pages, are found and opened', async () => {
    for (let nth = 0; nth < 10_000; nth += 1)
      session.api.store.addProject({ name: `ゲーム${nth}` });
    const page = await session.signedIn(size);
    expect(await page.locator('.project-card').count()).toBe(30);
    expect(await texts(page, '.filter-count')).toEqual(['10000', '0', '10000']);
    await check(page, '10,000 projects');
    await page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })");
    await until(page, "document.querySelectorAll('.project-card').length === 60");
    await page.fill('#projectSearch', 'ゲーム9999');
    await until(page, "document.querySelectorAll('.project-card').length === 1");
    await page.click('.project-link');
    await page.waitForSelector('#chatInput:enabled');
    expect(await page.innerText('#projectTitle')).toBe('ゲーム9999');
  });

  it('500 lines and 100 versions: the newest is in sight, the oldest is brought back', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    for (let turn = 0; turn < 248; turn += 1)
      session.api.store.addTurn(project, `お願い${turn} ${'W'.repeat(90)}`, `${turn}番目の答え`);
    project.versions = project.versions.slice(0, 100);
    for (const version of project.versions) version.serial = version.ordinal;
    const page = await session.editor(size, project.id);
    expect(project.history).toHaveLength(500);
    await until(
      page,
      `(() => { const list = document.querySelector('#chatMessages');
        return list.scrollHeight - list.scrollTop - list.clientHeight < 2; })()`,
    );
    const lines = page.locator('.message.user, .message.assistant');
    for (let shown = 50; shown < 500; shown += 50) {
      expect(await lines.count()).toBe(shown);
      await page.locator('.earlier-lines').press('Enter');
      await expect.poll(() => lines.count()).toBe(shown + 50);
    }
    await check(page, '500 lines');
    if (size === 'phone') await page.click('#playGameButton');
    await page.click('#versionsButton');
    await until(page, "document.querySelectorAll('.version-item').length === 100");
    await check(page, '100 versions');
    const oldest = project.versions.at(-1)?.id;
    await page.locator('.version-item').last().locator('.restore-btn').click();
    await page.click('.confirm-card .primary');
    await page.waitForSelector('.confirm-card', { state: 'detached' });
    expect(session.api.sockets.lastOf('restoreVersion')).toMatchObject({ versionId: oldest });
  });
});

describe('a photo of 20 MB', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-photo-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each<Size>(['phone', 'desktop'])(
    'is made small enough before it is sent, on %s',
    async (size) => {
      const side = 3_000;
      const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
      const photo = await sharp({
        create: { width: side, height: side, channels: 3, background: '#808080', noise },
      })
        .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
        .toBuffer();
      expect(photo.length).toBeGreaterThan(20 * MB);
      const project = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor(size, project.id);
      // As long as a name may be: 244 bytes.
      const file = path.join(folder, `${'長い名前'.repeat(20)}.jpg`);
      await writeFile(file, photo);
      await page.setInputFiles('#assetPicker', file);
      await page.waitForSelector('.attached', { timeout: patient(60_000) });
      await check(page, 'a long name attached');
      const arrived = { timeout: patient(60_000) };
      await expect.poll(() => session.api.assets.bytes.size, arrived).toBe(1);
      const [sent] = session.api.assets.bytes.values();
      expect(sent?.length).toBeGreaterThan(1_000);
      expect(sent?.length).toBeLessThanOrEqual(300 * 1024);
      await page.click('.attached .icon-button');
      expect(await page.isHidden('#attachmentStrip')).toBe(true);
    },
  );
});
