import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT_FRAMES } from '../../../src/contracts/wire/client-frames.js';
import { USER } from '../../fakes/fake-store.js';
import { check } from './audit.js';
import { BrowserSession, say, until } from './browser.js';

/** What a person wrote, made or plays is not lost by a call that fails or by a key. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

/** 80 × 40 pixels. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAFAAAAAoCAIAAADmAupWAAAARElEQVR42u3PQQ0AAAgEoAtmCGMbyxZ+ZKMAma5X' +
    'IiwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsfGsB1bya8cvw5UgAAAAASUVORK5CYII=',
  'base64',
);

/** Is the newest toast seen, and can it be pressed and read out? */
const TOAST_IS_IN_FRONT = `(() => {
  const toast = [...document.querySelectorAll('.toast')].at(-1);
  if (!toast || toast.closest('.toasts').getAttribute('role') !== 'status') return false;
  const box = toast.querySelector('.toast-text').getBoundingClientRect();
  const modal = [...document.querySelectorAll('dialog:modal')].at(-1);
  return toast.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2))
    && (!modal || modal.contains(toast));
})()`;

const open = async (page: Page, button: string) => {
  await page.click('#plusButton');
  await page.click(button);
};

describe('the publish page', () => {
  it.each(['publish-draft', 'publish', ''])(
    'writes nothing when "%s" could not be read, and reads again when asked to',
    async (what) => {
      const project = session.api.store.addGame('宇宙シューティング');
      const draft = { title: '自分で書いた題名', description: '自分の概要', tags: [] };
      project.draft = draft;
      const path = `/api/projects/${project.id}${what === '' ? '' : `/${what}`}`;
      session.api.failures.set(`GET ${path}`, { status: 503 });
      const page = await session.at('phone', `/publish.html?id=${project.id}`);
      await page.waitForSelector('#publishLoading [role=alert]');
      await check(page, 'publish page that could not be read');
      expect(session.api.requests.filter((each) => !each.startsWith('GET'))).toEqual([]);
      await page.click('#publishLoading button');
      await page.waitForSelector('#submitButton:enabled');
      expect(await page.inputValue('#title')).toBe('自分で書いた題名');
      expect(session.api.requests.filter((each) => !each.startsWith('GET'))).toEqual([]);
      expect(project.draft).toEqual(draft);
    },
  );
});

describe('lines over an open dialog', () => {
  it('are in front of it and read out: nothing written, and no cut-out', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    session.api.assets.add('ship.png', project.id, PNG);
    const page = await session.editor('phone', project.id);
    await open(page, '#imageGenButton');
    await page.click('.image-form .primary');
    await page.waitForSelector('.toast:has-text("作りたい画像を書いてください")');
    expect(await page.evaluate(TOAST_IS_IN_FRONT)).toBe(true);
    await check(page, 'a line over a dialog');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    // It outlives the dialog, and is still in front.
    expect(await page.evaluate(TOAST_IS_IN_FRONT)).toBe(true);

    await open(page, '#assetsButton');
    await page.click('.asset-card');
    await page.click('.asset-edit');
    await page.waitForSelector('.edit-stage canvas');
    session.api.failures.set('POST /api/assets/remove-background', {
      status: 429,
      headers: { 'Retry-After': '40' },
    });
    await page.click('[data-tool=cutout]');
    await page.waitForSelector('.toast.error:has-text("あと40秒ほど待って")');
    expect(await page.evaluate(TOAST_IS_IN_FRONT)).toBe(true);
    await until(page, "document.activeElement.dataset.tool === 'cutout'");
  });
});

