import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIZES, type Size } from '../sizes.js';
import { check } from './audit.js';
import { BrowserSession } from './browser.js';
import { CHAPTER_NAMES, walkThrough } from './tour/index.js';

/** Every page and dialog in both sizes and languages: nothing that axe or the house objects to. */
const AXE = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
/** What axe calls minor is advice; all others stand in the way of somebody. */
const OBJECTIONS = ['moderate', 'serious', 'critical'];

/** Games in frames are other people's pages. */
const RUN = `axe.run(document, { resultTypes: ['violations'], iframes: false, preload: false })`;

async function objections(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>(RUN);
  return violations
    .filter(({ impact }) => OBJECTIONS.includes(impact ?? ''))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

describe.each(['ja-JP', 'en-US'])('in %s', (locale) => {
  let session: BrowserSession;
  beforeAll(async () => {
    session = await BrowserSession.open(locale);
  });
  afterAll(() => session.close());

  describe.each(Object.keys(SIZES) as Size[])('on %s', (size) => {
    it.each(CHAPTER_NAMES)('axe has nothing against the screens of %s', async (chapter) => {
      await walkThrough(session, chapter, size, async (page, screen) => {
        await check(page, screen);
        expect.soft(await objections(page), screen).toEqual([]);
      });
    });
  });
});
