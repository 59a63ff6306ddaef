import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { check } from './audit.js';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession, texts } from './browser.js';

/** Something of one's own in a game: from the disk, the camera, the library, or made by the AI. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

/** A noisy photo of so many pixels: larger than what a game may carry. */
const photo = (side: number): Promise<Buffer> =>
  sharp({
    create: {
      width: side,
      height: side,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg({ quality: 95 })
    .toBuffer();

describe.each(TESTED_SIZES)('assets on %s', (size) => {
  const open = async (page: Page, button: string) => {
    if (size === 'phone') await page.click('#plusButton');
    await page.click(button);
  };

  it('chooses two in the library, sends them by number, and deletes one', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const other = session.api.store.addProject({ name: 'ねこ' });
    const { assets } = session.api;
    const image = await photo(32);
    assets.add('音.mp3', null, Buffer.alloc(4), 'audio/mpeg');
    assets.add('ねこ.png', other.id, image);
    const ship = assets.add('ship.png', project.id, image);
    const page = await session.editor(size, project.id);
    if (size === 'phone') {
      await page.click('#plusButton');
      await check(page, 'menu');
      expect(await page.evaluate('document.activeElement.id')).toBe('cameraButton');
      await page.keyboard.press('Escape');
    }
    await open(page, '#assetsButton');
    await page.waitForSelector('.asset-group');
    await check(page, 'library');
    expect(await texts(page, '.asset-group-name')).toEqual([
      '宇宙シューティング',
      'ねこ',
      '未分類',
    ]);
    await page.click('.asset-card:has-text("ship.png")');
    await page.click('.asset-card:has-text("ねこ.png")');
    expect(await page.innerText('.asset-count')).toBe('2件選択中');
    await page.click('.asset-footer .primary:has-text("挿入 (2)")');
    await check(page, 'attached');
    await page.fill('#chatInput', 'この画像を自機にして');
    await page.click('#sendButton');
    await page.waitForSelector('.message.user .attachment >> nth=1');
    expect(session.api.sockets.lastOf('message')?.['content']).toBe(
      `1：画像「ship.png」を使用: ${ship.url}\n2：画像「ねこ.png」を使用: ${assets.all[1]?.url}\n` +
        'この画像を自機にして',
    );
    expect(await page.isHidden('#attachmentStrip')).toBe(true);

    await open(page, '#assetsButton');
    await page.click('.asset-card:has-text("ship.png")');
    await page.click('.asset-footer .icon-button');
    await page.click('.confirm-card .primary:has-text("削除する")');
    await page.waitForSelector('.asset-card:has-text("ship.png")', { state: 'detached' });
    expect(assets.all.map(({ filename }) => filename)).not.toContain('ship.png');
  });

  it('attaches an uploaded photo at once, made small enough, and gives it back', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor(size, project.id);
    await page.setInputFiles('#assetPicker', [
      { name: '写真.jpg', mimeType: 'image/jpeg', buffer: await photo(1_600) },
      { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('no') },
    ]);
    await page.waitForSelector('.attached:has-text("【1】写真.jpg")');
    await page.waitForSelector('.toast:has-text("note.txt: この種類のファイルは使えません")');
    const [sent] = session.api.assets.bytes.values();
    expect(sent?.length).toBeLessThanOrEqual(300 * 1024);
    expect(session.api.assets.all[0]?.projects[0]?.id).toBe(project.id);
    session.api.sockets.script = (turn) => {
      turn.startJob();
      turn.emit({ type: 'failed', job: turn.project.job, error: 'x' });
    };
    await page.fill('#chatInput', '背景にして');
    await page.click('#sendButton');
    await page.waitForSelector('.message.error');
    await page.waitForSelector('.attached:has-text("【1】写真.jpg")');
    expect(await page.inputValue('#chatInput')).toBe('背景にして');
    await page.click('.attached .icon-button');
    expect(await page.isHidden('#attachmentStrip')).toBe(true);
  });

  it('makes an image with AI and inserts it; says when it failed', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor(size, project.id);
    await open(page, '#imageGenButton');
    await check(page, 'image generation');
    await page.fill('#imagePrompt', 'ドットの剣');
    await page.selectOption('#imageStyle', 'pixel');
    session.api.assets.isOutOfOrder = true;
    await page.click('.image-form .primary');
    await page.waitForSelector('.image-stage:has-text("作成できませんでした")');
    session.api.assets.isOutOfOrder = false;
    await page.click('.image-form .primary');
    await page.waitForSelector('.image-stage img');
    await check(page, 'image made');
    expect(session.api.assets.wishes.at(-1)).toMatchObject({
      prompt: 'ドットの剣',
      style: 'pixel',
      size: '512x512',
    });
    await page.click('.image-actions .primary');
    await page.waitForSelector('.attached:has-text("ドットの剣.png")');
  });
});

