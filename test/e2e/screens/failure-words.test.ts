import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BrowserSession, until } from './browser.js';

/** What fails says why: where one looks, read out, and another sentence for each reason. */
let session: BrowserSession;
let photo: Buffer;
beforeAll(async () => {
  session = await BrowserSession.open();
  photo = await sharp({
    create: { width: 64, height: 64, channels: 3, background: '#4080c0' },
  })
    .webp()
    .toBuffer();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

/** The first bytes of a phone's photo: a box `ftyp` of the brand `heic`. */
const HEIC = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypheic\0\0\0\0mif1heic'),
  Buffer.alloc(64),
]);
const DAMAGED = Buffer.from('these bytes are no image');
const UNREADABLE = 'この画像は読み込めませんでした';
const HEIC_WORDS = 'HEICの写真を読み込めません';

const REASONS = [
  ['429', 'あと40秒ほど待って'],
  ['503', 'いまサーバーにつながりません。何も失われていません。'],
  ['offline', 'ネットワークにつながっていません'],
] as const;

interface Way {
  /** The call that fails, without the project's address. */
  readonly call: string;
  readonly open: (projectId: string) => Promise<Page>;
  readonly press: string;
  /** Where the words are. */
  readonly place: string;
}

const IN_DIALOG = 'dialog[open] .toast.error[role=alert]';

async function editor(projectId: string, button: string): Promise<Page> {
  const page = await session.editor('phone', projectId);
  await page.click('#plusButton');
  await page.click(button);
  return page;
}

async function imageEditor(projectId: string): Promise<Page> {
  session.api.assets.add('ship.webp', projectId, photo);
  const page = await editor(projectId, '#assetsButton');
  await page.click('.asset-card');
  await page.click('.asset-edit');
  await page.click('[data-tool=rotate]');
  return page;
}

async function publishPage(projectId: string): Promise<Page> {
  const page = await session.at('phone', `/publish.html?id=${projectId}`);
  await page.waitForSelector('#submitButton:enabled');
  return page;
}

async function uploadTab(projectId: string, buffer = photo, name = 'a.webp'): Promise<Page> {
  const page = await editor(projectId, '#assetsButton');
  await page.click('.asset-tab-button >> nth=1');
  await page.setInputFiles('.asset-dialog input[type=file]', {
    name,
    mimeType: 'image/webp',
    buffer,
  });
  return page;
}

const WAYS: Record<string, Way> = {
  generate: {
    call: 'POST /api/generate-image',
    open: async (id) => {
      const page = await editor(id, '#imageGenButton');
      await page.fill('#imagePrompt', 'ドットの剣');
      return page;
    },
    press: '.image-form .primary',
    place: 'dialog[open] .image-stage [role=alert]',
  },
  'cut out': {
    call: 'POST /api/assets/remove-background',
    open: imageEditor,
    press: '[data-tool=cutout]',
    place: IN_DIALOG,
  },
  save: {
    call: 'POST /api/assets/upload',
    open: imageEditor,
    press: '.edit-save',
    place: IN_DIALOG,
  },
  upload: {
    call: 'POST /api/assets/upload',
    open: uploadTab,
    press: '.asset-details .primary',
    place: IN_DIALOG,
  },
  thumbnail: {
    call: 'POST generate-thumbnail',
    open: publishPage,
    press: '.thumbnail-actions .button:first-child',
    place: '.toast.error[role=alert]',
  },
  publish: {
    call: 'POST publish',
    open: publishPage,
    press: '#submitButton',
    place: '.toast.error[role=alert]',
  },
  notices: {
    call: 'PUT /api/notifications/settings',
    open: async () => {
      const page = await session.at('phone', '/notifications');
      await page.click('.notices-switches summary');
      return page;
    },
    press: '.notices-switches label:first-of-type input:enabled',
    place: '.toast.error[role=alert]',
  },
};

