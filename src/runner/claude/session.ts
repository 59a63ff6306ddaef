import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** One running model program with everything below it. */
export interface Session {
  readonly stdout: Readable;
  stderrTail(): string;
  /** Settles when the program is gone and its output is read. */
  readonly ended: Promise<{
    exitCode: number | null;
    signal: string | null;
    startError: string | null;
  }>;
  /** No more turns: the program ends after its result. */
  finish(): void;
  /** Interrupt, SIGTERM, SIGKILL, two seconds each (F1). Resolves when nothing is left. */
  stop(): Promise<void>;
}

const GRACE_MS = 2_000;
const STDERR_TAIL = 2_000;

/** Starts the program in a process group of its own and hands it the prompt. */
export function startSession(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; prompt: string },
): Session {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: 'pipe',
    detached: true,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_TAIL);
  });
  // A program that dies before it has read the prompt is judged by how it ended, not by our broken
  // pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.write(
    `${JSON.stringify({ type: 'user', message: { role: 'user', content: options.prompt }, parent_tool_use_id: null })}\n`,
  );

  let startError: string | null = null;
  let isGone = false;
  const ended = new Promise<{
    exitCode: number | null;
    signal: string | null;
    startError: string | null;
  }>((resolve) => {
    child.on('error', (error) => {
      startError = error.message;
    });
    child.on('close', (exitCode, signal) => {
      isGone = true;
      resolve({ exitCode, signal, startError });
    });
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is empty already.
    }
  };
  const isGoneWithin = (ms: number): Promise<boolean> => {
    const waiting = new AbortController();
    return Promise.race([
      ended.then(() => true),
      sleep(ms, false, { signal: waiting.signal }).catch(() => false),
    ]).finally(() => waiting.abort());
  };
  return {
    stdout: child.stdout,
    stderrTail: () => stderr,
    ended,
    finish: () => {
      child.stdin.end();
    },
    async stop() {
      if (!isGone) {
        child.stdin.end(
          `${JSON.stringify({ type: 'control_request', request_id: 'stop', request: { subtype: 'interrupt' } })}\n`,
        );
        if (!(await isGoneWithin(GRACE_MS))) {
          signalGroup('SIGTERM');
          if (!(await isGoneWithin(GRACE_MS))) signalGroup('SIGKILL');
        }
        await ended;
      }
      // Whatever the program started and left behind goes with it.
      signalGroup('SIGKILL');
    },
  };
}
