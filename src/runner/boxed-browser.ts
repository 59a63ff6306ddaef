import { execFile } from 'node:child_process';
import { access, mkdtemp, open, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type * as Playwright from 'playwright-core';
import { CHROMIUM_ARGS } from '../chromium.js';
import { chooseIsolation, EMPTY_BOX, OTHER_USER, type Isolation } from './sandbox.js';

/** No name is resolved, and what asks for an address finds no way out, where there is no box. */
const NO_NETWORK = [
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--proxy-server=http://127.0.0.1:9',
  '--proxy-bypass-list=<-loopback>',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
];
/** Where distributions keep the program that their start script runs. */
const BEHIND_SCRIPTS = [
  '/usr/lib/chromium/chromium',
  '/usr/lib/chromium-browser/chromium-browser',
  '/opt/google/chrome/chrome',
];
const HOME = '/home/gen';

interface LaunchOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (text: string) => void;
  /** Added to those that every browser has. */
  readonly args?: readonly string[];
}

/**
 * Starts Chromium for a page that nobody trusts: in a box without network and without the files of
 * this machine but programs and fonts, as a user of its own where we are root, and with Chromium's
 * own sandbox inside where the system allows it. In a container that serves this one run the
 * container is the box. `close` ends it and leaves nothing. Throws `SandboxMissing`.
 */
export async function launchBoxed(
  chromium: Playwright.BrowserType,
  program: string,
  { env, warn, args = [] }: LaunchOptions,
): Promise<{ browser: Playwright.Browser; close(): Promise<void> }> {
  const isolation = await chooseIsolation(env, warn);
  const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-browser-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const executablePath = await startProgram(isolation, program, path.join(folder, 'chromium'));
    const browser = await launch(chromium, { executablePath, args }, isolation === 'bubblewrap');
    return {
      browser,
      async close() {
        await browser.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A system may forbid the namespaces that Chromium's own sandbox needs inside of ours. */
async function launch(
  chromium: Playwright.BrowserType,
  { executablePath, args }: { executablePath: string; args: readonly string[] },
  isBoxed: boolean,
): Promise<Playwright.Browser> {
  const options: Playwright.LaunchOptions = {
    executablePath,
    args: [...CHROMIUM_ARGS, ...args, ...NO_NETWORK],
    handleSIGTERM: false,
    handleSIGINT: false,
  };
  if (!isBoxed) return chromium.launch(options);
  try {
    return await chromium.launch({ ...options, chromiumSandbox: true });
  } catch (error) {
    if (!/sandbox/i.test((error as Error).message)) throw error;
    return chromium.launch(options);
  }
}

/** What playwright starts: the browser, or a script at `script` that starts it in its box. */
async function startProgram(
  isolation: Isolation,
  program: string,
  script: string,
): Promise<string> {
  if (isolation !== 'bubblewrap') return program;
  const binary = await binaryOf(program);
  const words = [...(await boxCommand()), ...browserBox(binary), '--', binary];
  await writeFile(script, `#!/bin/sh\nexec ${words.map(quote).join(' ')} "$@"\n`, { mode: 0o700 });
  return script;
}

/** Arguments of bubblewrap for a box in which this browser can run. */
export function browserBox(binary: string): string[] {
  const isBesideSystem = !binary.startsWith('/usr/');
  const folder = path.dirname(binary);
  return [
    ...EMPTY_BOX,
    '--clearenv',
    ...['--setenv', 'HOME', HOME, '--setenv', 'PATH', '/usr/bin'],
    // Other fonts would be chosen without it.
    ...['--ro-bind-try', '/etc/fonts', '/etc/fonts'],
    ...['--tmpfs', '/dev/shm'],
    ...(isBesideSystem ? ['--ro-bind', folder, folder] : []),
  ];
}

let command: Promise<readonly string[]> | undefined;

/** How the box is made: as a user of its own where root may give its rights away for that. */
function boxCommand(): Promise<readonly string[]> {
  command ??= (async () => {
    if (process.getuid?.() !== 0) return ['bwrap'];
    const asOther = ['setpriv', ...OTHER_USER, '--', 'bwrap'];
    const [first = '', ...rest] = [...asOther, ...EMPTY_BOX, '--', '/usr/bin/true'];
    return promisify(execFile)(first, rest, { timeout: 10_000 }).then(
      () => asOther,
      () => ['bwrap'],
    );
  })();
  return command;
}

/** A start script reads files that are not in the box; its program needs none of them. */
export async function binaryOf(program: string): Promise<string> {
  const file = await realpath(program);
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (buffer.toString('latin1') !== '#!') return file;
  } finally {
    await handle.close();
  }
  const places = await Promise.all(
    BEHIND_SCRIPTS.map((place) =>
      access(place).then(
        () => place,
        () => null,
      ),
    ),
  );
  return places.find((place) => place !== null) ?? file;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
