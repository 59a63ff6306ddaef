import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { findFreePort } from '../../dev/stack/ports.js';
import { newPlayer, say } from '../support/player.js';
import { startPreparedTemporal, startStackOn } from '../support/server-stack.js';
import {
  stackEnv,
  startLauncher,
  startStack,
  type Stack,
  type StackPart,
} from '../support/stack.js';

/**
 * `node --import tsx test/bench/starts.ts [--clone] [--runs=3] [--temporal-server]`: how long each
 * part is away when it is killed, how long a job waits for its worker, and with `--clone` how long
 * a clean clone takes until it is ready. Prints seconds.
 */
const PARTS: readonly StackPart[] = ['worker', 'api', 'supabase', 'demo', 'temporal', 'postgres'];
const READY_LIMIT_MS = 300_000;
/** How long the demo model writes: a worker killed in mid-stream leaves work to be done. */
const DEMO_SECONDS = '20';

const runs = Number(/--runs=(\d+)/.exec(process.argv.join(' '))?.[1] ?? 3);
const seconds = (ms: number): string => (ms / 1000).toFixed(1).padStart(6);

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const startedMs = performance.now();
  const value = await work();
  return { ms: performance.now() - startedMs, value };
}

function print(what: string, timesMs: readonly number[]): void {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  process.stdout.write(
    `${what.padEnd(28)} p50 ${seconds(median)} s   (${timesMs.map(seconds).join(' ')})\n`,
  );
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
}

/** A clean clone of what is committed here, until the whole product answers. */
async function measureClone(): Promise<{ installMs: number; readyMs: number }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-clone-'));
  const project = path.join(folder, 'project');
  try {
    const clone = await timed(() => run('git', ['clone', '-q', PROJECT_ROOT, project], folder));
    const install = await timed(() => run('npm', ['ci', '--silent'], project));
    const env = stackEnv({ PORT: String(await findFreePort()) });
    const launcher = startLauncher([], env, path.join(project, 'bin/run.js'));
    try {
      const start = await timed(() =>
        launcher.untilLogged(/^DreamCore is ready/m, { timeoutMs: READY_LIMIT_MS }),
      );
      return { installMs: install.ms, readyMs: clone.ms + install.ms + start.ms };
    } finally {
      await launcher.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** From the kill of the worker in mid-stream until its job's next attempt is heard. */
async function measureJobGoesOn(stack: Stack): Promise<number> {
  const player = await newPlayer(stack);
  const { listener } = player;
  try {
    await say(player);
    const { attempt = 0 } = await listener.untilMidRun();
    const pid = await stack.kill('worker');
    const { ms } = await timed(() =>
      listener.until((frame) => frame.type === 'stream' && (frame.attempt ?? 0) > attempt),
    );
    await listener.untilEnd();
    await stack.untilRestarted('worker', pid);
    return ms;
  } finally {
    listener.close();
  }
}

/** Of a server of its own the stack's time tells nothing: it runs when a stack starts. */
async function startTimed(): Promise<{ ms: number; value: Stack }> {
  const options = { env: { DEMO_SECONDS } };
  if (!process.argv.includes('--temporal-server')) return timed(() => startStack(options));
  const temporal = await timed(startPreparedTemporal);
  print('server set up, prepared', [temporal.ms]);
  return timed(() => startStackOn(temporal.value, options));
}

/** A launcher waits longer before each start of a part that was killed again: one for each turn. */
async function measureRestarts(): Promise<void> {
  const timesMs = new Map<string, number[]>();
  const note = (what: string, ms: number): void => {
    timesMs.set(what, [...(timesMs.get(what) ?? []), ms]);
  };
  for (let turn = 0; turn < runs; turn += 1) {
    const { ms, value: stack } = await startTimed();
    try {
      note('whole stack, built', ms);
      note('worker killed, job goes on', await measureJobGoesOn(stack));
      for (const part of PARTS) {
        const pid = await stack.kill(part);
        note(`${part} killed, up again`, (await timed(() => stack.untilRestarted(part, pid))).ms);
      }
    } finally {
      await stack.stop();
    }
  }
  for (const [what, ms] of timesMs) print(what, ms);
}

if (process.argv.includes('--clone')) {
  const { installMs, readyMs } = await measureClone();
  print('npm ci', [installMs]);
  print('clone, npm ci, npm start', [readyMs]);
}
await measureRestarts();
