import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { parsedJson } from '../../contracts/base/readable.js';
import { failureOf, RunnerFailure } from '../../contracts/execution/runner.js';
import { inheritedEnv, signalGroup, tailOf } from '../../process/children.js';
import { CRASH_POINTS_DIR } from '../../process/crash-points.js';
import { AppError } from '../../contracts/base/errors.js';
import { GrantedPlays, type PlaySlots } from './play-slots.js';
import type { RunnerProgram } from './runner-program.js';

/**
 * After SIGTERM the runner stops the model and cleans up; this long it may take (F1: 2 s + 2 s, and
 * its own end).
 */
const STOP_GRACE_MS = 6_000;
const STDERR_KEPT = 4_000;
/** What a program needs to run, and nothing of ours. */
const INHERITED = [
  ...['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'NODE_ENV', 'NODE_OPTIONS', 'CI', 'LOG_LEVEL'],
  ...['CHROMIUM_PATH', CRASH_POINTS_DIR],
];

export interface RunnerStart {
  program: RunnerProgram;
  /** One that was started before, with the same environment; null = a new one is. */
  child?: ChildProcess | null;
  input: object;
  /** Secrets and addresses; the only environment the runner gets beside PATH and the like. */
  env: Readonly<Record<string, string>>;
  signal: AbortSignal;
  /**
   * How long it may take to end by itself after `signal`; 0 for one that has nothing to clean up.
   */
  stopGraceMs?: number;
  /** Called when the runner reports an event. */
  onAlive?: (seq: number) => void;
  /** Called with the runner's progress. */
  onProgress?: (percent: number) => void;
  /** Called with images of what is played, base64. */
  onShown?: ((image: string) => void) | undefined;
  /** Where the plays come from that the runner asks for. */
  playSlots?: PlaySlots;
}

/** Starts the program, which waits for its input then. */
export function spawnRunner(
  program: RunnerProgram,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(process.execPath, program, {
    env: { ...inheritedEnv(INHERITED), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

/**
 * Starts the runner as a child process, gives it its input, and returns its result (unvalidated
 * JSON). Throws a AppError of the runner's own kind, `RunCrashed` when it died without a word,
 * `RunCancelled` after `signal`. The runner lives only as long as its stdin is open: when this
 * process dies, it stops by itself.
 */
export async function startRunner({
  program,
  env,
  child: waiting = null,
  input,
  signal,
  stopGraceMs = STOP_GRACE_MS,
  onAlive,
  onProgress,
  onShown,
  playSlots,
}: RunnerStart): Promise<unknown> {
  const child = waiting ?? spawnRunner(program, env);
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const failedToStart = new Promise<never>((_, reject) => child.once('error', reject));
  const plays =
    playSlots && new GrantedPlays(playSlots, (mayPlay) => writeLine(child, { mayPlay }));
  const stop = () => void stopRunner(child, exited, stopGraceMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const errors = tailOf(child.stderr, STDERR_KEPT);
    child.stdin!.on('error', () => undefined); // A runner that died early is reported by its exit.
    writeLine(child, input);
    if (signal.aborted) stop();
    const outcome = await Promise.race([
      readOutcome(child, { onAlive, onProgress, onShown, plays }),
      failedToStart,
    ]);
    child.stdin!.end();
    await exited;
    const failure = outcome && 'error' in outcome ? asAppError(outcome.error) : null;
    if (signal.aborted) throw new AppError('RunCancelled', 'the run was stopped', failure?.details);
    if (outcome && 'result' in outcome) return outcome.result;
    if (failure) throw failure;
    throw new AppError(
      'RunCrashed',
      `the runner ended without a result (exit ${child.exitCode ?? child.signalCode})`,
      { stderr: errors() },
    );
  } finally {
    plays?.endAll();
    signal.removeEventListener('abort', stop);
  }
}

function writeLine({ stdin }: ChildProcess, line: object): void {
  if (stdin && !stdin.writableEnded) stdin.write(`${JSON.stringify(line)}\n`);
}

/** The listeners of the runner's lines. */
interface Heard extends Pick<RunnerStart, 'onAlive' | 'onProgress' | 'onShown'> {
  readonly plays: GrantedPlays | undefined;
}

const Line = z.record(z.string(), z.unknown());
type Outcome = { result: unknown } | { error: unknown };

async function readOutcome(
  child: ChildProcess,
  { onAlive, onProgress, onShown, plays }: Heard,
): Promise<Outcome | null> {
  let outcome: Outcome | null = null;
  for await (const line of createInterface({ input: child.stdout! })) {
    const message = parsedJson(Line, line);
    if (!message) continue;
    if (typeof message['alive'] === 'number') onAlive?.(message['alive']);
    if (typeof message['progress'] === 'number') onProgress?.(message['progress']);
    if (typeof message['shown'] === 'string') onShown?.(message['shown']);
    if (typeof message['wantPlay'] === 'number') plays?.want(message['wantPlay']);
    if (typeof message['playOver'] === 'number') plays?.end(message['playOver']);
    if ('result' in message) outcome = { result: message['result'] };
    if ('error' in message) outcome = { error: message['error'] };
    if (outcome) return outcome;
  }
  return outcome;
}

function asAppError(error: unknown): AppError {
  const failure = RunnerFailure.safeParse(error).data;
  return failure
    ? failureOf(failure)
    : new AppError('RunCrashed', 'the runner reported an unknown failure');
}

async function stopRunner(
  child: ChildProcess,
  exited: Promise<unknown>,
  graceMs: number,
): Promise<void> {
  if (graceMs === 0) return signalGroup(child, 'SIGKILL');
  child.kill('SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}
