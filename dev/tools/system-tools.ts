import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findChromium } from '../../src/chromium.js';
import { findOnPath, run, tail } from '../../src/ops/run-program.js';

/**
 * A tool of the operating system: how to see that it is there, and the Debian package that brings
 * it.
 */
export interface SystemTool {
  readonly what: string;
  readonly debianPackage: string;
  readonly isPresent: () => boolean | Promise<boolean>;
}

const FONT_FOLDERS = [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  path.join(os.homedir(), '.local/share/fonts'),
  path.join(os.homedir(), '.fonts'),
];
const isLinux = process.platform === 'linux';

/** The sandbox of local model runs. It exists on Linux only, so elsewhere it cannot be missing. */
export const BUBBLEWRAP: SystemTool = {
  what: 'bubblewrap (keeps local model runs in a sandbox)',
  debianPackage: 'bubblewrap',
  isPresent: () => !isLinux || findOnPath('bwrap') !== null,
};

const CHROMIUM: SystemTool = {
  what: 'Chromium (screenshots of games, end-to-end tests)',
  debianPackage: 'chromium',
  isPresent: () => findChromium() !== null,
};
const CJK_FONT: SystemTool = {
  what: 'a Japanese font (screenshots)',
  debianPackage: 'fonts-noto-cjk',
  isPresent: () => hasFont(/^NotoSansCJK/),
};
const EMOJI_FONT: SystemTool = {
  what: 'an emoji font (screenshots)',
  debianPackage: 'fonts-noto-color-emoji',
  isPresent: () => hasFont(/^NotoColorEmoji/),
};

/** Everything that the test command needs from the operating system. */
export const TEST_TOOLS: readonly SystemTool[] = [BUBBLEWRAP, CHROMIUM, CJK_FONT, EMOJI_FONT];

/** Those that are not there, in the order given. */
export async function missingOf(tools: readonly SystemTool[]): Promise<SystemTool[]> {
  const present = await Promise.all(tools.map(async (tool) => tool.isPresent()));
  return tools.filter((_, index) => !present[index]);
}

/** Whether {@link installTools} has a chance: Debian's package manager, and the right to use it. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && findOnPath('apt-get') !== null;
}

/**
 * Installs with apt-get; refreshes its lists only when the first try fails. Returns null, or the
 * reason of a failure.
 */
export async function installTools(tools: readonly SystemTool[]): Promise<string | null> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-y', ...args], { timeoutMs: 900_000, env });
  const install = () =>
    apt('install', '--no-install-recommends', ...tools.map((tool) => tool.debianPackage));
  const first = await install();
  if (first.ok) return null;
  const refreshed = await apt('update');
  const second = await install();
  if (second.ok) return null;
  return tail(refreshed.ok ? second.stderr : `${second.stderr}\n${refreshed.stderr}`);
}

/** What a person without root rights has to type. */
export function installHint(tools: readonly SystemTool[]): string {
  const list = tools.map((tool) => `  ${tool.what}`).join('\n');
  return (
    `Missing:\n${list}\nInstall on Debian or Ubuntu: sudo apt-get install ` +
    `${tools.map((tool) => tool.debianPackage).join(' ')}`
  );
}

async function hasFont(name: RegExp): Promise<boolean> {
  if (!isLinux) return true;
  const listings = await Promise.all(
    FONT_FOLDERS.map((folder) => readdir(folder, { recursive: true }).catch(() => [])),
  );
  return listings.flat().some((file) => name.test(path.basename(file)));
}
