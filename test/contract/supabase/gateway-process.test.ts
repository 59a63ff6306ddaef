import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@supabase/supabase-js';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../dev/postgres/postgres.js';
import { applyPlatform } from '../../../dev/supabase/platform.js';
import { programArgs } from '../../support/programs.js';
import { patient } from '../../support/patience.js';

const log = { info: () => undefined, warn: () => undefined };
const children: ChildProcess[] = [];
let folder: string;
let postgres: RunningPostgres;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-gateway-'));
  postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), log });
  await applyPlatform(postgres.url);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('create table public.probe (id integer)');
  await client.end();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly exited: Promise<number | null>;
  readonly url: Promise<string>;
}

function startProcess(overrides: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, programArgs('gateway'), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: postgres.url,
      PORT: '0',
      PUBLIC_URL: 'http://localhost:3000',
      KEY_DIR: path.join(folder, 'keys'),
      ...overrides,
    },
  });
  children.push(child);
  const lines: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = new Promise<string>((resolve, reject) => {
    void exited.then((code) => reject(new Error(`ended with ${code}: ${lines.join('\n')}`)));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const found = JSON.parse(line) as { msg?: string; url?: string };
        if (found.msg === 'supabase gateway ready' && found.url) resolve(found.url);
      });
    }
  });
  url.catch(() => undefined);
  return { child, lines, exited, url };
}

async function keysOf(): Promise<{
  anonKey: string;
  serviceRoleKey: string;
  privateKey: { d: string };
}> {
  return JSON.parse(
    await readFile(path.join(folder, 'keys', 'supabase-keys.json'), 'utf8'),
  ) as Awaited<ReturnType<typeof keysOf>>;
}

/** Status of a table that is there. */
const read = async (url: string): Promise<number> => {
  const { serviceRoleKey } = await keysOf();
  return (await fetch(`${url}/rest/v1/probe`, { headers: { apikey: serviceRoleKey } })).status;
};

describe('the gateway as a process', () => {
  it('keeps keys and sessions over a restart, in a file for the owner alone', async () => {
    const first = startProcess();
    const { anonKey } = await first.url.then(keysOf);
    expect((await stat(path.join(folder, 'keys', 'supabase-keys.json'))).mode & 0o777).toBe(0o600);
    const { data } = await createClient(await first.url, anonKey, {
      auth: { persistSession: false },
    }).auth.signUp({ email: 'kept@example.com', password: 'long enough' });
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);

    const second = startProcess();
    const client = createClient(await second.url, anonKey, { auth: { persistSession: false } });
    expect((await keysOf()).anonKey).toBe(anonKey);
    expect((await client.auth.getUser(data.session?.access_token)).data.user?.email).toBe(
      'kept@example.com',
    );
    expect(
      (await client.auth.refreshSession({ refresh_token: data.session?.refresh_token ?? '' }))
        .error,
    ).toBeNull();
    second.child.kill('SIGTERM');
    expect(await second.exited).toBe(0);
  });

  it('answers 503 while PostgreSQL is away, goes on when it is back, never restarts', async () => {
    const gateway = startProcess();
    const url = await gateway.url;
    await expect.poll(() => read(url), { timeout: patient(5_000) }).toBe(200);
    await Promise.all(Array.from({ length: 10 }, () => read(url)));
    await postgres.stop();
    expect(await read(url)).toBe(503);
    const { serviceRoleKey } = await keysOf();
    const headers = { apikey: serviceRoleKey, authorization: `Bearer ${serviceRoleKey}` };
    expect((await fetch(`${url}/auth/v1/admin/users`, { headers })).status).toBe(503);
    expect((await fetch(`${url}/auth/v1/.well-known/jwks.json`)).status).toBe(200);

    postgres = await startPostgres({
      dataDir: path.join(folder, 'postgres'),
      port: postgres.port,
      log,
    });
    await expect.poll(() => read(url), { timeout: patient(10_000) }).toBe(200);
    expect((await fetch(`${url}/auth/v1/admin/users`, { headers })).status).toBe(200);
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited).toBe(0);
  });

  it('waits for a database that starts later than itself', async () => {
    await postgres.stop();
    const gateway = startProcess();
    await expect
      .poll(() => gateway.lines.join('\n'), { timeout: patient(10_000) })
      .toContain('waiting for the database');
    postgres = await startPostgres({
      dataDir: path.join(folder, 'postgres'),
      port: postgres.port,
      log,
    });
    expect(await read(await gateway.url)).toBe(200);
    gateway.child.kill('SIGTERM');
    await gateway.exited;
  });

  it('writes no secret into its log, also when a request fails', async () => {
    const gateway = startProcess({ LOG_LEVEL: 'trace' });
    const url = await gateway.url;
    const { serviceRoleKey, privateKey } = await keysOf();
    const headers = { apikey: serviceRoleKey, authorization: `Bearer ${serviceRoleKey}` };
    await fetch(`${url}/rest/v1/users?apikey=${serviceRoleKey}`, { headers });
    await fetch(`${url}/auth/v1/token?grant_type=password`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ email: 'kept@example.com', password: 'a very secret word' }),
    });
    await fetch(`${url}/auth/v1/token?grant_type=pkce`, { method: 'POST', headers, body: '{' });
    gateway.child.kill('SIGTERM');
    await gateway.exited;
    const output = gateway.lines.join('\n');
    for (const secret of [
      serviceRoleKey,
      privateKey.d,
      'a very secret word',
      new URL(postgres.url).password,
    ])
      expect(output).not.toContain(secret);
  });

  it.each([
    [{ NODE_ENV: 'production' }, 2, 'production'],
    [{ GATEWAY_HOST: '0.0.0.0' }, 1, 'loopback'],
    [{ DATABASE_URL: 'nonsense' }, 2, 'DATABASE_URL'],
    [{ PORT: 'many', PUBLIC_URL: '?' }, 2, 'PUBLIC_URL'],
  ])('refuses %o and says why', async (overrides, code, reason) => {
    const refused = startProcess(overrides);
    expect(await refused.exited).toBe(code);
    await expect.poll(() => refused.lines.join('\n')).toContain(reason);
  });

  it('says which port is taken', async () => {
    const gateway = startProcess();
    const { port } = new URL(await gateway.url);
    const second = startProcess({ PORT: port });
    expect(await second.exited).toBe(1);
    await expect.poll(() => second.lines.join('\n')).toContain('EADDRINUSE');
    gateway.child.kill('SIGTERM');
    await gateway.exited;
  });
});
