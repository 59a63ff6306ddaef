import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { AppError } from '../../contracts/base/errors.js';
import { PlayResult, type PlayInput } from '../../contracts/game/play.js';
import { playTempName } from '../../contracts/media/video.js';
import { RunnerFailure } from '../../contracts/execution/runner.js';
import { inheritedEnv } from '../../process/children.js';
import { splitLines } from '../claude/lines.js';

/** It ends its browsers by itself; so long it may take. */
const STOP_GRACE_MS = 2_000;
/** After its own limit it hangs. */
const LATE_MS = 5_000;
/** All that a play needs to know of this machine: no key is among it. */
const INHERITED = ['PATH', 'HOME', 'CHROMIUM_PATH'];
const LastLine = z.union([z.object({ result: PlayResult }), z.object({ error: RunnerFailure })]);

/**
 * Plays in a process of its own: this program, started again. When `signal` aborts, all of it is
 * ended and the reason is thrown. Nothing of it is left afterwards, no process and no folder.
 */
export async function playInChild(input: PlayInput, signal: AbortSignal): Promise<PlayResult> {
  const folder = path.join(tmpdir(), playTempName(input.callId));
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await mkdir(folder, { mode: 0o700 });
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...inheritedEnv(INHERITED), TMPDIR: folder },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = (): void => void child.kill('SIGKILL');
  const late = setTimeout(kill, input.wallMs + LATE_MS);
  let killing: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.stdin.end();
    killing = setTimeout(kill, STOP_GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(input)}\n`);
    if (signal.aborted) stop();
    const last = await lastLine(child.stdout);
    signal.throwIfAborted();
    if (last === null) throw new AppError('RunCrashed', 'the play ended without a result');
    if ('error' in last) throw new AppError(last.error.kind, last.error.message);
    return last.result;
  } finally {
    if (!signal.aborted) stop();
    await ended;
    clearTimeout(late);
    clearTimeout(killing);
    signal.removeEventListener('abort', stop);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function lastLine(stdout: Readable): Promise<z.infer<typeof LastLine> | null> {
  for await (const line of splitLines(stdout)) {
    const read = LastLine.safeParse(JSON.parse(line)).data;
    if (read) return read;
  }
  return null;
}