describe('the image editor', () => {
  it('asks before Escape, its cross or Cancel throws edits away, and keeps the focus', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    session.api.assets.add('ship.png', project.id, PNG);
    const page = await session.editor('phone', project.id);
    await open(page, '#assetsButton');
    await page.click('.asset-card');
    await page.click('.asset-edit');
    await page.waitForSelector('.edit-stage canvas');
    await page.click('[data-tool=rotate]');
    await until(page, "document.activeElement.dataset.tool === 'rotate'");
    await page.click('[data-tool=crop]');
    await page.click('.edit-form .primary');
    await until(page, "document.activeElement.dataset.tool === 'crop'");
    for (const leave of ['Escape', 'Escape', 'cross', 'Cancel']) {
      if (leave === 'Escape') await page.keyboard.press('Escape');
      else if (leave === 'cross') await page.click('.image-editor .dialog-header button');
      else await page.click('.image-editor .image-actions .button >> nth=0');
      await page.waitForSelector('.confirm-card:has-text("保存せずに閉じますか")');
      await page.keyboard.press('Escape');
      await page.waitForSelector('.confirm-card', { state: 'detached' });
      expect(await page.locator('.image-editor').count()).toBe(1);
    }
    const leaving = page.waitForEvent('dialog');
    const reload = page.reload();
    const asked = await leaving;
    expect(asked.type()).toBe('beforeunload');
    await asked.dismiss();
    await reload.catch(() => undefined);
    await page.keyboard.press('Escape');
    await page.click('.confirm-card .primary');
    await page.waitForSelector('.image-editor', { state: 'detached' });
    expect(await page.locator('.asset-dialog').count()).toBe(1);
  });
});

describe('an image by AI', () => {
  const wish = async (page: Page): Promise<void> => {
    await open(page, '#imageGenButton');
    await page.fill('#imagePrompt', 'ドットの剣');
    await page.click('.image-form .primary');
  };
  const kept = () => session.api.assets.all.map(({ filename }) => filename);

  it('is asked about before its words are thrown away, until it is made', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', project.id);
    await open(page, '#imageGenButton');
    await page.fill('#imagePrompt', 'ドットの剣');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.confirm-card:has-text("保存せずに閉じますか")');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.confirm-card', { state: 'detached' });
    expect(await page.inputValue('#imagePrompt')).toBe('ドットの剣');
    await page.click('.image-form .primary');
    await page.waitForSelector('.image-stage img');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.image-dialog', { state: 'detached' });
  });

  it('is in the library at once, stays when the next one fails, and is inserted once', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', project.id);
    await wish(page);
    await page.waitForSelector(
      '.image-stage:has-text("「ドットの剣」を素材ライブラリに保存しました")',
    );
    expect(kept()).toEqual(['ドットの剣.png']);
    await page.fill('#imagePrompt', '赤いドラゴン');
    session.api.failures.set('POST /api/generate-image', {
      status: 429,
      headers: { 'Retry-After': '600' },
    });
    await page.click('.image-form .primary');
    await page.waitForSelector('.image-stage [role=alert]:has-text("あと10分ほど待って")');
    expect(await page.getAttribute('.image-stage img', 'alt')).toBe('ドットの剣');
    await page.click('.image-actions .primary');
    await page.waitForSelector('.attached:has-text("ドットの剣.png")');
    expect(kept()).toEqual(['ドットの剣.png']);
  });

  it('is kept when its dialog was closed meanwhile, which cancels nothing', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', project.id);
    let goOn = (): void => {};
    const isClosed = new Promise<void>((resolve) => (goOn = resolve));
    await page.route('**/api/generate-image', async (route) => {
      await isClosed;
      await route.continue();
    });
    await wish(page);
    await page.waitForSelector('.image-stage .spinner');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    goOn();
    await page.waitForSelector('.toast:has-text("「ドットの剣」を素材ライブラリに保存しました")');
    expect(kept()).toEqual(['ドットの剣.png']);
    expect(session.api.requests.filter((each) => each.endsWith('/cancel'))).toEqual([]);
  });

  it('H1: is kept by the next page when its own was reloaded, and once', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', project.id);
    const image = `data:image/png;base64,${PNG.toString('base64')}`;
    await page.route('**/api/actions/*/answer', (route) =>
      route.fulfill({ json: { status: 200, body: { success: true, image } } }),
    );
    await page.route('**/api/generate-image', () => {
      /* It is in work. */
    });
    await wish(page);
    await page.waitForSelector('.image-stage .spinner');
    // The answer of this upload is lost.
    let uploads = 0;
    await page.route('**/api/assets/upload', async (route) => {
      uploads += 1;
      await route.fetch();
      await route.abort('connectionreset');
    });
    await session.reopen(page, project.id);
    await page.waitForSelector('.toast.error:has-text("ドットの剣: いまサーバーにつながりません")');
    await session.reopen(page, project.id);
    await page.waitForSelector('.toast:has-text("「ドットの剣」を素材ライブラリに保存しました")');
    expect([kept(), uploads]).toEqual([['ドットの剣.png'], 1]);
    await session.reopen(page, project.id);
    expect(await page.evaluate("localStorage.getItem('dreamcore_images')")).toBeNull();
  });

  it('has words for a full library, and is kept once there is room', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', project.id);
    session.api.failures.set('POST /api/assets/upload', { status: 507 });
    await wish(page);
    await page.waitForSelector('.image-stage [role=alert]:has-text("容量がいっぱいです")');
    await page.waitForSelector('.image-stage img');
    await page.click('.image-actions .primary');
    await page.waitForSelector('.attached:has-text("ドットの剣.png")');
    expect(kept()).toEqual(['ドットの剣.png']);
  });
});

