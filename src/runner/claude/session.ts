import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Readable } from 'node:stream';
import { untilAborted } from '../../concurrency.js';
import { signalGroup, tailOf } from '../../process/children.js';

interface SessionEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why the program could not be started; null = it was. */
  readonly startError: string | null;
}

/** One running model program with everything below it. */
export interface Session {
  readonly stdout: Readable;
  stderrTail(): string;
  /** Resolves when the program has exited and its output is read. */
  readonly ended: Promise<SessionEnd>;
  /** Sends one line of the control protocol. */
  send(line: object): void;
  /** No more turns: the program ends after its result. */
  finish(): void;
  /** Interrupt, SIGTERM, SIGKILL, two seconds each (F1). Resolves when nothing is left. */
  stop(): Promise<void>;
}

const GRACE_MS = 2_000;
const STDERR_TAIL = 2_000;

/** Starts the program in a process group of its own, and hands it `first` and the prompt. */
export function startSession(
  command: string,
  args: readonly string[],
  options: {
    cwd: string;
    env: Record<string, string>;
    first: object;
    prompt: string;
    sheet?: string | undefined;
  },
): Session {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: 'pipe',
    detached: true,
  });
  // The program's exit is the error; a broken pipe adds nothing to it.
  child.stdin.on('error', () => undefined);
  const send = (line: object): void => {
    if (!child.stdin.writableEnded) child.stdin.write(`${JSON.stringify(line)}\n`);
  };
  send(options.first);
  send(promptOf(options.prompt, options.sheet));
  const ended = endOf(child);
  return {
    stdout: child.stdout,
    stderrTail: tailOf(child.stderr, STDERR_TAIL),
    ended,
    send,
    finish: () => {
      child.stdin.end();
    },
    stop: () => stopGroup(child, ended),
  };
}

/** How a WebP begins in base64. */
const WEBP = 'UklGR';

/** `sheet`: a PNG or WebP in base64 that the prompt speaks of. */
function promptOf(prompt: string, sheet: string | undefined): object {
  const media_type = sheet?.startsWith(WEBP) ? 'image/webp' : 'image/png';
  const source = { type: 'base64', media_type, data: sheet };
  const blocks = [
    { type: 'image', source },
    { type: 'text', text: prompt },
  ];
  const message = { role: 'user', content: sheet === undefined ? prompt : blocks };
  return { type: 'user', message, parent_tool_use_id: null };
}

function interruptLine(): string {
  const request = { subtype: 'interrupt' };
  return `${JSON.stringify({ type: 'control_request', request_id: 'stop', request })}\n`;
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<SessionEnd> {
  let startError: string | null = null;
  return new Promise((resolve) => {
    child.on('error', (error) => {
      startError = error.message;
    });
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, startError }));
  });
}

async function stopGroup(
  child: ChildProcessWithoutNullStreams,
  ended: Promise<SessionEnd>,
): Promise<void> {
  if (!(await isSettledWithin(0, ended))) {
    child.stdin.end(interruptLine());
    if (!(await isSettledWithin(GRACE_MS, ended))) {
      signalGroup(child, 'SIGTERM');
      if (!(await isSettledWithin(GRACE_MS, ended))) signalGroup(child, 'SIGKILL');
    }
    await ended;
  }
  // Whatever the program started and left behind goes with it.
  signalGroup(child, 'SIGKILL');
}

function isSettledWithin(waitMs: number, work: Promise<unknown>): Promise<boolean> {
  return untilAborted(work, AbortSignal.timeout(waitMs)).then(
    () => true,
    () => false,
  );
}
