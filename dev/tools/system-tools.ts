import { findWholeChromium } from '../../src/process/chromium.js';
import { findOnPath, run, tail } from '../../src/ops/run-program.js';
import { DRAWING_TOOLS } from '../../src/checks/drawing.js';

/**
 * A tool of the operating system: how to see that it is there, and the Debian package that brings
 * it.
 */
export interface SystemTool {
  readonly what: string;
  readonly debianPackage: string;
  readonly isPresent: () => boolean | Promise<boolean>;
}

const isLinux = process.platform === 'linux';

/** The sandbox of local model runs. It exists on Linux only, so elsewhere it cannot be missing. */
export const BUBBLEWRAP: SystemTool = {
  what: 'bubblewrap (keeps local model runs in a sandbox)',
  debianPackage: 'bubblewrap',
  isPresent: () => !isLinux || findOnPath('bwrap') !== null,
};

/** Only `npm run test:full` makes alerts fire. */
const PROMETHEUS: SystemTool = {
  what: 'Prometheus (alert rules)',
  debianPackage: 'prometheus',
  isPresent: () => findOnPath('prometheus') !== null && findOnPath('promtool') !== null,
};

/** Only `npm run test:full` needs a browser that shows notifications. */
const WHOLE_CHROMIUM: SystemTool = {
  what: 'Chromium with windows (notices to people)',
  debianPackage: 'chromium',
  isPresent: () => findWholeChromium() !== null,
};

/** Everything that the test command needs from the operating system. */
export const TEST_TOOLS: readonly SystemTool[] = [
  BUBBLEWRAP,
  ...DRAWING_TOOLS,
  ...(process.env['TEST_SCOPE'] === 'full' ? [PROMETHEUS, WHOLE_CHROMIUM] : []),
];

/** Those that are not there, in the order given. */
export async function missingOf<T extends SystemTool>(tools: readonly T[]): Promise<T[]> {
  const present = await Promise.all(tools.map(async (tool) => tool.isPresent()));
  return tools.filter((_, index) => !present[index]);
}

/** Whether {@link installTools} has a chance: Debian's package manager, and the right to use it. */
export const canInstall = (): boolean => process.getuid?.() === 0 && findOnPath('apt-get') !== null;

/**
 * Installs with apt-get; refreshes its lists only when the first try fails. Returns null, or the
 * reason of a failure. A process that ends meanwhile lets the installation finish.
 */
export async function installTools(
  tools: readonly Pick<SystemTool, 'debianPackage'>[],
  { isBeside = false }: { readonly isBeside?: boolean } = {},
): Promise<string | null> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-y', ...args], {
      timeoutMs: 900_000,
      env,
      isBeside,
    });
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
