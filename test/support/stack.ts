import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../src/config.js';
import { LIMITS } from '../../src/contracts/base/limits.js';
import { CRASH_POINTS_DIR } from '../../src/process/crash-points.js';
import { findFreePort } from '../../dev/stack/ports.js';
import { patient } from './patience.js';
import { programArgs, RUN_SCRIPT } from './programs.js';

export type StackPart = 'api' | 'worker' | 'temporal' | 'supabase' | 'postgres' | 'demo' | 'modal';

export interface StackOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /**
   * Added to an environment without keys or addresses of real services; DEMO_SECONDS is 0 and
   * RUN_PLAYS 0, PLAY_GAMES and DRAW_SPRITES false unless given.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** Parts that are not started. */
  readonly without?: readonly StackPart[];
  /** Parts that are not started again when they end, for tests that do it themselves. */
  readonly leaveDown?: readonly StackPart[];
  /**
   * Runs the functions through the local stand-in for Modal, with its door for scripted faults open
   * (test/support/modal-emulator.ts). Absent: as `npm run test:recovery:modal` says by
   * DREAMCORE_TEST_MODAL, else not.
   */
  readonly modalEmulator?: boolean;
  /** Used again, and kept by `stop`, when given. */
  readonly dataDir?: string;
  /** Everything that `logs` answers is added to it as it comes, for other processes. */
  readonly logFile?: string;
  /** `bin/run.js` of another checkout, whose product is started instead of this one's. */
  readonly runScript?: string;
}

/** One process of ours with its output. */
export interface Started {
  readonly pid: number;
  /** Everything that it has written so far. */
  logs(): string;
  /**
   * Resolves when its output holds the pattern (searched from `from` on); rejects when it ends or
   * the time is over.
   */
  untilLogged(pattern: RegExp, options?: { from?: number; timeoutMs?: number }): Promise<void>;
  /** Resolves with its exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

export interface Stack extends Started {
  readonly baseUrl: string;
  /** As `npm run env` prints it; pids are those of the start. */
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  /** How to reach a Temporal server that is not a part of it; empty where it is one. */
  readonly temporalEnv: Readonly<Record<string, string>>;
  /** The process of a part now. */
  pidOf(part: StackPart): Promise<number>;
  /** Sends a signal (SIGKILL) to a part, waits until it is gone, returns its pid. */
  kill(part: StackPart, signal?: NodeJS.Signals): Promise<number>;
  /** Waits until the launcher has started a part again that ended with this pid, and it answers. */
  untilRestarted(part: StackPart, oldPid: number): Promise<number>;
  /**
   * `npm start -- --only=<part>` beside this stack; resolves when it is ready. Ends with the stack
   * at the latest.
   */
  startPart(part: Exclude<StackPart, 'postgres'>): Promise<Started>;
  /** Stops everything and removes the data folder. May be called twice. */
  stop(): Promise<void>;
}

const run = promisify(execFile);
const READY_LIMIT_MS = patient(90_000);
const STOP_LIMIT_MS = patient(60_000);

/**
 * Starts the whole product as `npm start` does, on free ports with its data in a temp folder, and
 * waits until it is ready. It ends with this process, however that dies.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dataDir = options.dataDir ?? (await newDataDir());
  const port = options.port || (await findFreePort());
  const isOnModal = options.modalEmulator ?? process.env['DREAMCORE_TEST_MODAL'] === '1';
  const modal: Record<string, string> = isOnModal
    ? { MODAL_EMULATOR_CONTROL_FILE: modalControlFile(dataDir) }
    : {};
  // Only the functions of Modal, the import of V2 and the move of an older folder run git.
  const needsGit = isOnModal || options.dataDir !== undefined;
  const env = stackEnv({
    DEMO_SECONDS: '0',
    // A browser for each game is tried where playing is the promise, a runner for each sprite too.
    PLAY_GAMES: 'false',
    MAX_RUNNING_JOBS: '2',
    RUN_PLAYS: '0',
    PLAY_LIVES: '2',
    PLAY_SEARCH_LIVES: '0',
    DRAW_SPRITES: 'false',
    // Guests of all tests come from one address.
    SIGN_IN_GUESTS_PER_HOUR: '1000',
    [CRASH_POINTS_DIR]: crashPointsDir(dataDir),
    ...modal,
    ...(needsGit ? {} : { PATH: pathWithoutGit() }),
    ...options.env,
    PORT: String(port),
    DATA_DIR: dataDir,
  });
  const parts: Started[] = [];
  const lists = [
    ['--without', options.without],
    ['--leave-down', options.leaveDown],
  ] as const;
  const selected = lists.flatMap(([flag, names]) =>
    names?.length ? [`${flag}=${names.join(',')}`] : [],
  );
  const args = [...selected, ...(isOnModal ? ['--modal-emulator'] : [])];
  const launcher = startLauncher(args, env, options.runScript, options.logFile);
  const stop = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.stop()));
    await launcher.stop();
    if (!options.dataDir) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await launcher.untilLogged(/^DreamCore is ready/m, { timeoutMs: READY_LIMIT_MS });
    const printed = await printedEnv(env);
    const pidOf = (part: StackPart): Promise<number> => readPid(dataDir, part);
    /**
     * How much had been logged when a process was killed: what tells of its successor comes later.
     */
    const killedAt = new Map<number, number>();
    return {
      ...launcher,
      baseUrl: printed.BASE_URL ?? '',
      env: printed,
      dataDir,
      temporalEnv: temporalEnvOf(options),
      pidOf,
      stop,
      kill: async (part, signal = 'SIGKILL') => {
        const logged = launcher.logs().length;
        const pid = await killPart(dataDir, part, signal);
        killedAt.set(pid, logged);
        return pid;
      },
      untilRestarted: async (part, oldPid) => {
        await launcher.untilLogged(
          new RegExp(`"part":"${part}","pid":(?!${oldPid}\\b)\\d+,"msg":"${part} is up again"`),
          { from: killedAt.get(oldPid) ?? 0, timeoutMs: READY_LIMIT_MS },
        );
        return pidOf(part);
      },
      startPart: async (part) => {
        const started = startLauncher([`--only=${part}`], env);
        parts.push(started);
        await started.untilLogged(new RegExp(`^${part} is ready`, 'm'), {
          timeoutMs: READY_LIMIT_MS,
        });
        return started;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function temporalEnvOf({ env = {} }: StackOptions): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => /^TEMPORAL_/.test(name)));
}