it.each(Object.entries(WAYS))('%s', async (_name, { call, open, press, place }) => {
  const { id } = session.api.store.addGame('宇宙シューティング');
  const page = await open(id);
  const path = call.includes('/') ? call : call.replace(' ', ` /api/projects/${id}/`);
  for (const [reason, words] of REASONS) {
    if (reason === 'offline') await page.context().setOffline(true);
    else
      session.api.failures.set(path, { status: Number(reason), headers: { 'Retry-After': '40' } });
    await page.click(press);
    await page.waitForSelector(`${place}:has-text("${words}")`);
    await page.waitForSelector(`${press}:not([aria-busy=true])`);
  }
  await page.context().setOffline(false);
});

describe('a photo', () => {
  it.each([
    ['damaged', DAMAGED, UNREADABLE],
    ['HEIC', HEIC, HEIC_WORDS],
  ])('that is %s is refused in its own words, wherever it is chosen', async (_n, file, words) => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await uploadTab(id, file, 'IMG_0001.HEIC');
    await page.click('.asset-details .primary');
    await page.waitForSelector(`${IN_DIALOG}:has-text("${words}")`);
    const publish = await publishPage(id);
    await publish.setInputFiles('.thumbnail-actions input[type=file]', {
      name: 'IMG_0001.HEIC',
      mimeType: 'image/heic',
      buffer: file,
    });
    await publish.waitForSelector(`.toast.error[role=alert]:has-text("${words}")`);
    expect(session.api.assets.all).toEqual([]);
    expect(session.api.images).toEqual([]);
    // A phone converts its photos for a list without HEIC.
    for (const input of await publish.locator('input[type=file]').all())
      expect(await input.getAttribute('accept')).not.toContain('heic');
  });

  it('as WebP is taken as a JPEG is', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await uploadTab(id);
    await page.click('.asset-details .primary');
    await page.waitForSelector('.asset-card[aria-pressed="true"]:has-text("a.webp")');
    const publish = await publishPage(id);
    await publish.setInputFiles('.thumbnail-actions input[type=file]', {
      name: 'a.webp',
      mimeType: 'image/webp',
      buffer: photo,
    });
    await publish.click('.crop-dialog .button.primary');
    await expect.poll(() => session.api.images.length).toBe(1);
  });

  it('that is damaged in the library is no failure of the server, nor the reverse', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const asset = session.api.assets.add('ship.png', id, DAMAGED);
    const page = await editor(id, '#assetsButton');
    await page.click('.asset-card');
    for (const words of [UNREADABLE, 'いまサーバーにつながりません']) {
      await page.click('.asset-edit');
      await page.waitForSelector(`.edit-stage [role=alert]:has-text("${words}")`);
      await page.keyboard.press('Escape');
      await page.waitForSelector('.image-editor', { state: 'detached' });
      session.api.failures.set(`GET ${asset.url}`, { status: 503 });
    }
  });
});

it('what is not saved of a publish page has its reason, and is saved later', async () => {
  const project = session.api.store.addGame('宇宙シューティング');
  project.draft = { title: '題名', description: '', tags: [] };
  const page = await publishPage(project.id);
  const path = `POST /api/projects/${project.id}/publish-draft`;
  session.api.failures.set(path, { status: 429, headers: { 'Retry-After': '40' } });
  await page.fill('#title', 'ほかの題名');
  await page.waitForSelector(
    '#saveState[role=status]:has-text("保存失敗: "):has-text("あと40秒ほど")',
  );
  await page.context().setOffline(true);
  await page.fill('#title', '新しい題名');
  await page.waitForSelector('#saveState:has-text("保存失敗: ネットワークにつながっていません")');
  await page.context().setOffline(false);
  await page.waitForSelector('#saveState:has-text("保存済み")');
  expect(project.draft).toMatchObject({ title: '新しい題名' });
});

it('a page that a proxy answers for a server that is down is the page of that', async () => {
  const page = await session.page('phone');
  await page.goto(session.api.url);
  await until(page, 'navigator.serviceWorker.controller !== null');
  session.api.failures.set('GET /discover', { status: 503 });
  await page.goto(`${session.api.url}/discover`);
  await page.waitForSelector('body[data-page=offline]');
  await page.click('#againButton');
  await page.waitForSelector('body[data-page=discover]');
});
