import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../config.js';
import { isUuid } from '../contracts/ids.js';
import { keepFilesPrivate } from '../disk/private-files.js';
import { printable } from '../telemetry/printable.js';

export const ENV_FILE = [
  '--env-file <file>',
  'read variables from this file instead of .env',
] as const;
const MOST_LINES = 1_000;

/** Runs the command that `process.argv` names. */
export async function runCommand(program: Command): Promise<void> {
  keepFilesPrivate();
  try {
    await program.parseAsync();
  } catch (error) {
    complain(error);
    process.exitCode = 1;
  }
}

/** Prints to standard output, without control sequences of user texts. */
export function say(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** Prints an error's message to standard error. */
export function complain(error: unknown): void {
  process.stderr.write(`${printable(error instanceof Error ? error.message : String(error))}\n`);
}

/** Examples for the end of a help text. */
export function examples(...lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const text = lines.map(([command, why]) => `  npx ${command.padEnd(width)}  ${why}`);
  return `\nExamples:\n${text.join('\n')}`;
}

/** In whose name a command acts: `as`, else OPERATOR_USER_ID. Throws a sentence without both. */
export function operatorOf(config: Pick<Config, 'OPERATOR_USER_ID'>, as?: string): string {
  const userId = as ?? config.OPERATOR_USER_ID;
  if (userId !== undefined) return userId;
  throw new Error('In whose name? Set OPERATOR_USER_ID, or say it with --as <user id>.');
}

/** An amount of US dollars. */
export function readUsd(text: string): number {
  const usd = text.trim() === '' ? NaN : Number(text);
  if (!(usd >= 0 && usd <= 1e6))
    throw new InvalidArgumentError('It is not an amount from 0 to 1000000.');
  return usd;
}

/** An id of a row. */
export function readId(text: string): string {
  if (!isUuid(text)) throw new InvalidArgumentError('It is not an id (8-4-4-4-12 hex digits).');
  return text.toLowerCase();
}

/** How many lines are wanted. */
export function readLimit(text: string): number {
  return readCount(text, MOST_LINES);
}

/** A number of days. */
export function readDays(text: string): number {
  return readCount(text, 366);
}

function readCount(text: string, most: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new InvalidArgumentError(`It is not a number from 1 to ${most}.`);
  return count;
}
