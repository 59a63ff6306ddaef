import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../src/embedded/tools/system-tools.js';

/** Headless Chromium with software WebGL, as 3D games need it; CHROMIUM_PATH or the system's. Throws when there is none. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('Chromium was not found: run "npm run tools", or set CHROMIUM_PATH.');
  return chromium.launch({
    executablePath,
    // Containers give no user namespaces to root and little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
}
