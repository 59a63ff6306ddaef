import { appendFileSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';

/** Values of a file that has one in each line, without a last one that was cut off. */
export function linesOf(text: string): unknown[] {
  const whole = text.split('\n').slice(0, -1);
  return whole.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as unknown);
}

/** Nothing where there is no file yet. */
export function readLines(file: string): unknown[] {
  return linesOf(textOf(file));
}

/** Adds a line in the place of a half one that was left there; lines do not meet. */
export function addLine(file: string, value: object): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const text = textOf(file);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) truncateSync(file, Buffer.byteLength(whole));
  appendFileSync(file, `${JSON.stringify(value)}\n`);
}

/** Empty where there is no file yet. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
