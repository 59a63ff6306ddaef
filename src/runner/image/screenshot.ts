import type * as Playwright from 'playwright-core';
import type { GameRequest } from '../game-files.js';
import { LOAD_LIMIT_MS, withGamePage } from '../game-page.js';

/** A moment of play: taps begin most games. */
const TAPS = [
  [180, 400],
  [180, 320],
  [90, 420],
] as const;
const TAP_PAUSE_MS = 400;
const LOOKS = 4;
const LOOK_PAUSE_MS = 900;

/** What the game shows on a phone after a moment of play, as PNG. */
export async function takeScreenshot(
  request: GameRequest,
  isBlank: (bytes: Buffer) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Buffer> {
  return withGamePage(
    request,
    signal,
    async () => undefined,
    (page) => play(page, isBlank),
  );
}

/**
 * The image of a game that draws nothing for a while is taken all the same: that is how it looks.
 */
async function play(
  page: Playwright.Page,
  isBlank: (bytes: Buffer) => Promise<boolean>,
): Promise<Buffer> {
  for (const [x, y] of TAPS) {
    await page.waitForTimeout(TAP_PAUSE_MS);
    await page.touchscreen.tap(x, y);
  }
  for (let look = 1; ; look += 1) {
    await page.waitForTimeout(LOOK_PAUSE_MS);
    const shot = await page.screenshot({ type: 'png', timeout: LOAD_LIMIT_MS });
    if (look === LOOKS || !(await isBlank(shot))) return shot;
  }
}
