import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { AppError } from '../contracts/base/errors.js';

/**
 * A bare repository on this machine. Opening one costs nothing: the first command finds out whether
 * it is there.
 */
export interface Repo {
  readonly gitDir: string;
}

export interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface GitOutcome {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const STDERR_TAIL = 2_000;

/**
 * Nothing of the machine, the user or the repository may run code or change bytes (E3); what a
 * command has written is on the disk when it ends, but for the names in the folder of a ref (E4).
 */
const SAFE_CONFIG = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.autocrlf=false',
  'core.quotePath=false',
  'gc.auto=0',
  'core.fsync=loose-object,reference,pack',
  'maintenance.auto=false',
  'commit.gpgSign=false',
  'protocol.allow=never',
].flatMap((entry) => ['-c', entry]);

export const openRepo = (gitDir: string): Repo => ({ gitDir });

function environment(repo: Repo, extra: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    GIT_DIR: repo.gitDir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    ...extra,
  };
}

function verbOf(args: readonly string[]): string {
  return args.find((arg) => /^[a-z][a-z-]+$/.test(arg)) ?? '';
}

/**
 * Runs one git command and answers whatever its exit code is.
 * Throws `OPERATION_FAILED` when git cannot start, takes longer than `timeoutMs` or writes more
 * than 256 MB.
 */
export function tryGit(
  repo: Repo,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitOutcome> {
  const child = spawn('git', [...SAFE_CONFIG, ...args], {
    env: environment(repo, options.env ?? {}),
    stdio: 'pipe',
  });
  return collect(child, verbOf(args), options);
}

function collect(
  child: ChildProcessWithoutNullStreams,
  verb: string,
  options: GitOptions,
): Promise<GitOutcome> {
  const { timeoutMs = TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let failure: string | null = null;
    const stop = (reason: string): void => {
      failure ??= reason;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(`took longer than ${timeoutMs} ms`), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES) stop(`said more than ${MAX_OUTPUT_BYTES} bytes`);
      else chunks.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_TAIL);
    });
    child.on('error', (error) => {
      failure ??= error.message;
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (failure !== null || code === null)
        reject(new AppError('OPERATION_FAILED', `git ${verb}: ${failure ?? 'was killed'}`));
      else resolve({ code, stdout: Buffer.concat(chunks), stderr });
    });
    // A command that ends before it has read all of its input is judged by its exit code, not by
    // our broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/**
 * Runs one git command that has to succeed; throws `DiskFull`, `RevisionMissing` or
 * `OPERATION_FAILED`.
 */
export async function git(
  repo: Repo,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const outcome = await tryGit(repo, args, options);
  if (outcome.code !== 0) throw gitFailure(args, outcome);
  return outcome.stdout;
}

/** Same as {@link git}, for commands that answer one line. */
export async function gitLine(
  repo: Repo,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await git(repo, args, options)).toString('utf8').trimEnd();
}

/** git's messages for a missing repository or object. */
const MISSING_OBJECT = new RegExp(
  [
    'not a valid object name',
    'bad object',
    'not a git repository',
    'unable to read tree',
    'invalid object name',
    'bad revision',
    'unknown revision',
    'not a tree object',
    'cat-file [0-9a-f]{40}: bad file',
  ].join('|'),
  'i',
);

export function gitFailure(args: readonly string[], outcome: GitOutcome): AppError {
  const message = `git ${verbOf(args)} ended with ${outcome.code}: ${outcome.stderr.trim()}`;
  if (/no space left on device|disk quota exceeded/i.test(outcome.stderr))
    return new AppError('DiskFull', message);
  if (MISSING_OBJECT.test(outcome.stderr)) return new AppError('RevisionMissing', message);
  return new AppError('OPERATION_FAILED', message);
}

const REVISION = /^[0-9a-f]{40}$/;

/**
 * Full hashes only: a value that git could read as an option or an expression never reaches an
 * argument vector.
 */
export function assertRevision(value: string): void {
  if (!REVISION.test(value)) throw new AppError('VersionNotFound', 'not a full revision hash');
}

/** Splits NUL-terminated output; the empty piece behind the last NUL is not an entry. */
export function splitNul(output: Buffer): string[] {
  const pieces = output.toString('utf8').split('\0');
  if (pieces.at(-1) === '') pieces.pop();
  return pieces;
}
