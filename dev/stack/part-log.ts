import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createLog, logOutput } from '../../src/telemetry/log.js';
import { printable } from '../../src/telemetry/printable.js';
import type { Part } from './plan.js';

const ROTATE_ABOVE_BYTES = 20 * 1024 * 1024;
const LEVELS: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: 100,
};
const KEPT_LINES = 12;

export type PartLog = Awaited<ReturnType<typeof openPartLog>>;

/**
 * Takes the output of one part: all of it into `DATA_DIR/logs/<part>.log` (one older file of 20 MB
 * is kept), what matters to the terminal as well. JSON lines keep their own level;
 * other lines are information on standard output and warnings on standard error. The terminal shows
 * warnings and worse, or what LOG_LEVEL asks for.
 */
export async function openPartLog(dataDir: string, part: Part) {
  const file = path.join(dataDir, 'logs', `${part}.log`);
  await mkdir(path.dirname(file), { recursive: true });
  const size = (await stat(file).catch(() => null))?.size ?? 0;
  if (size > ROTATE_ABOVE_BYTES) await rename(file, `${file}.1`);
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not take the stack down with it.
  stream.on('error', () => undefined);
  const shownFrom = LEVELS[process.env.LOG_LEVEL ?? 'warn'] ?? 40;
  const plain = createLog(part);
  // Temporal writes to standard error what it meets while clients come and go: for the file only.
  const errorLevel = part === 'temporal' ? 'info' : 'warn';
  const recent: string[] = [];
  const take = (line: string, plainLevel: 'info' | 'warn'): void => {
    if (line.trim() === '') return;
    stream.write(`${line}\n`);
    const level = levelOf(line);
    recent.push(level === null ? line : messageOf(line));
    if (recent.length > KEPT_LINES) recent.shift();
    if ((level ?? LEVELS[plainLevel] ?? 30) < shownFrom) return;
    if (level === null) plain[plainLevel](line);
    else logOutput.write(`${line}\n`);
  };
  return {
    file,
    /** Follows one process; may be called again for its successor. */
    follow: (stdout: Readable, stderr: Readable) => {
      createInterface({ input: stdout }).on('line', (line) => take(line, 'info'));
      createInterface({ input: stderr }).on('line', (line) => take(line, errorLevel));
    },
    /** The last lines, for the message of a failed start. */
    tail: () => printable(recent.join('\n')),
  };
}

/** The level of a line that a log of ours wrote, else null. */
function levelOf(line: string): number | null {
  return Number(/^\{"level":(\d+),/.exec(line)?.[1] ?? Number.NaN) || null;
}

function messageOf(line: string): string {
  try {
    const fields = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return (
      [fields.msg, fields.err?.message]
        .filter((text, at, all) => text && all.indexOf(text) === at)
        .join(': ') || line
    );
  } catch {
    return line;
  }
}
