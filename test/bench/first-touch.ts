import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { DRAW_AT_ONCE } from '../../src/process/chromium.js';
import { Person } from '../e2e/person.js';
import { chooseItems, readItems } from '../eval/wishes.js';
import { launchChromium } from '../support/chromium.js';
import { startStack } from '../support/stack.js';
import type { OwnMeasurement } from './measurement.js';
import { percentile } from './statistics.js';

const LIMIT_S = 10;
/** Seconds that the model writes: a real first game takes longer. */
const WRITES_S = '60';
const SHOT_EVERY_MS = 4_000;
/** A folder of screenshots of the first wish, every four seconds from the tap to the game. */
const { STRIP } = process.env;

const COUNT = 30;

/** The first touch that a game answers, from the tap on "send", on a phone. */
export const firstTouch: OwnMeasurement = {
  name: 'first-touch',
  title: 'From a first wish to the first touch that a sketch answers, on a phone',
  pace: 'own',
  run: async ({ quick }) => {
    const stack = await startStack({ env: { DEMO_SECONDS: WRITES_S, LOG_LEVEL: 'warn' } });
    const browser = await launchChromium(DRAW_AT_ONCE);
    try {
      const seconds: number[] = [];
      for (const [at, { language, text }] of wishes(quick ? 2 : COUNT).entries()) {
        const locale = language === 'ja' ? 'ja-JP' : 'en-US';
        const person = await Person.arrive(browser, stack.baseUrl, 'phone', locale);
        await person.signIn();
        await person.newProject();
        const sentMs = performance.now();
        await person.say(text);
        const strip = at === 0 && STRIP ? stripOf(person.page, STRIP) : null;
        await touch(person.page);
        seconds.push((performance.now() - sentMs) / 1_000);
        await strip;
        await person.leave();
      }
      const target = { atMost: LIMIT_S };
      return [50, 95].map((p) => {
        const what = `p${p} of ${seconds.length} wishes in two languages`;
        return { what, value: percentile(seconds, p), unit: 's', target } as const;
      });
    } finally {
      await browser.close();
      await stack.stop();
    }
  },
};

/** Of many genres, both languages, vague and precise. */
const wishes = (count: number) =>
  chooseItems(readItems(), { only: ['wish'], count }).filter((item) => item.kind !== 'chain');

/** Touches the sketch, which has come to the front, until it has answered. */
async function touch(page: Page): Promise<void> {
  const screen = page.frameLocator('#sketchFrame').locator('#screen');
  await screen.click({ position: { x: 200, y: 500 } });
  const moved = 'Number(document.documentElement.dataset.time) > 0';
  await page.frames().at(-1)?.waitForFunction(moved);
}

async function stripOf(page: Page, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let shot = 0; ; shot += 1) {
    await page.screenshot({ path: path.join(folder, `${String(shot).padStart(2, '0')}.png`) });
    const ready = page.locator('.sketch-ready .button');
    const isMade = await page.locator('#gamePreview:visible').count();
    if (isMade > 0) return;
    if (await ready.isVisible()) await ready.click();
    await sleep(SHOT_EVERY_MS);
  }
}
