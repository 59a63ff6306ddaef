import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURES } from '../../../dev/demo-model/edits/features.js';
import { composeGame, FEATURES_END } from '../../../dev/demo-model/games/compose.js';
import { themeFromText } from '../../../dev/demo-model/theme/theme.js';
import type { Dimension } from '../../../dev/demo-model/theme/types.js';
import { spritePath } from '../../../src/contracts/game/brief.js';
import { sample } from '../../scope.js';
import { launchChromium } from '../../support/chromium.js';
import { patient } from '../../support/patience.js';

/** The policy under which the product serves games. */
const POLICY = [
  'sandbox allow-scripts allow-pointer-lock',
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "connect-src 'self' data: blob:",
  'worker-src blob:',
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
const THREE = path.dirname(createRequire(import.meta.url).resolve('three'));

/**
 * What touching does that nothing else does: the hero follows, jumps or walks (from card to card),
 * points or lives are counted, tiles are joined.
 */
type Effect = 'follows' | 'jumps' | 'counts' | 'walks' | 'joins';
const GAMES: readonly (readonly [
  name: string,
  request: string,
  dimension: Dimension,
  effect: Effect,
])[] = [
  ['shooting', 'シューティング', '2d', 'follows'],
  ['catch', '猫が魚を集める', '2d', 'follows'],
  ['runner', '忍者がジャンプする', '2d', 'jumps'],
  ['blocks', 'フルーツのパズル', '2d', 'counts'],
  ['tap', 'もぐらたたき', '2d', 'counts'],
  ['quiz', '動物クイズ', '2d', 'counts'],
  ['maze', '迷路', '2d', 'walks'],
  ['board', '2048みたいなの', '2d', 'joins'],
  ['idle', '牛の放置ゲーム', '2d', 'counts'],
  ['battle', '勇者が魔王と戦うRPG', '2d', 'counts'],
  ['rhythm', 'リズムゲーム', '2d', 'counts'],
  ['fishing', '釣りゲーム', '2d', 'follows'],
  ['breakout', 'ブロック崩し', '2d', 'follows'],
  ['bubbles', 'バブルシューター', '2d', 'counts'],
  ['cards', '神経衰弱', '2d', 'walks'],
  ['duel', '2人対戦のホッケー', '2d', 'follows'],
  ['ledges', '足場をジャンプで渡る', '2d', 'jumps'],
  ['collected', '動物をタップして集める', '2d', 'counts'],
  ['card battle', '勇者のカードバトル', '2d', 'counts'],
  ['to the goal', 'ボールを転がしてゴールへ', '3d', 'follows'],
  ['ride3d', 'レース', '3d', 'follows'],
  ['shooting3d', 'シューティング', '3d', 'follows'],
  ['stack3d', 'パズル', '3d', 'counts'],
];

/** Where not all are: each effect, in two and in three dimensions. */
const PLAYED = ['shooting', 'runner', 'tap', 'maze', 'board', 'ride3d'];

const pages = new Map<string, string>();
let server: Server;
let browser: Browser;
/** One colour that no style has. */
let figure: Buffer;
const FIGURE = [0, 255, 64] as const;
let origin: string;

beforeAll(async () => {
  const [r, g, b] = FIGURE;
  figure = await sharp({ create: { width: 64, height: 64, channels: 3, background: { r, g, b } } })
    .webp({ lossless: true })
    .toBuffer();
  server = createServer((request, response) => {
    const url = request.url ?? '/';
    const headers = {
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    };
    const html = pages.get(url);
    if (html !== undefined)
      response
        .writeHead(200, {
          ...headers,
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': POLICY,
        })
        .end(html);
    else if (url.startsWith('/vendor/three@0.187.0/')) {
      readFile(path.join(THREE, path.basename(url))).then(
        (code) =>
          response.writeHead(200, { ...headers, 'content-type': 'text/javascript' }).end(code),
        () => response.writeHead(404).end(),
      );
    } else if (url.startsWith('/images/'))
      response.writeHead(200, { ...headers, 'content-type': 'image/webp' }).end(figure);
    else response.writeHead(url === '/favicon.ico' ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

type State = Record<'score' | 'state' | 'lives' | 'playerX' | 'playerY' | 'time', string>;
/** Where a game shows its state. */
const DATA = 'document.documentElement.dataset';

interface Run {
  state: State;
  problems: string[];
}

const stateOf = (page: Page): Promise<State> => page.evaluate<State>(`({ ...${DATA} })`);

/**
 * Opens a game on a phone's screen and does `act` with it, about a second of the game's own time.
 */
async function play(html: string, act: (page: Page) => Promise<void>): Promise<Run> {
  const address = `/game-${pages.size}`;
  pages.set(address, html);
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('blob:'))
      problems.push(`foreign request: ${request.url()}`);
  });
  await page.goto(origin + address);
  await page.waitForFunction(`Number(${DATA}.time) > 0`);
  await act(page);
  const state = await stateOf(page);
  await page.close();
  return { state, problems };
}

const SKY = [255, 0, 255] as const;
const NEAR = 24;

/** How many pixels of the screen have about this colour. */
async function pixelsLike(page: Page, colour: readonly number[]): Promise<number> {
  const { data, info } = await sharp(await page.screenshot())
    .raw()
    .toBuffer({ resolveWithObject: true });
  let found = 0;
  for (let at = 0; at < data.length; at += info.channels)
    if (colour.every((part, channel) => Math.abs(part - data[at + channel]!) < NEAR)) found += 1;
  return found;
}

const untilTime = (page: Page, seconds: number): Promise<unknown> =>
  page.waitForFunction(`Number(${DATA}.time) >= ${seconds} || ${DATA}.state === 'over'`);

async function hold(page: Page): Promise<void> {
  await page.mouse.move(195, 680);
  await page.mouse.down();
  for (let i = 0; i < 8; i += 1) {
    await page.mouse.move(60 + ((i + 1) % 4) * 35, 690);
    // Bare time: a finger's pace
    await page.waitForTimeout(60);
  }
  await untilTime(page, 1.3);
  // A fish that bites by chance holds the hook for a moment.
  await expect
    .poll(async () => SHOWN.follows(await stateOf(page)), { timeout: patient(20_000) })
    .toBe(true);
}

/** Taps here and there until the game shows it, or for so long that it never will. */
async function tapUntil(page: Page, isShown: (state: State) => boolean): Promise<void> {
  for (let i = 0; i < 600 && !isShown(await stateOf(page)); i += 1) {
    await page.touchscreen.tap(75 + (i % 3) * 120, 250 + ((i * 97) % 460));
    // Bare time: a finger's pace
    await page.waitForTimeout(20);
  }
}

/**
 * Holds a finger to the lower right, where the way out of a maze is, and then below; by the clock
 * of the game, which a slow machine does not hurry.
 */
async function walk(page: Page): Promise<void> {
  for (const [x, y] of [
    [330, 170],
    [40, 700],
  ] as const) {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await untilTime(page, Number((await stateOf(page)).time) + 0.7);
    await page.mouse.up();
  }
}

/** Swipes one way after the other until tiles have met. */
async function swipe(page: Page): Promise<void> {
  const ways = [
    [90, 0],
    [0, 90],
    [-90, 0],
    [0, -90],
  ] as const;
  for (let i = 0; i < 40 && (await stateOf(page)).score === '0'; i += 1) {
    const [dx, dy] = ways[i % ways.length] ?? ways[0];
    await page.mouse.move(195, 440);
    await page.mouse.down();
    await page.mouse.move(195 + dx, 440 + dy, { steps: 4 });
    // Bare time: a finger's pace
    await page.waitForTimeout(60);
    await page.mouse.up();
    // Bare time: a finger's pace
    await page.waitForTimeout(40);
  }
}

const ACTS: Record<Effect, (page: Page) => Promise<void>> = {
  follows: hold,
  jumps: (page) => tapUntil(page, SHOWN.jumps),
  counts: (page) => tapUntil(page, SHOWN.counts),
  walks: walk,
  joins: swipe,
};

const SHOWN: Record<Effect, (state: State) => boolean> = {
  follows: ({ playerX }) => Math.abs(Number(playerX) - 195) > 30,
  jumps: ({ playerY }) => Number(playerY) < 640,
  // Where nothing takes a life there is none.
  counts: ({ score, lives, state }) =>
    score !== '0' || !['0', '3'].includes(lives) || state === 'over',
  walks: ({ playerX, playerY }) => Number(playerX) > 60 || Number(playerY) > 190,
  joins: ({ score }) => score !== '0',
};

describe('in Chromium, under the policy for games', () => {
  it.each(
    sample(
      'each effect of touching once; gallery plays others, games.test.ts reads all of them',
      GAMES,
      GAMES.filter(([name]) => PLAYED.includes(name)),
    ),
  )(
    '%s starts at once, answers to touch, and reports no problem',
    async (_, request, dimension, effect) => {
      const html = composeGame(themeFromText(request, { styleId: null, dimension }));
      const isShown = SHOWN[effect];
      const touched = await play(html, ACTS[effect]);
      const untouched = await play(html, async (page) => {
        await untilTime(page, 1.3);
      });
      expect(isShown(touched.state), JSON.stringify(touched.state)).toBe(true);
      expect(isShown(untouched.state), JSON.stringify(untouched.state)).toBe(false);
      expect([...touched.problems, ...untouched.problems]).toEqual([]);
    },
  );

  it.each(
    sample(
      'stack3d and shooting3d show sprites and skies by the same code as ride3d',
      GAMES.filter(([, , dimension]) => dimension === '3d'),
      GAMES.filter(([name]) => name === 'ride3d'),
    ),
  )('%s shows its sprites when they come, and a sky that is tuned, at once', async (_, request) => {
    const theme = themeFromText(request, { styleId: null, dimension: '3d' });
    const html = composeGame(theme, ['player', 'enemy', 'item'].map(spritePath));
    const { problems } = await play(html, async (page) => {
      await expect
        .poll(() => pixelsLike(page, FIGURE), { timeout: patient(20_000) })
        .toBeGreaterThan(50);
      expect(await pixelsLike(page, SKY)).toBe(0);
      const detail = { speed: 1, growth: 1, sound: true, backgroundTop: '#ff00ff' };
      const given = JSON.stringify({ detail, cancelable: true });
      // A game that does not take them is loaded anew.
      expect(await page.evaluate(`dispatchEvent(new CustomEvent('settings', ${given}))`)).toBe(
        false,
      );
      await expect
        .poll(() => pixelsLike(page, SKY), { timeout: patient(20_000) })
        .toBeGreaterThan(1_000);
    });
    expect(problems).toEqual([]);
  });

  it('a lost game is retried without a reload, and its best score stays', async () => {
    const html = composeGame(themeFromText('ライフ1のシューティング')).replace(
      'fitScreen();\nstartGame();',
      'fitScreen();\nstartGame();\nglobalThis.lose = () => { addScore(70); endGame(); };',
    );
    const { state, problems } = await play(html, async (page) => {
      await page.evaluate('lose()');
      await page.waitForFunction(`${DATA}.state === 'over'`);
      await page.evaluate(`${DATA}.reloaded = 'no'`);
      // A tap in the first moments of the end is taken for one of the lost game; on a slow machine
      // these moments are long.
      await expect
        .poll(
          async () => {
            await page.touchscreen.tap(195, 530);
            return page.evaluate(`${DATA}.state`);
          },
          { timeout: patient(25_000), interval: 600 },
        )
        .toBe('playing');
      expect(await page.evaluate(`[${DATA}.reloaded, game.best].join()`)).toBe('no,70');
    });
    expect(state.lives).toBe('1');
    expect(problems).toEqual([]);
  });

  it.each([
    ['2D', '猫が魚を集める', '2d'],
    ['3D', 'レース', '3d'],
  ] as const)('a %s game runs with every added feature at once', async (_, request, dimension) => {
    const soon = FEATURES.map(({ code }) => code.ja.replace(/= (?:4|8|12|20);/g, '= 0.2;')).join(
      '\n',
    );
    const html = composeGame(themeFromText(request, { styleId: null, dimension })).replace(
      FEATURES_END,
      () => `${soon}\n${FEATURES_END}`,
    );
    const { problems } = await play(html, async (page) => {
      await hold(page);
      expect(await page.evaluate('actors.length')).toBeGreaterThan(2);
    });
    expect(problems).toEqual([]);
  });

  it('fills windows of other shapes without changing the game', async () => {
    pages.set('/shape', composeGame(themeFromText('シューティング')));
    for (const [width, height] of [
      [1280, 720],
      [320, 568],
      [768, 1024],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height } });
      await page.goto(`${origin}/shape`);
      const box = await page.locator('#screen').boundingBox();
      const scale = Math.min(width / 390, height / 844);
      expect(box?.width).toBeCloseTo(390 * scale, 0);
      expect(box?.height).toBeCloseTo(844 * scale, 0);
      await page.close();
    }
  });
});
