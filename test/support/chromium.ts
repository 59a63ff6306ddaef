import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../../src/chromium.js';

/**
 * Headless Chromium with software WebGL, as 3D games need it; CHROMIUM_PATH or the system's; with
 * further arguments. Throws when there is none.
 */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('Chromium was not found: run "npm run tools", or set CHROMIUM_PATH.');
  return chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGS, ...args],
    // As people have it: without one it gives files no names in Japanese.
    env: { ...process.env, LANG: 'C.UTF-8' },
  });
}