it('H1: what a server that leaves had begun is asked for and shown, not begun twice', async () => {
  const project = session.api.store.addGame('宇宙シューティング');
  const page = await session.editor('phone', project.id);
  const action = '/api/actions/0a6f5b5c-6a43-4f0f-9a5e-2d4f1c9b7e11';
  const image = `data:image/png;base64,${PNG.toString('base64')}`;
  session.api.failures.set('POST /api/generate-image', {
    status: 503,
    headers: { Location: action, 'Retry-After': '1' },
  });
  let isOffline = true;
  await page.route(`**${action}/answer`, (route) => {
    const json = { status: 200, body: { success: true, image } };
    if (!isOffline) return route.fulfill({ json });
    isOffline = false;
    return route.abort('internetdisconnected');
  });
  await open(page, '#imageGenButton');
  await page.fill('#imagePrompt', 'ドットの剣');
  await page.click('.image-form .primary');
  await page.waitForSelector(`.image-stage img[src="${image}"]`);
  expect(session.api.requests.filter((each) => each === 'POST /api/generate-image')).toHaveLength(
    1,
  );
});

/** A game that tells the page which keys it hears and how many frames it draws. */
const TELLING_GAME = `<!doctype html><meta charset="utf-8"><script>
let frames = 0;
const draw = () => { frames += 1; requestAnimationFrame(draw); };
draw();
addEventListener('keydown', ({ key }) => parent.postMessage({ type: 'key', key }, '*'));
setInterval(() => parent.postMessage({ type: 'frames', frames }, '*'), 50);
</script>`;
const LISTEN = `window.keys = []; window.frames_ = []; addEventListener('message', ({ data }) => {
  if (data.type === 'key') window.keys.push(data.key);
  if (data.type === 'frames') window.frames_.push(data.frames); });`;

