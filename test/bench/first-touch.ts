import { performance } from 'node:perf_hooks';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { DRAW_AT_ONCE } from '../../src/process/chromium.js';
import { Person } from '../e2e/person.js';
import { chooseItems, readItems } from '../eval/wishes.js';
import { launchChromium } from '../support/chromium.js';
import { sheetOf } from '../support/sheet-of.js';
import { startStack, type Stack } from '../support/stack.js';
import type { OwnMeasurement, Row } from './measurement.js';
import { percentile } from './statistics.js';

const FIRST_TOUCH_S = 10;
const OWN_GAME_S = 60;
/** Seconds that the model writes: a real first game takes longer. */
const WRITES_S = '60';
/** What `npm start` has: the demo's pace, plays, and all guests from one address. */
const AS_SHIPPED = { DEMO_SECONDS: '6', PLAY_GAMES: 'true', DRAW_SPRITES: 'true' };
const COUNT = 30;

/** A folder for the strips: three first minutes, a screenshot every four seconds. */
const { STRIPS } = process.env;
const SHOT_EVERY_MS = 4_000;
const TILES = { width: 108, height: 234, columns: 10, gap: 4 };

interface FirstWish {
  readonly language: 'ja' | 'en';
  readonly text: string;
}
const SHOWN: readonly FirstWish[] = [
  { language: 'ja', text: 'ネコが魚を集めるゲームを作って' },
  { language: 'en', text: 'A space shooter where my cat fights aliens' },
  { language: 'en', text: 'A 3D car race on a highway' },
];

/** The first touch that a game answers, from the tap on "create" at the first page, on a phone. */
export const firstTouch: OwnMeasurement = {
  name: 'first-touch',
  title: 'From a first wish of a guest to what answers a touch, on a phone',
  pace: 'own',
  run: async ({ quick }) => {
    const browser = await launchChromium(DRAW_AT_ONCE);
    try {
      const atPace = await withStack({ DEMO_SECONDS: WRITES_S }, async ({ baseUrl }) => {
        if (STRIPS) await keepStrips(browser, baseUrl, STRIPS);
        return touchSketches(browser, baseUrl, wishes(quick ? 2 : COUNT));
      });
      return [
        ...atPace,
        await withStack(AS_SHIPPED, ({ baseUrl }) => touchGames(browser, baseUrl, SHOWN)),
      ];
    } finally {
      await browser.close();
    }
  },
};

async function withStack<T>(
  env: Readonly<Record<string, string>>,
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
  const stack = await startStack({ env: { ...env, GUEST_DAILY_USD: '0', LOG_LEVEL: 'warn' } });
  try {
    return await use(stack);
  } finally {
    await stack.stop();
  }
}

/** Of many genres, both languages, vague and precise. */
const wishes = (count: number): readonly FirstWish[] =>
  chooseItems(readItems(), { only: ['wish'], count }).filter((item) => item.kind !== 'chain');

async function touchSketches(
  browser: Browser,
  baseUrl: string,
  list: readonly FirstWish[],
): Promise<Row[]> {
  const seconds: number[] = [];
  for (const { language, text } of list) {
    const person = await arrive(browser, baseUrl, language);
    await writeWish(person.page, baseUrl, text);
    const sentMs = performance.now();
    await send(person.page);
    await touch(person.page, '#sketchFrame');
    seconds.push((performance.now() - sentMs) / 1_000);
    await person.leave();
  }
  return [50, 95].map((p) => ({
    what: `a sketch, p${p} of ${seconds.length} wishes, the model at ${WRITES_S} s`,
    value: percentile(seconds, p),
    unit: 's',
    target: { atMost: FIRST_TOUCH_S },
  }));
}

/** From an empty browser, without a form, to the touch that one's own game answers. */
async function touchGames(
  browser: Browser,
  baseUrl: string,
  list: readonly FirstWish[],
): Promise<Row> {
  const seconds: number[] = [];
  for (const { language, text } of list) {
    const person = await arrive(browser, baseUrl, language);
    const cameMs = performance.now();
    await writeWish(person.page, baseUrl, text);
    await send(person.page);
    await playUntilMade(person.page);
    seconds.push((performance.now() - cameMs) / 1_000);
    await person.leave();
  }
  const what = `the own game, from an empty browser, slowest of ${seconds.length}, as shipped`;
  const note = seconds.map((one) => `${one.toFixed(0)} s`).join(', ');
  return { what, value: Math.max(...seconds), unit: 's', target: { atMost: OWN_GAME_S }, note };
}

const arrive = (browser: Browser, baseUrl: string, language: 'ja' | 'en'): Promise<Person> =>
  Person.arrive(browser, baseUrl, 'phone', language === 'ja' ? 'ja-JP' : 'en-US');

/** The first page, with a wish in its box. */
async function writeWish(page: Page, baseUrl: string, text: string): Promise<void> {
  await page.goto(baseUrl);
  await page.fill('#wishInput', text);
}

const send = (page: Page): Promise<void> => page.click('.wish-box .primary');

/** Where a game that is over offers another round, too: below the header of the preview. */
const tap = (page: Page, x: number): Promise<void> => page.touchscreen.tap(x, 560);

/** Taps a sketch or a game until it has answered. */
async function touch(page: Page, frame: '#sketchFrame' | '#gamePreview'): Promise<void> {
  await page.frameLocator(frame).locator('#screen').waitFor();
  const root = page.frameLocator(frame).locator('html');
  do await tap(page, 200);
  while (!(Number(await root.getAttribute('data-time')) > 0));
}

/** Plays the sketch, again and again, until the game is there and has answered. */
async function playUntilMade(page: Page): Promise<void> {
  const ready = page.locator('.sketch-ready .button');
  await page.locator('#sketchFrame').waitFor();
  for (let turn = 0; !(await page.locator('#gamePreview').isVisible()); turn += 1) {
    if (await ready.isVisible()) await ready.click();
    else await tap(page, [195, 100, 290][turn % 3]!);
    await sleep(500);
  }
  await touch(page, '#gamePreview');
}

/** Three first minutes as images, a row of screenshots each. */
async function keepStrips(browser: Browser, baseUrl: string, folder: string): Promise<void> {
  for (const [at, { language, text }] of SHOWN.entries()) {
    const person = await arrive(browser, baseUrl, language);
    await writeWish(person.page, baseUrl, text);
    const shots = [await person.page.screenshot()];
    let isMade = false;
    const minute = send(person.page)
      .then(() => playUntilMade(person.page))
      .finally(() => (isMade = true));
    while (!isMade) {
      await sleep(SHOT_EVERY_MS);
      shots.push(await person.page.screenshot());
    }
    await minute;
    await person.leave();
    const strip = await sheetOf(shots, TILES);
    const file = path.join(folder, `first-minute-${at + 1}.webp`);
    await strip.webp({ quality: 70, effort: 6 }).toFile(file);
  }
}
