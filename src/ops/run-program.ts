import { execFile, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import { isExecutable } from '../process/chromium.js';

export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** Standard error, or why the program could not be started or was stopped. */
  readonly stderr: string;
}

export interface RunOptions {
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Our own end does not wait for the program, which goes on. */
  readonly isBeside?: boolean;
  /** Kills the program. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program to its end without a terminal; never throws: failures are in the outcome. */
export function run(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        encoding: 'utf8',
        timeout: options.timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024 * 1024,
        env: options.env ?? process.env,
        cwd: options.cwd,
        signal: options.signal,
      },
      (error, stdout, stderr) => {
        const reason = error?.killed
          ? `${program} did not end within ${options.timeoutMs / 1000} s`
          : (error?.message ?? '');
        resolve({ ok: !error, stdout, stderr: stderr.trim() === '' ? reason : stderr });
      },
    );
    child.stdin?.end();
    if (options.isBeside) leaveBeside(child);
  });
}

/** Neither the program nor its output keeps this process alive. */
function leaveBeside(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as Socket | null)?.unref();
}

/** The full path of a program on PATH, or null. */
export function findOnPath(program: string, searchPath = process.env.PATH ?? ''): string | null {
  return (
    searchPath
      .split(path.delimiter)
      .filter((folder) => path.isAbsolute(folder))
      .map((folder) => path.join(folder, program))
      .find(isExecutable) ?? null
  );
}

/** The last lines of a program's output, for error messages. */
export const tail = (text: string, lines = 6): string =>
  text.trim().split('\n').slice(-lines).join('\n');
