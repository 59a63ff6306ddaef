import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FakeProject } from '../../fakes/fake-store.js';
import { TESTED_SIZES, type Size } from '../sizes.js';
import { check } from './audit.js';
import { BrowserSession, texts } from './browser.js';

/** What makers say of their versions: a name, a bookmark. */
let session: BrowserSession;
let project: FakeProject;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(async () => {
  await session.clear();
  project = session.api.store.addGame('宇宙シューティング');
  for (const version of project.versions) version.serial = version.ordinal;
});

const HOLDS_FOCUS = 'document.activeElement.getAttribute("aria-label")';

async function openPanel(size: Size): Promise<Page> {
  const page = await session.editor(size, project.id);
  if (size === 'phone') await page.click('#playGameButton');
  await page.click('#versionsButton');
  await page.waitForSelector('.version-item');
  return page;
}
const nameInput = (page: Page) => page.getByLabel('バージョン 1 の名前');

describe.each(TESTED_SIZES)('versions on %s', (size) => {
  it('are named in place: Enter keeps, Escape leaves, the focus comes back', async () => {
    const page = await openPanel(size);
    const edit = page.getByRole('button', { name: 'バージョン 1 に名前をつける' });
    await edit.click();
    await nameInput(page).fill('ボス戦');
    await check(page, 'a name being written');
    await page.keyboard.press('Enter');
    await page.getByText('ボス戦', { exact: true }).waitFor();
    expect(await page.evaluate(HOLDS_FOCUS)).toBe('バージョン 1 に名前をつける');

    await edit.click();
    await nameInput(page).fill('別の名前');
    await page.keyboard.press('Escape');
    expect(await texts(page, '.version-name:visible')).toEqual(['ボス戦']);
    expect(await page.evaluate(HOLDS_FOCUS)).toBe('バージョン 1 に名前をつける');

    // Beside the number wherever the version is spoken of.
    await page.click('[data-version]:not(.current) .restore-btn');
    expect(await page.innerText('.confirm-card')).toContain(
      'バージョン 1「ボス戦」 に戻しますか？',
    );
    await page.keyboard.press('Escape');
    await page.click('.difference-btn');
    const options = await texts(page, '.difference-choice select >> nth=0 >> option');
    expect(options).toContainEqual(expect.stringMatching(/^バージョン 1「ボス戦」 /));
    await page.keyboard.press('Escape');

    await edit.click();
    await nameInput(page).fill('  ');
    await page.getByRole('button', { name: '名前を保存' }).click();
    await expect.poll(() => texts(page, '.version-name:visible')).toEqual([]);
    expect(session.complaints).toEqual([]);
  });

  it('keep what was typed when the server refuses it, and say why', async () => {
    const page = await openPanel(size);
    await page.getByRole('button', { name: 'バージョン 1 に名前をつける' }).click();
    await nameInput(page).fill('あ'.repeat(61));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('名前は 60 文字までです').waitFor();
    expect(await nameInput(page).inputValue()).toBe('あ'.repeat(61));
    await check(page, 'a name that was refused');
    expect(await page.evaluate(HOLDS_FOCUS)).toBe('バージョン 1 の名前');
  });

  it('are bookmarked by a star, and alone on request', async () => {
    const page = await openPanel(size);
    const filter = page.getByRole('button', { name: 'ブックマークだけ' });
    const star = page.getByRole('button', { name: 'バージョン 1 をブックマーク' });
    expect(await filter.isVisible()).toBe(false);
    await star.click();
    await filter.click();
    await expect.poll(() => page.locator('.version-item').count()).toBe(1);
    expect(await star.getAttribute('aria-pressed')).toBe('true');
    await check(page, 'bookmarked versions');
    // It stays in reach until the filter is left.
    await star.click();
    await expect.poll(() => star.getAttribute('aria-pressed')).toBe('false');
    await filter.click();
    await expect.poll(() => page.locator('.version-item').count()).toBe(2);
    expect(await filter.isVisible()).toBe(false);
    expect(session.complaints).toEqual([]);
  });

  it('show what was said of them elsewhere, and leave what is being written', async () => {
    const page = await openPanel(size);
    await page.getByRole('button', { name: 'バージョン 1 に名前をつける' }).click();
    await nameInput(page).fill('書きかけ');
    session.api.sockets.push(project.id, {
      type: 'versionMarked',
      projectId: project.id,
      versionId: project.versions.at(-1)?.id.padEnd(40, '0') ?? '',
      name: 'よその名前',
      isBookmarked: true,
    });
    await page.getByText('よその名前', { exact: true }).waitFor();
    expect(await nameInput(page).inputValue()).toBe('書きかけ');
    expect(await page.getByRole('button', { name: 'ブックマークだけ' }).isVisible()).toBe(true);
  });
});

describe('what was done to a game', () => {
  it('is told by number and name: a restore, also one of another day', async () => {
    const oldest = project.versions.at(-1)!;
    oldest.name = 'ボス戦';
    session.api.sockets.overrides.set('selectProject', () => ({
      type: 'projectSelected',
      projectId: project.id,
      versions: project.versions,
      activeJob: null,
      project: { id: project.id, name: project.name, createdAt: '', updatedAt: '' },
      history: [oldest.hash.padEnd(40, '0'), 'abcdef0'].map((version) => ({
        role: 'system',
        content: `バージョン ${version} に戻しました`,
        timestamp: new Date().toISOString(),
        code: 'VERSION_RESTORED',
        params: { version },
      })),
    }));
    const page = await session.editor('phone', project.id);
    expect(await texts(page, '.message.system')).toEqual([
      'バージョン 1「ボス戦」 に戻しました',
      '別のバージョンに戻しました',
    ]);
  });

  it('is told in words: a value that was tuned, and no JSON', async () => {
    const setting = { name: 'speed', label: '速さ', kind: 'number', min: 1, max: 9 };
    const line = (value: number) => `  ${JSON.stringify({ ...setting, value })},`;
    const sound = (value: boolean) =>
      `  ${JSON.stringify({ name: 'sound', label: '音', kind: 'boolean', value })}`;
    session.api.sockets.overrides.set('getVersionEdits', ({ versionHash, since }) => ({
      type: 'versionEdits',
      projectId: project.id,
      versionHash,
      ...(since === undefined ? {} : { since }),
      summary: '',
      edits: [
        {
          path: 'index.html',
          diff: [
            '@@ -1,4 +1,4 @@',
            ' [',
            `-${line(3)}`,
            `-${sound(true)}`,
            `+${line(5)}`,
            `+${sound(false)}`,
            ' ]',
          ].join('\n'),
        },
      ],
    }));
    const page = await session.editor('phone', project.id);
    await page.locator('.changes-btn').last().click();
    await page.waitForSelector('.changed-settings');
    expect(await texts(page, '.changed-settings li')).toEqual(['速さ：3 → 5', '音：オン → オフ']);
    expect(await page.innerText('.change-card h3')).toBe('ゲームの調整');
    await check(page, 'a tuned version');
  });
});