describe('by keyboard', () => {
  it('a game hears the keys, on its page and in the editor', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    project.html = TELLING_GAME;
    const page = await session.at('desktop', `/play/${project.id}`);
    await page.evaluate(LISTEN);
    await page.waitForSelector('.play-frame');
    await until(page, 'window.frames_.length > 0');
    // It is focused once it is loaded, which may be later than its first frame.
    await until(page, "document.activeElement.classList.contains('play-frame')");
    await page.keyboard.press('ArrowLeft');
    await until(page, "window.keys.includes('ArrowLeft')");

    await session.reopen(page, project.id);
    await page.evaluate(LISTEN);
    await until(page, 'window.frames_.length > 0');
    await page.focus('#frameButton');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowUp');
    await until(page, "window.keys.includes('ArrowUp')");
    await page.focus('.message.assistant .play-game-btn');
    await page.keyboard.press('Enter');
    await until(page, "document.activeElement.id === 'gamePreview'");
  });

  it.each([
    ['on its page', 'phone', '#shareButton'],
    ['in the editor', 'desktop', '#assetsButton'],
  ] as const)('a game %s draws nothing while a sheet lies over it', async (where, size, button) => {
    const project = session.api.store.addGame('宇宙シューティング');
    project.html = TELLING_GAME;
    const card = session.api.store.addPublished('遊び');
    card.playUrl = `/game/${USER.id}/${project.id}/index.html`;
    const page = await (where === 'on its page'
      ? session.at(size, `/game.html?id=${card.id}`)
      : session.editor(size, project.id));
    await page.evaluate(LISTEN);
    await until(page, 'window.frames_.at(-1) > 3');
    await page.click(button);
    await page.waitForSelector('dialog[open]');
    // Twenty reports in a row with the same number: it is not drawn any more.
    await until(
      page,
      'window.frames_.length > 20 && new Set(window.frames_.slice(-20)).size === 1',
    );
    const stoppedAt = await page.evaluate<number>('window.frames_.at(-1)');
    await page.keyboard.press('Escape');
    await until(page, `window.frames_.at(-1) > ${stoppedAt + 3}`);
  });

  it('a game that was just published runs beside its sheet, which is not modal', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    project.html = TELLING_GAME;
    const card = session.api.store.addPublished('遊び');
    Object.assign(card, {
      isOwner: true,
      playUrl: `/game/${USER.id}/${project.id}/index.html`,
    });
    const page = await session.at('phone', `/game.html?id=${card.id}&published=1`);
    await page.waitForSelector('.share-sheet[open]');
    await page.evaluate(LISTEN);
    await until(page, 'window.frames_.at(-1) > 3');
  });
});

describe('a game that has no time to report', () => {
  it('is not called broken when it is there, and is when it is not', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    project.html = TELLING_GAME;
    const page = await session.editor('desktop', project.id);
    await page.clock.install();
    for (const [status, shown] of [
      [200, ''],
      [404, 'ゲームを読み込めませんでした'],
    ] as const) {
      await page.click('#refreshPreviewButton');
      await page.waitForSelector('#gameStatus:has-text("読み込み中")');
      await page.frameLocator('#gamePreview').locator('script').waitFor({ state: 'attached' });
      if (status === 404)
        session.api.failures.set(`HEAD /game/${USER.id}/${project.id}/index.html`, { status });
      await page.clock.fastForward(7_000);
      await until(page, `document.querySelector('#gameStatus').textContent === '${shown}'`);
    }
  });
});

describe('a long message', () => {
  it('is counted near the limit, refused above it, and folded in the chat', async () => {
    const frame = (length: number) => ({ type: 'message', content: 'あ'.repeat(length) });
    expect(CLIENT_FRAMES.message.schema.safeParse(frame(20_000)).success).toBe(true);
    expect(CLIENT_FRAMES.message.schema.safeParse(frame(20_001)).success).toBe(false);
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', id);
    expect(await page.isHidden('#inputCount')).toBe(true);
    await page.fill('#chatInput', 'あ'.repeat(30_000));
    await page.waitForSelector('#inputCount.is-over:has-text("30,000 / 20,000文字")');
    await check(page, 'too long');
    await page.click('#sendButton');
    await page.waitForSelector('.toast:has-text("長すぎます")');
    expect(session.api.sockets.lastOf('message')).toBeUndefined();
    await say(page, 'あいうえお\n'.repeat(40));
    const bubble = page.locator('.message.user').last();
    await bubble.locator('[aria-expanded=false]').waitFor();
    expect((await bubble.innerText()).match(/あいうえお/g)).toHaveLength(12);
    await check(page, 'folded');
    await bubble.locator('[aria-expanded]').press('Enter');
    expect(await page.evaluate("document.activeElement.closest('.message.user') !== null")).toBe(
      true,
    );
    expect((await bubble.innerText()).match(/あいうえお/g)).toHaveLength(40);
  });
});
