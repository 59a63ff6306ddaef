import { execFile } from 'node:child_process';
import { access, mkdtemp, open, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type * as Playwright from 'playwright-core';
import { sendSignal } from '../process/children.js';
import { CHROMIUM_ARGS, isHeadlessShell } from '../process/chromium.js';
import { untilAborted } from '../concurrency.js';
import { BROWSER_LIMITS, DIE_FIRST, limited } from './box-limits.js';
import { watchBox } from './box-watch.js';
import { boxArgs, boxDisk, chooseIsolation, OTHER_USER, type Isolation } from './sandbox.js';

/** No name is resolved, and what asks for an address finds no way out, where there is no box. */
const NO_NETWORK = [
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--proxy-server=http://127.0.0.1:9',
  '--proxy-bypass-list=<-loopback>',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
];
/** Where distributions keep the program that their start script runs. */
const BEHIND_SCRIPTS = [
  '/usr/lib/chromium/chromium-headless-shell',
  '/usr/lib/chromium/chromium',
  '/usr/lib/chromium-browser/chromium-browser',
  '/opt/google/chrome/chrome',
];
const HOME = '/home/gen';
/** The process of the box, which all others end with. */
const PID_FILE = 'pid';

interface LaunchOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (text: string) => void;
  /** Added to those that every browser has. */
  readonly args?: readonly string[];
}

export interface BoxedBrowser {
  readonly browser: Playwright.Browser;
  /** Of the first program in the box, on this machine; null = there is none to be watched. */
  readonly pid: number | null;
  readonly during: <T>(work: Promise<T>) => Promise<T>;
  /** Most memory that its processes had at a time, bytes. */
  readonly peakBytes: () => number;
  readonly close: () => Promise<void>;
}

/**
 * Starts Chromium for an untrusted page: in a box without network, with programs and fonts as the
 * only files of this machine, as a user of its own where we are root, and with Chromium's own
 * sandbox inside where the system allows it. In a container that serves this one run the
 * container is the box. `during` wraps a request to the browser: it rejects when the browser dies
 * meanwhile, which its library does not always report, and with `GameStopped` when it outgrows its
 * box. `close` ends it and leaves nothing. Throws `SandboxMissing`.
 */
export async function launchBoxed(
  chromium: Playwright.BrowserType,
  program: string,
  { env, warn, args = [] }: LaunchOptions,
): Promise<BoxedBrowser> {
  const isolation = await chooseIsolation(env, warn);
  const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-browser-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const executablePath = await startProgram(isolation, program, folder);
    const options = { executablePath, args, env: browserEnv(env, folder) };
    const browser = await launch(chromium, options, isolation === 'bubblewrap');
    const ended = new AbortController();
    browser.once('disconnected', () => ended.abort(new Error('the browser has ended')));
    const pid = await pidIn(folder);
    const watch = watchBox(pid, (outgrown) => {
      ended.abort(outgrown);
      killBox(pid);
    });
    return {
      browser,
      pid,
      during: (work) => untilAborted(work, ended.signal),
      peakBytes: watch.peakBytes,
      async close() {
        watch.stop();
        // Nothing of it is kept: to end it in order would take half a second, or have no end.
        killBox(pid);
        await browser.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** All that is known in the box of where it was started: the secrets of this process are not. */
function browserEnv({ PATH = '' }: NodeJS.ProcessEnv, folder: string): Record<string, string> {
  return { PATH, HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' };
}

interface Start {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
}

/** A system may forbid the namespaces that Chromium's own sandbox needs inside of ours. */
async function launch(
  chromium: Playwright.BrowserType,
  { args, ...start }: Start,
  isBoxed: boolean,
): Promise<Playwright.Browser> {
  const options: Playwright.LaunchOptions = {
    ...start,
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

async function pidIn(folder: string): Promise<number | null> {
  const pid = Number(await readFile(path.join(folder, PID_FILE), 'utf8').catch(() => ''));
  return pid > 0 ? pid : null;
}

/** Ends all that runs in the box at once, where there is one. */
function killBox(pid: number | null): void {
  if (pid !== null) sendSignal(pid, 'SIGKILL');
}

/** What playwright starts: a script in `folder` that starts the browser within its limits. */
async function startProgram(
  isolation: Isolation,
  program: string,
  folder: string,
): Promise<string> {
  if (isolation === 'none') return program;
  const words = await startWords(isolation, program);
  const script = path.join(folder, 'chromium');
  const lines = [
    '#!/bin/sh',
    `echo $$ > ${quote(path.join(folder, PID_FILE))}`,
    DIE_FIRST,
    `exec ${words.map(quote).join(' ')} "$@"`,
  ];
  await writeFile(script, `${lines.join('\n')}\n`, { mode: 0o700 });
  return script;
}

async function startWords(isolation: Isolation, program: string): Promise<string[]> {
  if (isolation === 'container') return [...limited(BROWSER_LIMITS), program];
  const binary = await binaryOf(program);
  const box = boxArgs(browserBox(binary), BROWSER_LIMITS);
  return [...(await boxCommand()), ...box, binary];
}

/** What a box has, beside what every box has, in which this browser can run. */
export function browserBox(binary: string): string[] {
  const isBesideSystem = !binary.startsWith('/usr/');
  const folder = path.dirname(binary);
  return [
    '--clearenv',
    ...['--setenv', 'HOME', HOME, '--setenv', 'PATH', '/usr/bin'],
    // Other fonts would be chosen without it.
    ...['--ro-bind-try', '/etc/fonts', '/etc/fonts'],
    ...boxDisk('/dev/shm'),
    ...(isBesideSystem ? ['--ro-bind', folder, folder] : []),
  ];
}

let command: Promise<readonly string[]> | undefined;

/** How the box is made: as a user of its own where root may give its rights away for that. */
function boxCommand(): Promise<readonly string[]> {
  command ??= (async () => {
    if (process.getuid?.() !== 0) return ['bwrap'];
    const asOther = ['setpriv', ...OTHER_USER, '--', 'bwrap'];
    const [first = '', ...rest] = [...asOther, ...boxArgs([], BROWSER_LIMITS), '/usr/bin/true'];
    return promisify(execFile)(first, rest, { timeout: 10_000 }).then(
      () => asOther,
      () => ['bwrap'],
    );
  })();
  return command;
}

/**
 * A start script reads files that are not in the box; its program needs none of them. One browser
 * is not started for another that is installed beside it.
 */
export async function binaryOf(
  program: string,
  behindScripts: readonly string[] = BEHIND_SCRIPTS,
): Promise<string> {
  const file = await realpath(program);
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (buffer.toString('latin1') !== '#!') return file;
  } finally {
    await handle.close();
  }
  const ofItsKind = behindScripts.filter(
    (place) => isHeadlessShell(place) === isHeadlessShell(file),
  );
  const places = await Promise.all(
    ofItsKind.map((place) =>
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
