import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserSession } from './browser.js';
import type { Size } from '../sizes.js';
import { CHAPTER_NAMES, walkThrough, type ChapterName } from './tour/index.js';

/**
 * The whole app by keyboard: on every page and every dialog Tab comes to each control, shows where
 * it is, and is held by modal dialogs alone. That Escape ends a dialog and gives the focus back is
 * asked by the walk itself.
 */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());

const IN_PAGE = (
  await readFile(path.join(import.meta.dirname, 'keyboard-in-page.js'), 'utf8')
).replace(/;\s*$/, '');
/** What is reached beside the controls: scrolled lists, games, the browser's own bar. */
const BESIDE = 16;

interface Place {
  /** The control's mark; null where the focus is on something else. */
  readonly mark: string | null;
  readonly is: string;
  readonly isSeen: boolean;
  readonly isOutside: boolean;
}

async function objections(page: Page): Promise<string[]> {
  const controls = await page.evaluate<Record<string, string>>(`${IN_PAGE}.begin()`);
  const missed = new Map(Object.entries(controls));
  const found = new Set<string>();
  for (let press = 0; press < Object.keys(controls).length + BESIDE; press += 1) {
    await page.keyboard.press('Tab');
    const place = await page.evaluate<Place>(`${IN_PAGE}.place()`);
    if (place.isOutside) found.add(`outside the dialog: ${place.is}`);
    if (place.mark === null) continue;
    missed.delete(place.mark);
    if (!place.isSeen) found.add(`focus cannot be seen: ${place.is}`);
    if (missed.size === 0) break;
  }
  const there = new Set(await page.evaluate<string[]>(`${IN_PAGE}.end()`));
  const unreached = [...missed].filter(([mark]) => there.has(mark));
  return [...found, ...unreached.map(([, is]) => `not reached: ${is}`)];
}

describe('by keyboard', () => {
  it.each<[ChapterName, Size]>([
    ...CHAPTER_NAMES.map((chapter): [ChapterName, Size] => [chapter, 'desktop']),
    // one pane at a time: the sketch in front
    ['a new game', 'phone'],
  ])('Tab reaches and shows all controls of %s on a %s', async (chapter, size) => {
    await walkThrough(session, chapter, size, async (page, screen) => {
      expect.soft(await objections(page), screen).toEqual([]);
    });
  });
});
