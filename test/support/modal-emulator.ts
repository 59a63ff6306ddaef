import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ModalClient } from 'modal';
import { runnerVersion } from '../../src/activities/runner-input/bundle.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { modalAppOf } from '../../src/contracts/execution/modal.js';
import { findFreePort } from '../../dev/stack/ports.js';
import { patient } from './patience.js';
import { programArgs } from './programs.js';
import { modalControlFile } from './stack.js';

/** A fault as dev/modal-emulator/README.md describes it; `times` absent: until it is cleared. */
export interface ModalFault {
  readonly kind: 'slow' | 'hang' | 'error' | 'cut' | 'container-death' | 'lost-result';
  /**
   * Name of the RPC, or of the function where a container is meant; `*` stands for any part of it.
   */
  readonly on?: string;
  readonly times?: number;
  readonly delayMs?: number;
  /** gRPC status of an `error` (UNAVAILABLE). */
  readonly code?: string;
  readonly retryAfterSecs?: number;
  readonly when?: 'before' | 'during' | 'after';
  readonly afterMs?: number;
  /** What becomes of the call of a container that dies (`failure`). */
  readonly outcome?: 'failure' | 'internal' | 'restart';
}

export interface ModalState {
  readonly apps: Readonly<Record<string, { version: number; functions: string[] }>>;
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
  readonly calls: readonly {
    id: string;
    function: string;
    begun: number;
    status: string;
    exception: string;
    isRunning: boolean;
  }[];
  readonly containers: readonly {
    id: string;
    pid: number;
    function: string;
    isBusy: boolean;
    mounts: Record<string, string>;
  }[];
  /** Commits of each Volume by name. */
  readonly commits: Readonly<Record<string, number>>;
  /** How often each RPC was asked for. */
  readonly rpcs: Readonly<Record<string, number>>;
}

/** The emulator's door for tests. */
export interface ModalControl {
  add(fault: ModalFault): Promise<void>;
  clear(): Promise<void>;
  /** The server refuses and tears connections; containers go on. */
  down(): Promise<void>;
  up(): Promise<void>;
  /**
   * `synced-only`: containers that start from now on see what others have committed, and nothing
   * else.
   */
  volumes(mode: 'synced-only' | 'shared'): Promise<void>;
  /** Kills the containers of running calls; returns how many. */
  killContainers(which: {
    call?: string;
    function?: string;
    outcome?: ModalFault['outcome'];
  }): Promise<number>;
  state(): Promise<ModalState>;
}

/** The door of the emulator of a stack that was started with `modalEmulator: true`. */
export function modalControlOf(stack: { readonly dataDir: string }): ModalControl {
  return openControl(modalControlFile(stack.dataDir));
}

