import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTemporalCli } from '../../../dev/tools/temporal-cli.js';
import { ensureSchedules } from '../../../src/activities/schedules.js';
import { parseConfig, PROJECT_ROOT } from '../../../src/config.js';
import { SEARCH_ATTRIBUTES } from '../../../src/contracts/durable/search-attributes.js';
import { checkTemporal } from '../../../src/checks/temporal-server.js';
import { programArgs } from '../../support/programs.js';
import { patient } from '../../support/patience.js';
import { stackEnv } from '../../support/stack.js';

/** A Temporal server that nobody has prepared. */
const NAMES = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
let server: TestWorkflowEnvironment;
let connection: Connection;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-unprepared-'));
  server = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: await ensureTemporalCli() },
      log: { format: 'pretty', level: 'error' },
    },
  });
  connection = await Connection.connect({ address: server.address });
});
afterAll(async () => {
  await connection.close();
  await server.teardown();
  await rm(dataDir, { recursive: true, force: true });
});

const SERVICES = {
  SUPABASE_URL: 'http://127.0.0.1:9',
  SUPABASE_ANON_KEY: 'anon',
  SUPABASE_SERVICE_ROLE_KEY: 'service',
  CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
  ANTHROPIC_API_KEY: 'a-key',
};

describe('a Temporal server that is not prepared', () => {
  it('lacks search attributes', async () => {
    const [problem, ...others] = await checkTemporal(connection, 'default');
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ what: 'Temporal search attributes', verdict: 'missing' });
    expect(problem?.detail).toContain(NAMES.join(', '));
  });

  it('lacks the namespace', async () => {
    expect(await checkTemporal(connection, 'games')).toEqual([
      expect.objectContaining({ what: 'Temporal namespace', verdict: 'missing' }),
    ]);
  });

  it('keeps the worker from starting, in one line', async () => {
    const child = spawn(process.execPath, programArgs('worker'), {
      cwd: PROJECT_ROOT,
      env: {
        PATH: process.env['PATH'],
        ...SERVICES,
        DATA_DIR: dataDir,
        TEMPORAL_ADDRESS: server.address,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(1);
    expect(said).toMatch(/^Temporal search attributes: default does not know UserId.*\n$/);
  });

  it('is told by the doctor, and that dynamic configuration cannot be asked for', async () => {
    const args = [path.join(PROJECT_ROOT, 'bin/dreamcore.js'), 'doctor', '--env-file', '/dev/null'];
    const env = stackEnv({ DATA_DIR: dataDir, TEMPORAL_ADDRESS: server.address });
    const said = await new Promise<string>((resolve) =>
      execFile(process.execPath, args, { env }, (_error, stdout) => resolve(stdout)),
    );
    expect(said).toMatch(/^ {2}MISSING +Temporal search attributes +default does not know /m);
    expect(said).toMatch(/^ {2}absent +dynamic configuration /m);
  });

  it('takes one of another type for none of ours, and the remedy makes it ready', async () => {
    const temporal = async (line: string) =>
      promisify(execFile)(await ensureTemporalCli(), line.split(' '), {
        env: { TEMPORAL_ADDRESS: server.address },
      });
    const attributes = 'operator search-attribute';
    await temporal(`${attributes} create --name CostUsd --type Keyword`);
    const [problem] = await checkTemporal(connection, 'default');
    expect(problem?.detail).toContain(NAMES.join(', '));
    await temporal(`${attributes} remove --name CostUsd --yes`);
    const remedy = problem?.remedy?.split('or temporal ')[1] ?? '';
    expect(remedy).toContain(attributes);
    await temporal(remedy);
    await expect
      .poll(() => checkTemporal(connection, 'default'), { timeout: patient(30_000) })
      .toEqual([expect.objectContaining({ verdict: 'ok' })]);
  });
});

/** Runs `npx dreamcore prepare` against the server, for another namespace. */
function prepare(namespace: string): Promise<{ code: number; said: string }> {
  const program = path.join(PROJECT_ROOT, 'bin/dreamcore.js');
  const args = [program, 'prepare', '--retention', '3', '--env-file', '/dev/null'];
  const env = stackEnv({
    DATA_DIR: dataDir,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: namespace,
  });
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, said: `${stdout}${stderr}` }),
    );
  });
}

describe('npx dreamcore prepare', () => {
  it('makes namespace and search attributes; a second time it changes nothing', async () => {
    const first = await prepare('studio');
    expect(first.said).toContain('Made the namespace studio; it keeps closed workflows for 3 day');
    expect(first.said).toContain(`Made the search attributes ${NAMES.join(', ')}.`);
    expect(first.said).toContain('The namespace studio is prepared.');
    expect(first.code).toBe(0);
    expect(await checkTemporal(connection, 'studio')).toEqual([
      expect.objectContaining({ verdict: 'ok' }),
    ]);
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'studio' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(3 * 86_400);
    expect(await prepare('studio')).toEqual({
      code: 0,
      said: 'Nothing was missing.\nThe namespace studio is prepared.\n',
    });
  });
});

describe('Schedules', () => {
  it('of an earlier start get the definition of this one; a paused one stays so', async () => {
    const client = server.client;
    const handle = await client.schedule.create({
      scheduleId: 'collectGarbage',
      spec: { intervals: [{ every: '7 days' }] },
      action: { type: 'startWorkflow', workflowType: 'another', taskQueue: 'another' },
      state: { paused: true },
    });
    await ensureSchedules(client, parseConfig(SERVICES));
    const { spec, action, state } = await handle.describe();
    expect(spec.intervals).toEqual([expect.objectContaining({ every: 3_600_000 })]);
    expect(action).toMatchObject({ workflowType: 'collectGarbage' });
    expect(state.paused).toBe(true);
  });
});
