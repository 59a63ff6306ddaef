import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { check } from './audit.js';
import { TESTED_SIZES, type Size } from '../sizes.js';
import { BrowserSession } from './browser.js';

/** Cutting an uploaded image to the 9:16 of thumbnails. */
let session: BrowserSession;
let image: Buffer;
beforeAll(async () => {
  // Wide, in four colours: red and green above, blue and white below.
  const quarter = (background: string) =>
    sharp({ create: { width: 800, height: 450, channels: 3, background } })
      .png()
      .toBuffer();
  const [red, green, blue] = await Promise.all(['#ff0000', '#00ff00', '#0000ff'].map(quarter));
  image = await sharp({
    create: { width: 1600, height: 900, channels: 3, background: '#ffffff' },
  })
    .composite([
      { input: red, left: 0, top: 0 },
      { input: green, left: 800, top: 0 },
      { input: blue, left: 0, top: 450 },
    ])
    .jpeg()
    .toBuffer();
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

async function choose(size: Size, buffer = image): Promise<Page> {
  const page = await session.at(
    size,
    `/publish.html?id=${session.api.store.addProject({ name: 'ゲーム' }).id}`,
  );
  await page.waitForSelector('#submitButton:enabled');
  await page.setInputFiles('.thumbnail-actions input[type=file]', {
    name: 'image.jpg',
    mimeType: 'image/jpeg',
    buffer,
  });
  return page;
}

/**
 * Presses 適用; answers what was sent, and its colours at the middles of its four quarters, row by
 * row.
 */
async function applied(
  page: Page,
): Promise<{ width: number; height: number; format: string; colours: string[] }> {
  await page.click('.crop-footer .primary');
  await expect.poll(() => session.api.images.length).toBe(1);
  const [sent] = session.api.images;
  const { width, height, format } = await sharp(sent).metadata();
  const { data, info } = await sharp(sent)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const colour = (x: number, y: number): string => {
    const at =
      (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * info.channels;
    const [r, g, b] = [...data.subarray(at, at + 3)].map((value) => value > 128);
    return r && g && b ? 'white' : r ? 'red' : g ? 'green' : b ? 'blue' : 'black';
  };
  return {
    width,
    height,
    format,
    colours: [colour(0.25, 0.25), colour(0.75, 0.25), colour(0.25, 0.75), colour(0.75, 0.75)],
  };
}

describe.each(TESTED_SIZES)('an uploaded thumbnail on %s', (size) => {
  it('is cut in a 9:16 frame, the middle unless it is moved, and never enlarged', async () => {
    const page = await choose(size);
    await page.waitForSelector('.crop-dialog[open]');
    expect(await page.innerText('.crop-dialog h2')).toBe('サムネイルを編集');
    expect(await page.innerText('.crop-note')).toContain('9:16のサムネイル比率で切り抜きます');
    await check(page, 'crop');
    expect(await applied(page)).toEqual({
      width: 506,
      height: 900,
      format: 'webp',
      colours: ['red', 'green', 'blue', 'white'],
    });
    await page.waitForSelector('.thumbnail-stage img');
  });
});

describe('an uploaded thumbnail', () => {
  it('follows the finger, and never leaves the frame empty', async () => {
    const page = await choose('phone');
    const box = await page.locator('.crop-stage').boundingBox();
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 5_000, y + 5_000, { steps: 3 });
    await page.mouse.up();
    expect((await applied(page)).colours).toEqual(['red', 'red', 'blue', 'blue']);
  });

  it('is turned, flipped, zoomed and moved by keyboard', async () => {
    const page = await choose('desktop');
    await page.click('.crop-tools .button:has-text("回転")');
    await page.click('.crop-tools .button:has-text("左右")');
    await page.focus('.crop-stage');
    for (let press = 0; press < 4; press += 1) await page.keyboard.press('+');
    await page.keyboard.press('ArrowLeft');
    // Turned clockwise blue comes to the upper left and red to the upper right; flipped they change
    // places.
    expect((await applied(page)).colours).toEqual(['red', 'blue', 'green', 'white']);
  });

  it('is not sent when the person cancels; a file that is no image is refused', async () => {
    const page = await choose('phone');
    await page.click('.crop-footer .button >> nth=0');
    await page.waitForSelector('.crop-dialog', { state: 'detached' });
    await page.setInputFiles('.thumbnail-actions input[type=file]', {
      name: 'image.png',
      mimeType: 'image/png',
      buffer: Buffer.from('no image'),
    });
    await page.waitForSelector('.toast.error:has-text("この画像は読み込めませんでした")');
    expect([
      session.api.images,
      session.api.requests.filter((request) => request.includes('upload-thumbnail')),
    ]).toEqual([[], []]);
  });
});
