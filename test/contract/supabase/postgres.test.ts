import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../dev/postgres/postgres.js';

/**
 * Temp folders of mkdtemp are private (700): as root, this is the case in which the database has to
 * stay elsewhere.
 */
let folder: string;
let dataDir: string;
const messages: string[] = [];
const log = {
  info: (_: object, message: string) => void messages.push(message),
  warn: (_: object, message: string) => void messages.push(message),
};
let running: RunningPostgres | undefined;
let child: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-postgres-'));
  dataDir = path.join(folder, 'data');
});
afterEach(async () => {
  // A launcher that is still ending holds the data of the next test.
  if (child?.exitCode === null && child.signalCode === null) await killed(child);
  await running?.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = async (port?: number): Promise<RunningPostgres> =>
  (running = await startPostgres({ dataDir, port, log }));

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A launcher of its own that can be killed. */
async function startElsewhere(): Promise<{ url: string; pid: number }> {
  const code = `import { startPostgres } from ${JSON.stringify(
    path.resolve('dev/postgres/' + 'postgres.ts'),
  )};
    const log = { info() {}, warn() {} };
    startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log }).then((p) => {
      console.log(JSON.stringify({ url: p.url, pid: p.pid }));
      setInterval(() => {}, 1000);
    });`;
  const started = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout }))
    return JSON.parse(line) as { url: string; pid: number };
  throw new Error('it ended');
}

const killed = (process_: ChildProcess | undefined): Promise<unknown> =>
  new Promise((resolve) => {
    process_?.once('exit', resolve);
    process_?.kill('SIGKILL');
  });

it('makes the database dreamcore, on the loopback, its password file the owner’s', async () => {
  const postgres = await start();
  expect(new URL(postgres.url).pathname).toBe('/dreamcore');
  expect(
    await query(
      postgres.url,
      `select current_setting('listen_addresses') as listen, ` +
        `current_setting('unix_socket_directories') as sockets, current_setting('TimeZone') ` +
        'as zone',
    ),
  ).toEqual([{ listen: '127.0.0.1', sockets: '', zone: 'UTC' }]);
  expect((await stat(path.join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
  const wrong = new URL(postgres.url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await query(
    postgres.url,
    `create table kept (word text); insert into kept values ('through everything')`,
  );
});

it('finds everything again at the next start, on the same port', async () => {
  const first = await start();
  await first.stop();
  await first.stop();
  expect(await first.exited).toBe(0);
  const second = await start();
  expect(second.port).toBe(first.port);
  expect(await query(second.url, 'select * from kept')).toEqual([{ word: 'through everything' }]);
});

it('tells when the server dies, and starts again after kill -9 of it', async () => {
  const first = await start();
  process.kill(first.pid, 'SIGKILL');
  expect(await first.exited).not.toBe(0);
  const second = await start();
  expect(await query(second.url, 'select * from kept')).toEqual([{ word: 'through everything' }]);
});

it('is ended when a SIGTERM leaves it waiting for a client that stays', async () => {
  const { url, pid, exited } = await start();
  const client = new pg.Client({ connectionString: url });
  const cut = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  process.kill(pid, 'SIGTERM');
  await expect(exited).resolves.toBe(0);
  await expect(cut).resolves.toMatchObject({ code: '57P01' });
});

it('takes over from a launcher that was killed and left its server running', async () => {
  const orphan = await startElsewhere();
  await killed(child);
  expect(await query(orphan.url, 'select 1 as alive')).toEqual([{ alive: 1 }]);
  const postgres = await start();
  expect(postgres.pid).not.toBe(orphan.pid);
  expect(await query(postgres.url, 'select * from kept')).toEqual([{ word: 'through everything' }]);
});

it('recovers when launcher and server were killed together', async () => {
  const orphan = await startElsewhere();
  process.kill(orphan.pid, 'SIGKILL');
  await killed(child);
  expect(await query((await start()).url, 'select * from kept')).toEqual([
    { word: 'through everything' },
  ]);
});

it('is not stopped by a postmaster.pid whose number now belongs to somebody else', async () => {
  await (await start()).stop();
  const { cluster } = JSON.parse(await readFile(path.join(dataDir, 'postgres.json'), 'utf8')) as {
    cluster: string;
  };
  await writeFile(
    path.join(cluster, 'postmaster.pid'),
    `${process.ppid}\n${cluster}\n1\n5432\n\n127.0.0.1\n  1 1\n`,
  );
  expect(await query((await start()).url, 'select 1 as alive')).toEqual([{ alive: 1 }]);
});

it('refuses a second launcher over the same data while the first lives', async () => {
  await startElsewhere();
  await expect(start()).rejects.toThrow(`already runs here for process ${child?.pid}`);
});

it('takes another port when its own is taken; says so when it was insisted on', async () => {
  const first = await start();
  await first.stop();
  const { port } = first;
  const squatter = net.createServer().listen(port, '127.0.0.1');
  try {
    await expect(start(port)).rejects.toThrow(`Port ${port}`);
    const postgres = await start();
    expect(postgres.port).not.toBe(port);
    expect(await query(postgres.url, 'select * from kept')).toEqual([
      { word: 'through everything' },
    ]);
  } finally {
    squatter.close();
  }
});