describe('the tab アップロード', () => {
  it('takes files with tags, and chooses them in the library', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', project.id);
    await page.click('#plusButton');
    await page.click('#assetsButton');
    await page.waitForSelector('.panel-note:has-text("まだ素材がありません")');
    await page.click('.asset-tab-button >> nth=1');
    await check(page, 'upload');
    await page.setInputFiles('.asset-dialog input[type=file]', {
      name: 'hero.png',
      mimeType: 'image/png',
      buffer: await sharp(await photo(40))
        .png()
        .toBuffer(),
    });
    await page.fill('#assetTags', '自機');
    await check(page, 'upload with a file');
    await page.click('.asset-details .primary');
    await page.waitForSelector('.asset-card[aria-pressed="true"]:has-text("hero.png")');
    await check(page, 'uploaded');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('挿入');
    await page.click('.asset-footer .primary');
    await page.waitForSelector('.attached:has-text("hero.png")');
  });

  it('shows beside each of many files why it was not taken, and keeps those in sight', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', project.id);
    await page.click('#plusButton');
    await page.click('#assetsButton');
    await page.click('.asset-tab-button >> nth=1');
    const refused = ['a.png', 'b.png', 'c.png', 'd.txt'];
    await page.setInputFiles('.asset-dialog input[type=file]', [
      ...refused.map((name) => ({ name, mimeType: '', buffer: Buffer.from('no image') })),
      { name: 'hero.jpg', mimeType: 'image/jpeg', buffer: await photo(40) },
    ]);
    await page.click('.asset-details .primary');
    await page.waitForSelector('.toast[role=alert]:has-text("4件を追加できませんでした")');
    expect(await texts(page, '.asset-files li > span')).toEqual(
      refused.map((name) => expect.stringMatching(new RegExp(`^${name}\\s*\\S+`)) as string),
    );
    expect(await page.innerText('.asset-count')).toBe('hero.jpg');
    await check(page, 'refused files');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.dialog:has-text("保存せずに閉じますか")');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.dialog:has-text("保存せずに閉じますか")', { state: 'detached' });
    expect(await page.innerText('.asset-files')).toContain('a.png');
  });
});

/** The next answer of this address comes when the function is called. */
async function hold(page: Page, address: string): Promise<() => void> {
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route(address, (route) => held.then(() => route.continue()), { times: 1 });
  return answer;
}