/**
 * Where the crash points of a stack are armed; also what tells its runners from those of another
 * stack.
 */
export function crashPointsDir(dataDir: string): string {
  return path.join(dataDir, 'crash-points');
}

/** Where the emulator of a stack says how its faults are ordered. */
export function modalControlFile(dataDir: string): string {
  return path.join(dataDir, 'modal-control.json');
}

/** A temp folder that PostgreSQL can reach when it runs as another account. */
export async function newDataDir(): Promise<string> {
  const dataDir = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dreamcore-test-')));
  await chmod(dataDir, 0o711);
  return dataDir;
}

/** What configures the product, and what a test runner adds. */
const FOREIGN = [
  ...['ANTHROPIC_', 'GEMINI_', 'IMAGE_', 'REPLICATE_', 'BUDGET_', 'USER_DAILY', 'VOLUME_'],
  ...['VIDEO_', 'ALERT_', 'CLAUDE_', 'SUPABASE_', 'EMBEDDED_', 'TEMPORAL_', 'CALLBACK_'],
  ...[
    'PG',
    'DEMO',
    'PORT$',
    'HOST$',
    'PUBLIC_URL$',
    'GAMES_',
    'CORS_',
    'MAX_',
    'JOB_',
    'SHUTDOWN_',
  ],
  ...['MODAL_', 'USE_MODAL$', 'NODE_ENV$', 'LOG_LEVEL$', 'VITEST', 'npm_'],
];

/** Own variables of a stack with the rate limits that ship: an empty value is the default's. */
export const SHIPPED_LIMITS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(LIMITS).map((variable) => [variable, '']),
);

/** Our environment without anything that would configure the product, then `own`. */
export function stackEnv(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const foreign = new RegExp(`^(${FOREIGN.join('|')})`);
  const kept = Object.entries(process.env).filter(
    ([name]) => !foreign.test(name) || name === 'TEMPORAL_CLI_PATH',
  );
  // Tests and benchmarks work faster than people; the limits have tests of their own.
  const limits = Object.fromEntries(
    ['READS', 'WRITES', 'AI'].map((kind) => [`RATE_LIMIT_${kind}_PER_MIN`, '1000000']),
  );
  const shared = { LOG_LEVEL: 'info', SHUTDOWN_GRACE_MS: '20000' };
  return { ...Object.fromEntries(kept), ...shared, ...limits, ...own };
}

/** Our PATH with a `git` in front that fails: an absent one, to what runs it. */
function pathWithoutGit(): string {
  const folder = path.join(import.meta.dirname, 'without-git');
  return [folder, process.env['PATH']].join(path.delimiter);
}

/** Starts the launcher with these arguments; it stops when our end of its standard input closes. */
export function startLauncher(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  runScript = RUN_SCRIPT,
  logFile?: string,
): Started {
  const child = spawn(
    process.execPath,
    [runScript, 'launcher', '--env-file=/dev/null', '--stop-with-parent', ...args],
    {
      env,
      cwd: path.parse(runScript).root,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (logFile !== undefined) appendFileSync(logFile, text);
    });
  child.stdin.on('error', () => undefined);
  // `close` comes after the last output, so that an error message is complete.
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  let hasEnded = false;
  void exited.then(() => {
    hasEnded = true;
  });
  return {
    pid: child.pid ?? 0,
    exited,
    logs: () => output,
    untilLogged: async (pattern, { from = 0, timeoutMs = patient(30_000) } = {}) => {
      for (
        const deadline = Date.now() + timeoutMs;
        !pattern.test(output.slice(from));
        await sleep(30)
      ) {
        if (hasEnded)
          throw new Error(`The launcher ended before it logged ${String(pattern)}:\n${output}`);
        if (Date.now() > deadline)
          throw new Error(
            `The launcher did not log ${String(pattern)} within ${timeoutMs} ms:\n${output}`,
          );
      }
    },
    stop: () => stopChild(child, exited),
  };
}

async function stopChild(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}

async function printedEnv(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const { stdout } = await run(
    process.execPath,
    [...programArgs('print-env'), '--env-file=/dev/null'],
    { env, cwd: PROJECT_ROOT },
  );
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
}

async function readPid(dataDir: string, part: StackPart): Promise<number> {
  return Number(await readFile(path.join(dataDir, 'run', `${part}.pid`), 'utf8'));
}

async function killPart(dataDir: string, part: StackPart, signal: NodeJS.Signals): Promise<number> {
  const pid = await readPid(dataDir, part);
  process.kill(pid, signal);
  while (isAlive(pid)) await sleep(10);
  return pid;
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
