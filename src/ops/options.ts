import os from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { messageOf } from '../contracts/base/errors.js';
import type { Config } from '../config.js';
import { isUuid } from '../contracts/base/ids.js';
import { keepFilesPrivate } from '../disk/private-files.js';
import { printable } from '../telemetry/printable.js';

/** Options of a command that prints a value. */
export interface Output {
  readonly json?: boolean;
  readonly envFile?: string;
}

/** The output of a command, and its exit code. */
export interface Answer {
  readonly text: string;
  readonly exitCode?: 0 | 1;
  /** A line for standard error. */
  readonly warning?: string;
}

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

/** Prints an error's message to standard error. */
export function complain(error: unknown): void {
  process.stderr.write(`${printable(messageOf(error))}\n`);
}

/** Adds a command; each example is a command line and its purpose. */
export function addCommand(
  program: Command,
  name: string,
  description: string,
  ...examples: readonly (readonly [string, string])[]
): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, purpose]) => `  npx ${line.padEnd(width)}  ${purpose}`);
  return program
    .command(name)
    .description(description)
    .option('--env-file <file>', 'read variables from this file instead of .env')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** The action of a command: prints the answer of `run`, without control sequences in it. */
export function printing<Args extends unknown[]>(
  run: (...args: Args) => Promise<string | Answer>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    const answer = await run(...args);
    const {
      text,
      exitCode = 0,
      warning,
    }: Answer = typeof answer === 'string' ? { text: answer } : answer;
    if (warning !== undefined) process.stderr.write(`${warning}\n`);
    process.stdout.write(`${printable(text)}\n`);
    process.exitCode = exitCode;
  };
}

/** The value as JSON with `--json`, else as `render` writes it. */
export function shown<T>(value: T, { json }: Output, render: (value: T) => string): string {
  return json ? JSON.stringify(value, null, 2) : render(value);
}

/** The account that a command acts for: `as`, else OPERATOR_USER_ID. Throws without both. */
export function operatorOf(config: Pick<Config, 'OPERATOR_USER_ID'>, as?: string): string {
  const userId = as ?? config.OPERATOR_USER_ID;
  if (userId !== undefined) return userId;
  throw new Error('In whose name? Set OPERATOR_USER_ID, or say it with --as <user id>.');
}

/** The account of this machine that a command runs in. */
export const operatorHere = (): string => `${os.userInfo().username}@${os.hostname()}`;

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

/** Reads a whole number from 1 to `most`. */
function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > most)
      throw new InvalidArgumentError(`It is not a number from 1 to ${most}.`);
    return count;
  };
}

/** A number of lines. */
export const readLimit = countUpTo(MOST_LINES);
/** A number of days. */
export const readDays = countUpTo(366);