describe.each(TESTED_SIZES)('the image editor on %s', (size) => {
  it('crops, resizes, turns, cuts out, undoes, and saves a new asset', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const { assets } = session.api;
    assets.add(
      'ship.png',
      project.id,
      await sharp(await photo(80))
        .resize(80, 40)
        .toBuffer(),
    );
    const page = await session.editor(size, project.id);
    const canvas = () => page.getAttribute('.edit-stage canvas', 'aria-label');
    if (size === 'phone') await page.click('#plusButton');
    await page.click('#assetsButton');
    await page.click('.asset-card:has-text("ship.png")');
    await page.click('.asset-edit');
    await page.waitForSelector('.edit-stage canvas');
    await check(page, 'image editor');
    expect(await page.isDisabled('.edit-save')).toBe(true);
    await page.click('[data-tool=rotate]');
    expect(await canvas()).toBe('ship.png 40×80');
    await page.click('[data-tool=backward]');
    expect(await canvas()).toBe('ship.png 80×40');
    await page.click('[data-tool=crop]');
    await page.click('.edit-shapes .chip:has-text("1:1")');
    await check(page, 'crop');
    await page.click('.edit-form .primary');
    expect(await canvas()).toBe('ship.png 40×40');
    await page.click('[data-tool=resize]');
    await page.fill('[aria-label="幅"]', '5000');
    await page.click('.edit-form .primary');
    await page.waitForSelector('.toast:has-text("1から2048")');
    await page.fill('[aria-label="幅"]', '20');
    expect(await page.inputValue('[aria-label="高さ"]')).toBe('20');
    await check(page, 'resize');
    await page.click('.edit-form .primary');
    expect(await canvas()).toBe('ship.png 20×20');
    // One that is left changes nothing when it comes after all.
    const cutout = '**/api/assets/remove-background';
    const answer = await hold(page, cutout);
    await page.click('[data-tool=cutout]');
    await page.waitForSelector('.edit-busy:has-text("0:01")');
    await check(page, 'cut-out');
    const came = page.waitForResponse(cutout);
    await page.click('.image-actions .button:has-text("キャンセル")');
    answer();
    await came;
    await page.click('[data-tool=cutout]');
    await page.waitForSelector('.edit-stage canvas[aria-label="ship.png 1×1"]');
    await page.click('[data-tool=backward]');
    // What is changed while it is saved would not be in the file.
    const save = await hold(page, '**/api/assets/upload');
    await page.click('.edit-save');
    await page.waitForSelector('.edit-busy:focus');
    expect(await page.locator('.edit-panel button').count()).toBe(0);
    save();
    await page.waitForSelector('.asset-card[aria-pressed="true"]:has-text("ship_edited.jpg")');
    const { width, height } = await sharp(assets.bytes.get(assets.all[0]?.url ?? '')).metadata();
    expect([width, height]).toEqual([20, 20]);
  });

  it('a crop is moved and sized by dragging, and its sliders follow', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const image = await sharp(await photo(400))
      .resize(400, 200)
      .toBuffer();
    session.api.assets.add('ship.png', project.id, image);
    const page = await session.editor(size, project.id);
    if (size === 'phone') await page.click('#plusButton');
    await page.click('#assetsButton');
    await page.click('.asset-card:has-text("ship.png")');
    await page.click('.asset-edit');
    await page.click('[data-tool=crop]');
    const boxOf = async (part: string) => {
      // Once it stands still: the dialog comes in with a motion.
      await page.hover(part);
      const box = await page.locator(part).boundingBox();
      if (!box) throw new Error(`${part} is nowhere`);
      return box;
    };
    const dragged = async (from: string, by: readonly [x: number, y: number]): Promise<void> => {
      const box = await boxOf(from);
      const shown = await page.locator('.cropper-canvas').boundingBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.down();
      const to = { x: x + by[0] * (shown?.width ?? 0), y: y + by[1] * (shown?.height ?? 0) };
      await page.mouse.move(to.x, to.y, { steps: 4 });
      await page.mouse.up();
    };
    const at = (label: string) => page.locator(`[aria-label="${label}"]`).inputValue().then(Number);
    // Free: each side by itself.
    await dragged('.cropper-point.point-se', [-0.5, -0.25]);
    await expect.poll(() => at('左右の位置')).toBe(0);
    await dragged('.cropper-face', [1, 0.125]);
    await expect.poll(() => at('左右の位置')).toBe(100);
    expect(await at('上下の位置')).toBeCloseTo(50, -1);
    await page.click('.edit-form .primary');
    const label = await page.getAttribute('.edit-stage canvas', 'aria-label');
    const [, width, height] = /(\d+)×(\d+)/.exec(label ?? '') ?? [];
    expect(Math.abs(Number(width) - 200)).toBeLessThan(4);
    expect(Math.abs(Number(height) - 150)).toBeLessThan(4);
    // Of a fixed shape it keeps the shape.
    await page.click('[data-tool=crop]');
    await page.click('.edit-shapes .chip:has-text("1:1")');
    await page.waitForSelector('.edit-shapes .chip[aria-pressed=true]:has-text("1:1")');
    await dragged('.cropper-point.point-nw', [0.2, 0.2]);
    await check(page, 'crop that was dragged');
    await page.click('.edit-form .primary');
    const square = await page.getAttribute('.edit-stage canvas', 'aria-label');
    const [, side, other] = /(\d+)×(\d+)/.exec(square ?? '') ?? [];
    expect(side).toBe(other);
    expect(Number(side)).toBeLessThan(140);
  });
});
