import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { findFreePort } from '../../../dev/stack/ports.js';
import { newDataDir, stackEnv, startStack, type Stack } from '../../support/stack.js';
import { patient } from '../../support/patience.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = await newDataDir();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** Runs the command as a person does, from anywhere. */
function doctor(env: Record<string, string>): Promise<{ code: number; said: string }> {
  const args = [path.join(PROJECT_ROOT, 'bin/dreamcore.js'), 'doctor', '--env-file', '/dev/null'];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd: dataDir, env: stackEnv({ DATA_DIR: dataDir, ...env }) },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, said: `${stdout}${stderr}` });
      },
    );
  });
}

const freePort = async (): Promise<string> => String(await findFreePort());

describe('npx dreamcore doctor', () => {
  it('finds everything on a machine where the tests run, and says that no stack runs', async () => {
    const { code, said } = await doctor({ PORT: await freePort() });
    expect(said).toContain('Everything required is there.');
    for (const what of [
      'Node.js',
      'git',
      'Temporal CLI',
      'PostgreSQL',
      'Claude CLI',
      'DATA_DIR',
      'disk space',
    ])
      expect(said).toMatch(new RegExp(`^  ok +${what} `, 'm'));
    expect(said).toMatch(/^ {2}absent +stack +nothing runs from /m);
    expect(code).toBe(0);
  });

  it('names what other accounts could read, until it is closed', async () => {
    const file = path.join(dataDir, 'kept');
    await writeFile(file, 'x', { mode: 0o644 });
    const open = await doctor({ PORT: await freePort() });
    expect(open.said).toMatch(/^ {2}absent +private data +other accounts can read kept$/m);
    expect(open.said).toMatch(/→ chmod -R go-rwx /);
    await rm(file);
    const { said } = await doctor({ PORT: await freePort() });
    expect(said).toMatch(/^ {2}ok +private data +no other account can read it$/m);
  });

  it('fails for a taken port, and says who has it and how to go elsewhere', async () => {
    const holder = net.createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as net.AddressInfo).port));
    });
    const { code, said } = await doctor({ PORT: String(port) });
    await new Promise((resolve) => holder.close(resolve));
    expect(said).toMatch(
      new RegExp(
        `MISSING +port ${port} +in use by .+\\(pid ${process.pid}\\)\\s+→ .*PORT=${port + 1}`,
      ),
    );
    expect(code).toBe(1);
  });

  it('fails for programs that are not there, and says how to get them', async () => {
    const { code, said } = await doctor({
      PORT: await freePort(),
      PATH: '/nowhere',
      TEMPORAL_CLI_PATH: '/nowhere/temporal',
      CI: 'true',
    });
    expect(said).toMatch(/MISSING +git +.*\n +→ sudo apt-get install git/);
    expect(said).toMatch(/MISSING +Temporal CLI +.*\n +→ correct TEMPORAL_CLI_PATH/);
    expect(said).toMatch(/absent +Python venv/);
    expect(said).toContain('\nMissing: git, Temporal CLI, bubblewrap.');
    expect(code).toBe(1);
  });

  it('fails for a wrong configuration without showing a value of it', async () => {
    const { code, said } = await doctor({ PORT: 'secret-value' });
    expect(said).toMatch(/MISSING +variables .*\n? *PORT/);
    expect(said).not.toContain('secret-value');
    expect(code).toBe(1);
  });

  it('makes nothing: a data folder that is not there stays so', async () => {
    const parent = path.join(dataDir, 'parent');
    await mkdir(parent);
    await chmod(parent, 0o755);
    const { said } = await doctor({ PORT: await freePort(), DATA_DIR: path.join(parent, 'data') });
    expect(said).toContain('(is made at the first start)');
    await expect(rm(path.join(parent, 'data'))).rejects.toThrow('ENOENT');
  });
});

describe('beside a running stack, npx dreamcore doctor', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ leaveDown: ['demo'], env: { CHROMIUM_PATH: '/nowhere' } });
  });
  afterAll(() => stack.stop());

  it('says which feature is off, as the start did', async () => {
    const loss = 'CHROMIUM_PATH names no program, so thumbnails and videos are off';
    expect(stack.logs()).toContain(`Chromium: ${loss} → correct CHROMIUM_PATH, or unset it`);
    const { said } = await doctor({ DATA_DIR: stack.dataDir, CHROMIUM_PATH: '/nowhere' });
    expect(said).toMatch(
      new RegExp(`^  absent +Chromium +${loss}\n +→ correct CHROMIUM_PATH`, 'm'),
    );
    expect(said).toMatch(/^ {2}ok +Temporal server +\d.*with our search attributes$/m);
    expect(said).not.toContain('dynamic configuration');
  });

  it('sees that each part answers, and which one is down', async () => {
    const env = { DATA_DIR: stack.dataDir, PORT: new URL(stack.baseUrl).port };
    const healthy = await doctor(env);
    for (const part of ['postgres', 'supabase', 'temporal', 'demo', 'worker', 'api'])
      expect(healthy.said).toMatch(new RegExp(`^  ok +${part} +pid \\d+, answers`, 'm'));
    expect(healthy.said).toMatch(/ok +port \d+ +in use by the running stack/);
    expect(healthy.code).toBe(0);
    await stack.kill('demo');
    // The launcher needs a moment to see the end.
    await expect
      .poll(() => doctor(env), { timeout: patient(20_000) })
      .toMatchObject({
        code: 1,
        said: expect.stringMatching(
          /MISSING +demo +does not run\n +→ npm start -- --only=demo/,
        ) as string,
      });
  });
});
