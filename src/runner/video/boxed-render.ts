import { spawn, type ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { parsedJson } from '../../contracts/base/readable.js';
import { AppError } from '../../contracts/base/errors.js';
import { RunnerFailure } from '../../contracts/execution/runner.js';
import { splitLines } from '../claude/lines.js';
import { loadPackage } from '../packages.js';
import { chooseIsolation } from '../sandbox.js';
import type { RenderInput } from './render.js';
import { renderBox, type RenderFolders } from './render-box.js';

/** Without a box the renderer ends its browser by itself; so long it may take. */
const STOP_GRACE_MS = 2_000;
const ERRORS_KEPT = 500;
const RenderLine = z.union([
  z.object({ progress: z.number() }),
  z.object({ result: z.object({}) }),
  z.object({ error: RunnerFailure }),
]);

interface BoxedRender extends RenderFolders, Pick<RenderInput, 'props' | 'scale'> {
  /** The file of this program, and where its packages are seen from. */
  readonly runner: string;
  readonly seenFrom?: string | undefined;
}

/**
 * Renders the video into `made` by a renderer in a box of its own: this program, started again
 * with the command `render`. When `signal` aborts, all of it is ended and the reason is thrown.
 * Throws `VideoNotMade`, `SandboxMissing`, `BrowserMissing`.
 */
export async function renderBoxed(
  { props, scale, runner, seenFrom = import.meta.url, ...folders }: BoxedRender,
  signal: AbortSignal,
  onFrame: (done: number) => void,
): Promise<void> {
  // A missing package is reported before anything is started.
  loadPackage('@remotion/renderer', seenFrom);
  const isolation = await chooseIsolation(process.env, (text) => {
    process.stderr.write(`${text}\n`);
  });
  const box = await renderBox(isolation, folders, { runner, seenFrom });
  const { site, made, browser } = box;
  signal.throwIfAborted();
  const input: RenderInput = { command: 'render', site, made, browser, props, scale };
  const child = spawn(box.command, box.args, { env: box.env, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = (): void => endRenderer(child, isolation === 'bubblewrap');
  signal.addEventListener('abort', stop, { once: true });
  try {
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(input)}\n`);
    await untilRendered(child, onFrame);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    stop();
    await ended;
    signal.removeEventListener('abort', stop);
  }
}

async function untilRendered(child: ChildProcess, onFrame: (done: number) => void): Promise<void> {
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-ERRORS_KEPT);
  });
  child.once('error', (error) => {
    errors += error.message;
  });
  for await (const line of splitLines(child.stdout!)) {
    // What is none of its lines is left out: whatever it starts may write there, too.
    const said = parsedJson(RenderLine, line);
    if (said === null) continue;
    if ('result' in said) return;
    if ('error' in said) throw new AppError(said.error.kind, said.error.message);
    onFrame(said.progress);
  }
  throw new AppError('VideoNotMade', `the renderer ended without a word: ${errors.trim()}`);
}

/** A box ends with its first process; elsewhere the renderer ends what it has started. */
function endRenderer(child: ChildProcess, isBoxed: boolean): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (isBoxed) return void child.kill('SIGKILL');
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS).unref();
}
