import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { UNAVAILABLE_SENTENCE } from '../../../src/contracts/base/errors.js';
import { patient } from '../../support/patience.js';
import { ask, spawnApi, startApi, type ApiProcess } from './api-process.js';

/** How the API process begins and ends. Neither Temporal nor a database is there. */
const ENV = {
  SUPABASE_URL: 'http://127.0.0.1:9',
  SUPABASE_ANON_KEY: 'anon',
  SUPABASE_SERVICE_ROLE_KEY: 'service-role-secret',
  DATA_DIR: '/nonexistent',
  CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
};
const running: ApiProcess[] = [];
afterEach(() => Promise.all(running.splice(0).map((api) => api.stop())));
async function start(env: Readonly<Record<string, string>> = ENV): Promise<ApiProcess> {
  const api = await startApi(env);
  running.push(api);
  return api;
}

describe('the beginning', () => {
  it('names every mistake of the configuration, no value, and ends with 1', async () => {
    const api = await spawnApi({
      SUPABASE_URL: 'not a url',
      CALLBACK_SECRET: 'too short',
      SUPABASE_ANON_KEY: 'anon',
    });
    expect(await api.exited).toBe(1);
    for (const name of ['SUPABASE_URL', 'SUPABASE_SERVICE_ROLE_KEY', 'CALLBACK_SECRET'])
      expect(api.output()).toContain(`  ${name}: `);
    expect(api.output()).not.toContain('too short');
    expect(api.output()).not.toContain('    at ');
  });

  it('says when its port is taken, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const api = await spawnApi({ ...ENV, PORT: String(port) });
    expect(await api.exited).toBe(1);
    expect(api.output()).toContain(`port ${port} is taken`);
    expect(api.output()).not.toContain('    at ');
    other.close();
  });

  it('answers health while all else is away, and 503 where nobody can judge a token', async () => {
    const api = await start();
    expect((await ask(api.port, '/api/health')).status).toBe(200);
    const token = `${Buffer.from('{"alg":"ES256","kid":"x"}').toString('base64url')}.${Buffer.from(
      '{"sub":"x",' + '"exp":9999999999}',
    ).toString('base64url')}.AAAA`;
    const answer = await ask(api.port, '/api/projects', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([answer.status, answer.headers['retry-after'], answer.json()]).toEqual([
      503,
      '5',
      { error: UNAVAILABLE_SENTENCE, code: 'OPERATION_FAILED' },
    ]);
    expect(api.output()).not.toContain('service-role-secret');
  });

  it('refuses a data folder of another database, in one line with the remedy', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'dreamcore-foreign-'));
    await writeFile(path.join(dataDir, '.dreamcore.json'), '{"database":"https://one.example"}');
    const api = await spawnApi({ ...ENV, DATA_DIR: dataDir });
    expect(await api.exited).toBe(1);
    expect(api.output()).toMatch(
      /^DATA_DIR: .* belongs to the database https:\/\/one.* → set .*\n$/,
    );
    await rm(dataDir, { recursive: true });
  });

  it('writes one line when it is ready', async () => {
    const api = await start();
    const lines = api
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    expect(lines.map(({ msg }) => msg)).toEqual(['api ready']);
    expect(lines[0]).toMatchObject({
      name: 'api',
      url: `http://localhost:${api.port}`,
      port: api.port,
    });
  });
});

describe('the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: sockets are told to come back (1012), then the process ends with 0',
    async (signal) => {
      const api = await start();
      const socket = new WebSocket(`ws://127.0.0.1:${api.port}/`);
      await once(socket, 'open');
      const closed = once(socket, 'close') as Promise<[number, Buffer]>;
      process.kill(api.pid, signal);
      expect((await closed)[0]).toBe(1012);
      expect(await api.exited).toBe(0);
      expect(api.output()).toContain('"msg":"api stopped"');
    },
  );

  it('a browser that keeps its connection open does not hold it up', async () => {
    const api = await start();
    await fetch(`${api.baseUrl}/api/health`);
    const startedMs = Date.now();
    await api.stop();
    expect(await api.exited).toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(patient(3_000));
  });
});
