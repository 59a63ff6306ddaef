import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium, findWholeChromium } from '../../src/process/chromium.js';

/** A game has a process apart from the page that shows it, and stands still while it is hidden. */
const AS_WITH_WINDOWS = ['--site-per-process'];

/**
 * Headless Chromium with software WebGL, as 3D games need it; CHROMIUM_PATH or the system's; with
 * further arguments. Throws when there is none.
 */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return launch(findChromium(), args);
}

/** The same with all that people's browsers have: it asks whether a page may notify them. */
export function launchWholeChromium(): Promise<Browser> {
  return launch(findWholeChromium(), []);
}

async function launch(executablePath: string | null, args: readonly string[]): Promise<Browser> {
  if (!executablePath)
    throw new Error('Chromium was not found: run "npm run tools", or set CHROMIUM_PATH.');
  return chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGS, ...AS_WITH_WINDOWS, ...args],
    // As people have it: without one it gives files no names in Japanese.
    env: { ...process.env, LANG: 'C.UTF-8' },
  });
}