/** The file is read for each request: an emulator that was started again has another door. */
function openControl(file: string): ModalControl {
  const ask = async (method: string, what: string, body?: unknown): Promise<unknown> => {
    const { url, token } = JSON.parse(await readFile(file, 'utf8')) as {
      url: string;
      token: string;
    };
    const response = await fetch(`${url}/${what}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${what}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    add: async (fault) => {
      await ask('POST', 'faults', fault);
    },
    clear: async () => {
      await ask('DELETE', 'faults');
    },
    down: async () => {
      await ask('POST', 'down');
    },
    up: async () => {
      await ask('POST', 'up');
    },
    volumes: async (mode) => {
      await ask('POST', 'volumes', { mode });
    },
    killContainers: async (which) =>
      ((await ask('POST', 'kill', which)) as { killed: number }).killed,
    state: async () => (await ask('GET', 'state')) as ModalState,
  };
}

export interface ModalEmulator {
  readonly control: ModalControl;
  /** MODAL_* for whoever calls it. */
  readonly env: Readonly<{
    MODAL_SERVER_URL: string;
    MODAL_TOKEN_ID: string;
    MODAL_TOKEN_SECRET: string;
  }>;
  /** The folder of a Volume. */
  volumeFolder(name: string): string;
  /**
   * The process ids that a function has written as a line of a file of its Volume, once they are
   * there.
   */
  pidsIn(volume: string, file: string): Promise<number[]>;
  /** A client of the real SDK; other credentials on demand. */
  client(credentials?: { tokenId: string; tokenSecret: string }): ModalClient;
  /** `modal deploy` of an app file, by the real command line. Returns its output. */
  deploy(appFile: string, env?: Readonly<Record<string, string>>): Promise<string>;
  /** `npm run modal:deploy`: our own functions. */
  deployOurs(): Promise<string>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Asks again while nobody answers: a client that has met a dead server waits a little before it
 * connects again.
 */
export async function onceReachable<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + patient(30_000); ; await sleep(200)) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: number }).code !== 14 || Date.now() > deadline) throw error;
    }
  }
}

const run = promisify(execFile);
const PYTHON = path.join(PROJECT_ROOT, '.tools/modal-venv/bin/python');
const LIMIT_MS = patient(60_000);

/** The app that a deployment of these sources makes. */
export const ourModalApp = async (): Promise<string> =>
  modalAppOf('dreamcore', await runnerVersion());

/** Starts an emulator alone, with these secrets; nothing is deployed yet. */
export async function startModalEmulator(
  options: { secrets?: Readonly<Record<string, Readonly<Record<string, string>>>> } = {},
): Promise<ModalEmulator> {
  const dataDir = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dreamcore-modal-')));
  const port = await findFreePort();
  const random = (): string => randomBytes(8).toString('hex');
  const env = {
    MODAL_SERVER_URL: `http://127.0.0.1:${port}`,
    MODAL_TOKEN_ID: `ak-${random()}`,
    MODAL_TOKEN_SECRET: `as-${random()}`,
  };
  const controlFile = modalControlFile(dataDir);
  const start = (): Promise<ChildProcess> =>
    spawnEmulator(
      [
        `--port=${port}`,
        `--data-dir=${path.join(dataDir, 'modal')}`,
        `--control-file=${controlFile}`,
        `--link=/opt/dreamcore/node_modules=${path.join(PROJECT_ROOT, 'node_modules')}`,
      ],
      {
        ...env,
        MODAL_EMULATOR_SECRETS: JSON.stringify({
          gemini: { GEMINI_API_KEY: '' },
          ...options.secrets,
        }),
      },
    );
  const cliEnv = {
    ...process.env,
    ...env,
    MODAL_CONFIG_PATH: '/dev/null',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  let child = await start();
  const volumeFolder = (name: string): string => path.join(dataDir, 'modal', 'volumes', name);
  return {
    control: openControl(controlFile),
    env,
    volumeFolder,
    pidsIn: (volume, file) => pidsIn(path.join(volumeFolder(volume), file)),
    client: (
      credentials = { tokenId: env.MODAL_TOKEN_ID, tokenSecret: env.MODAL_TOKEN_SECRET },
    ) => {
      // The only way to tell it where the server is.
      process.env.MODAL_SERVER_URL = env.MODAL_SERVER_URL;
      return new ModalClient(credentials);
    },
    deploy: async (appFile, more = {}) =>
      (
        await run(PYTHON, ['-m', 'modal', 'deploy', appFile], {
          env: { ...cliEnv, ...more },
          timeout: LIMIT_MS,
        })
      ).stdout,
    deployOurs: async () =>
      (
        await run(process.execPath, programArgs('modal-deploy'), {
          env: cliEnv,
          cwd: PROJECT_ROOT,
          timeout: LIMIT_MS,
        })
      ).stdout,
    kill: () => end(child, 'SIGKILL'),
    start: async () => {
      child = await start();
    },
    stop: async () => {
      await end(child, 'SIGTERM');
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function pidsIn(file: string): Promise<number[]> {
  for (const deadline = Date.now() + LIMIT_MS; ; await sleep(20)) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return text.trim().split(/\s+/).map(Number);
    if (Date.now() > deadline) throw new Error('the function did not begin');
  }
}

/** Resolves when it says that it listens. */
async function spawnEmulator(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const child = spawn(PYTHON, [path.join(PROJECT_ROOT, 'dev/modal-emulator/server.py'), ...args], {
    env: { ...process.env, ...env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  process.once('exit', () => child.kill('SIGKILL'));
  for (const deadline = Date.now() + LIMIT_MS; !output.includes('"ready"'); await sleep(20)) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`The Modal emulator did not start:\n${output}`);
  }
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill(signal);
  await gone;
}
