import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** Signals a process. False = it is gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Signals a program that leads a group of its own, and all that it has started. */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) sendSignal(-pid, signal);
}

/** The last `chars` characters of what a program has written until then. */
export function tailOf(stream: Readable | null, chars: number): () => string {
  let tail = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-chars);
  });
  return () => tail;
}

/** The variables of these names, as far as this process has them. */
export function inheritedEnv(names: readonly string[]): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => names.includes(name));
  return Object.fromEntries(own) as Record<string, string>;
}
