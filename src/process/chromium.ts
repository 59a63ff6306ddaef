import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The browser without windows: it draws pages by the same code in three quarters of the time. */
const SHELLS = ['chromium-headless-shell', 'chrome-headless-shell'];
/** The whole one. Debian and Ubuntu names first; also what other systems call it. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC_APP = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * The library's own list, which a later one replaces, and what a headless browser does not need:
 * the popup of the address bar of each window (a second of processor), and a process for sound.
 */
const FEATURES_OFF = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AudioServiceOutOfProcess',
];

/** Software WebGL, as 3D games need it; containers give little shared memory. */
export const CHROMIUM_ARGS: readonly string[] = [
  `--disable-features=${FEATURES_OFF.join(',')}`,
  '--disable-dev-shm-usage',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/**
 * Draws planes and pages at once and not through an emulated GPU: in less than half the time. Each
 * frame of a 3D game takes longer, so this is for who looks at few of them. A tile is drawn whole:
 * one that is drawn in parts shows on its edges which frames came before.
 */
export const DRAW_AT_ONCE: readonly string[] = [
  '--disable-accelerated-2d-canvas',
  '--disable-gpu-rasterization',
  '--disable-gpu-compositing',
  '--disable-partial-raster',
];

/**
 * The system's browser: CHROMIUM_PATH, else PATH, without windows where there is such a one; null
 * when there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  if (env.CHROMIUM_PATH) return isExecutable(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : null;
  return [...placesOf(SHELLS, env), ...placesOf(BROWSERS, env), MAC_APP].find(isExecutable) ?? null;
}

/** The system's whole browser, for what one without windows has not: notices to people. */
export function findWholeChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  return [...placesOf(BROWSERS, env), MAC_APP].find(isExecutable) ?? null;
}

function placesOf(names: readonly string[], { PATH = '' }: NodeJS.ProcessEnv): string[] {
  const folders = PATH.split(path.delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
}

/** Whether this is the browser that has no windows and is asked in words of its own. */
export const isHeadlessShell = (program: string): boolean => /headless[-_]shell$/.test(program);

/** Whether a file exists and this process may execute it. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
