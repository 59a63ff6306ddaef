import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { check } from './audit.js';
import { TESTED_SIZES, type Size } from '../sizes.js';
import { BrowserSession, say, until } from './browser.js';
import { inFullRuns } from '../../scope.js';

/** The way of a game to its players: 登録, the words and images of it, and the sheet at the end. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const ready = (page: Page) => page.waitForSelector('#submitButton:enabled');
const saved = (page: Page) => page.waitForSelector('#saveState:has-text("保存済み")');

describe.each(TESTED_SIZES)('publishing on %s', (size) => {
  it('goes by visible controls from the answer to a sheet with link, image and video', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    project.draft = null;
    const page = await session.editor(size, project.id);
    expect(await page.locator('.show-everyone-btn').count()).toBe(1);
    await say(page, 'もっと速くして');
    await page.click('.message.assistant:has-text("もっと速く") .show-everyone-btn');
    await page.waitForURL(`**/publish.html?id=${project.id}`);
    await until(page, "document.querySelector('#description').value === 'AIの概要'");
    await page.waitForSelector('.thumbnail-stage img');
    await check(page, 'publish');
    await page.click('#submitButton');
    await page.waitForURL(/\/game\.html\?id=/);
    await page.waitForSelector('.share-sheet[open]');
    await check(page, 'published');
    expect(await page.inputValue('.share-link input')).toBe(
      `${session.api.url}${session.api.store.games[0]?.shareUrl}`,
    );
    await page.waitForSelector('.share-files .button:has-text("画像")');
    await page.waitForSelector(`.share-files a[href="/publish.html?id=${project.id}#video"]`);
    // The system's sheet opens only soon after a tap: what took longer to come is saved.
    await page.evaluate(`Object.defineProperties(navigator, {
      canShare: { value: () => true },
      share: { value: () => Promise.reject(new DOMException('', 'NotAllowedError')) },
    })`);
    const saved = page.waitForEvent('download');
    await page.click('.share-files .button:has-text("画像")');
    expect((await saved).suggestedFilename()).toMatch(/\.webp$/);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.share-sheet', { state: 'detached' });
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');

    await session.reopen(page, project.id);
    await page.waitForSelector('#publicationState:has-text("公開中")');
    await check(page, 'editor of a published game');
    await say(page, '敵を増やして');
    await page.waitForSelector('#publicationState:has-text("公開中（前のバージョン）")');
    await page.click('#publishButton');
    await page.waitForSelector('#publishedNote:has-text("登録されています")');
    await check(page, 'publish again');
    await page.click('#shareButton');
    await page.waitForSelector('.share-sheet[open]');
    await check(page, 'share sheet');
    expect(session.complaints.filter((line) => !line.includes('Preview'))).toEqual([]);
  });

  it('asks first when the version is broken', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const [newest] = project.versions;
    if (newest) newest.play = { verdict: 'broken', findings: [] };
    const page = await session.editor(size, project.id);
    await page.click('#publishButton');
    await page.waitForSelector('.confirm-card:has-text("このまま登録しますか？")');
    await check(page, 'broken');
    await page.keyboard.press('Escape');
    expect(page.url()).toContain('/project/');
    await page.click('#publishButton');
    await page.click('.confirm-card .primary');
    await page.waitForURL(`**/publish.html?id=${project.id}`);
  });
});

describe('what is out', () => {
  it('is the newest where the server says so, whatever a restore is called', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const out = { gameId: project.id, visibility: 'public', url: '/', isNewest: true };
    project.published = { ...out, revision: 'f00'.repeat(13) };
    const page = await session.editor('phone', project.id);
    await page.waitForSelector('#publicationState:text-is("公開中")');
    session.api.failures.set(`GET /api/projects/${project.id}/publish`, { status: 503 });
    session.api.sockets.push(project.id, { type: 'publicationChanged', projectId: project.id });
    await expect.poll(() => session.api.failures.size).toBe(0);
    expect(await page.innerText('#publicationState')).toBe('公開中');
    project.published.isNewest = false;
    session.api.sockets.push(project.id, {
      type: 'versionRestored',
      projectId: project.id,
      versionId: project.versions[0]?.id,
      jobId: project.id,
    });
    await page.waitForSelector('#publicationState:text-is("公開中（前のバージョン）")');
  });

  it('is taken back by keyboard, and the focus stays on the page', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const out = { gameId: project.id, visibility: 'public', url: '/' };
    project.published = { ...out, revision: project.versions[0]?.hash ?? '' };
    const page = await session.at('phone', `/publish.html?id=${project.id}`);
    await page.waitForSelector('#submitButton:enabled');
    await page.focus('#publishedNote button');
    await page.keyboard.press('Enter');
    await page.focus('.confirm-card .primary');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.toast:has-text("公開をやめました")');
    expect(await page.evaluate('document.activeElement.id')).toBe('submitButton');
  });

  it('says how taking it back has ended, also where the question was left meanwhile', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const out = { gameId: project.id, visibility: 'public', url: '/' };
    project.published = { ...out, revision: project.versions[0]?.hash ?? '' };
    const page = await session.at('phone', `/publish.html?id=${project.id}`);
    await ready(page);
    let answer = (): void => {};
    const isHeld = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/unpublish', async (route) => {
      await isHeld;
      await route.continue();
    });
    await page.click('#publishedNote button');
    await page.click('.confirm-card .primary');
    await page.waitForSelector('.confirm-card .primary[aria-busy]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.confirm-card', { state: 'detached' });
    answer();
    await page.waitForSelector('.toast:has-text("公開をやめました")');
    expect(await page.isVisible('#publishedNote')).toBe(false);
  });
});

describe('the publish page', () => {
  const open = async (fields: object, size: Size = 'desktop') => {
    const project = session.api.store.addGame('宇宙シューティング');
    Object.assign(project, fields);
    const page = await session.at(size, `/publish.html?id=${project.id}`);
    await ready(page);
    return { project, page };
  };

  it('is not left by Enter in a field, and keeps a tag that no Enter confirmed', async () => {
    const { project, page } = await open({});
    await page.focus('#title');
    await page.keyboard.press('Enter');
    await page.fill('#newTag', '星');
    await page.keyboard.press('Tab');
    expect(await page.locator('.publish-tags li').allInnerTexts()).toEqual(['星']);
    await page.fill('#newTag', '空');
    await page.click('#submitButton');
    await page.waitForURL(/\/game\.html\?id=/);
    expect(project.draft?.['tags']).toEqual(['星', '空']);
    const published = `POST /api/projects/${project.id}/publish`;
    expect(session.api.requests.filter((each) => each === published)).toHaveLength(1);
  });

  it('keeps what is typed while the AI writes: its words are offered, then taken', async () => {
    let answers = (): void => {};
    session.api.publishing.thinking = new Promise((resolve) => (answers = resolve));
    const { project, page } = await open({ draft: null });
    await page.fill('#title', '星のおさんぽ');
    await page.fill('#newTag', '星');
    await page.keyboard.press('Enter');
    answers();
    await until(page, "document.querySelector('#description').value === 'AIの概要'");
    expect(await page.inputValue('#title')).toBe('星のおさんぽ');
    expect(await page.locator('.publish-tags li').allInnerTexts()).toEqual(['星']);
    await saved(page);
    await expect.poll(() => project.draft?.['title']).toBe('星のおさんぽ');

    const chip = page.locator('[data-field=title]');
    expect(await chip.innerText()).toBe('AIの案を見る');
    await chip.click();
    await check(page, 'offer');
    expect(await page.innerText('.publish-offer:not([hidden])')).toContain('AIの題名');
    await page.click('.publish-offer:not([hidden]) .link-button');
    expect(await page.inputValue('#title')).toBe('星のおさんぽ');
    expect(await page.evaluate('document.activeElement.dataset.field')).toBe('title');
    await page.keyboard.press('Enter');
    await chip.filter({ hasText: 'AIの案を見る' }).click();
    await page.click('.publish-offer:not([hidden]) .button');
    expect(await page.inputValue('#title')).toBe('AIの題名');
    await expect.poll(() => project.draft?.['title']).toBe('AIの題名');
  });

  it('on two devices keeps what each wrote, and offers one the words of the other', async () => {
    const words = { title: '題名', description: '概要', howToPlay: '', tags: [] };
    const { project, page } = await open({ draft: words }, 'phone');
    const other = await session.at('desktop', `/publish.html?id=${project.id}`);
    await ready(other);
    await page.fill('#title', '電話の題名');
    await expect.poll(() => project.draft?.['title']).toBe('電話の題名');

    await other.fill('#description', '机の概要');
    await expect.poll(() => project.draft?.['description']).toBe('机の概要');
    expect(project.draft).toMatchObject({ title: '電話の題名', description: '机の概要' });
    await expect.poll(() => other.inputValue('#title')).toBe('電話の題名');

    await page.fill('#description', '電話の概要');
    await page.click('#submitButton');
    const chip = page.locator('[data-field=description]');
    await chip.filter({ hasText: '別の端末の内容を見る' }).click();
    await check(page, 'words of two devices');
    const offer = page.locator('.publish-offer:not([hidden])');
    expect(await offer.innerText()).toContain('机の概要');
    expect(await page.inputValue('#description')).toBe('電話の概要');
    await offer.locator('.button').click();
    await expect.poll(() => project.draft?.['description']).toBe('机の概要');
    await saved(page);
    await expect.poll(() => chip.innerText()).toBe('AIで再生成');
    await page.click('#submitButton');
    await page.waitForURL(/\/game\.html\?id=/);
  });

  it('on two devices that open it at first writes over no choice of the other', async () => {
    let answers = (): void => {};
    session.api.publishing.thinking = new Promise((resolve) => (answers = resolve));
    const { project, page } = await open({ draft: null }, 'phone');
    const other = await session.at('desktop', `/publish.html?id=${project.id}`);
    await ready(other);
    const choices = { visibility: 'unlisted', remix: 'disallowed' };
    for (const value of Object.values(choices)) await page.check(`input[value=${value}]`);
    await expect.poll(() => project.draft).toMatchObject(choices);
    answers();
    await until(other, "document.querySelector('#description').value === 'AIの概要'");
    await saved(other);
    for (const value of Object.values(choices))
      expect(await other.isChecked(`input[value=${value}]`)).toBe(true);
    expect(project.draft).toMatchObject(choices);
  });

  it('offers no one his own words, also where the answer to them was lost', async () => {
    const { project, page } = await open({ draft: { title: '題名', tags: [] } });
    const lost = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort();
    };
    await page.route('**/publish-draft', lost, { times: 1 });
    await page.fill('#title', '新しい');
    await page.waitForSelector('#saveState:has-text("保存失敗")');
    expect(project.draft?.['title']).toBe('新しい');
    await page.fill('#title', '新しい題名');
    await saved(page);
    expect(await page.innerText('[data-field=title]')).toBe('AIで再生成');
  });

  inFullRuns('words are offered and taken in the test above', () => {
    it('writes into what is empty, and never over a stored draft', async () => {
      const { page } = await open({ draft: { title: '前に書いた題名', tags: [] } });
      await page.click('[data-field=description]');
      await until(page, "document.querySelector('#description').value === 'AIの概要'");
      await page.click('[data-field=title]');
      await page.waitForSelector('[data-field=title].has-offer');
      expect(await page.inputValue('#title')).toBe('前に書いた題名');
    });
  });

  inFullRuns('the next test asks the row of a video, the first one shows it', () => {
    it('goes on with a running video after a reload, and shows it at its end', async () => {
      const { page } = await open({}, 'phone');
      await page.click('#videoButton');
      await page.waitForSelector('.video-stage:has-text("10%")');
      await page.reload();
      await ready(page);
      await page.waitForSelector('.video-stage:has-text("動画を生成中... 10%")');
      expect(await page.innerText('.video-stage')).toContain('1:0');
      await check(page, 'video');
      expect(await page.isDisabled('#videoButton')).toBe(true);
      for (const action of session.api.publishing.actions.values()) action.state = 'completed';
      await page.waitForSelector('.video-stage video');
    });
  });

  it('asks the row when the request for a video is dropped, and stops by it', async () => {
    session.api.publishing.dropsVideoRequest = true;
    const { page } = await open({});
    await page.click('#videoButton');
    await page.waitForSelector('.video-stage:has-text("10%")');
    expect(await page.locator('.toast.error').count()).toBe(0);
    await page.click('#video >> text=停止');
    await page.waitForSelector('.toast:has-text("動画の生成を停止しました")');
    await page.waitForSelector('#videoButton:enabled');
  });

  it('waits after a reload for the row of a video, and leaves its failure there', async () => {
    const { page, project } = await open({});
    const actionId = crypto.randomUUID();
    await page.evaluate(`localStorage.setItem('dreamcore_video_${project.id}', '${actionId}')`);
    await page.reload();
    await ready(page);
    await page.waitForSelector('.video-stage:has-text("動画を生成中...")');
    session.api.publishing.actions.set(actionId, { state: 'processing', progress: 10 });
    await page.waitForSelector('.video-stage:has-text("10%")');
    session.api.publishing.actions.set(actionId, { state: 'failed', progress: 10 });
    await page.waitForSelector('.video-stage:has-text("生成に失敗しました")');
    expect(await page.isEnabled('#videoButton')).toBe(true);
  });

  it.each(TESTED_SIZES)('%s: lines never cover the buttons below', async (size) => {
    const { page } = await open({ draft: { title: '', tags: [] } }, size);
    await page.click('#submitButton');
    await page.waitForSelector('.toast:has-text("タイトルを入力してください")');
    for (const id of ['submitButton', 'cancelButton'])
      expect(
        await page.evaluate(
          `(() => { const box = document.getElementById('${id}').getBoundingClientRect();
            return document.elementFromPoint(box.x + box.width / 2, box.y + 4)?.id; })()`,
        ),
      ).toBe(id);
  });
});
