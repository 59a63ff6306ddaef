import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { findFreePort } from '../../../dev/stack/ports.js';
import { newDataDir, stackEnv, startLauncher } from '../../support/stack.js';
import { programArgs } from '../../support/programs.js';

let dataDir: string;

beforeAll(async () => {
  dataDir = await newDataDir();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** Runs the launcher to its end; returns its exit code and all that it said. */
async function launch(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number | null; said: string }> {
  const launcher = startLauncher(
    args,
    stackEnv({ DATA_DIR: dataDir, PORT: String(await findFreePort()), ...env }),
  );
  const code = await launcher.exited;
  return { code, said: launcher.logs() };
}

describe('npm start refuses, before it starts anything,', () => {
  it('a taken PORT, and says who has it and which variable changes it', async () => {
    const holder = net.createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as net.AddressInfo).port));
    });
    try {
      const { code, said } = await launch({ PORT: String(port) });
      expect(code).toBe(1);
      expect(said).toMatch(
        new RegExp(
          `^Port ${port} is already in use by .+ \\(pid ${process.pid}\\)\\..*` +
            `variable PORT, for example PORT=${port + 1}`,
        ),
      );
    } finally {
      holder.close();
    }
  });

  it('production with embedded parts, naming everything that is to be set', async () => {
    const { code, said } = await launch({ NODE_ENV: 'production' });
    expect(code).toBe(1);
    for (const name of [
      'SUPABASE_URL',
      'SUPABASE_ANON_KEY',
      'SUPABASE_SERVICE_ROLE_KEY',
      'TEMPORAL_ADDRESS',
      'ANTHROPIC_API_KEY',
      'CALLBACK_SECRET',
      'GAME_PATH_SECRET',
      'PUBLISH_CHECK_SECRET',
    ])
      expect(said).toContain(`\n  ${name} (`);
  });

  it('an embedded part alone in production, even when real services are configured', async () => {
    const { code, said } = await launch(
      { NODE_ENV: 'production', TEMPORAL_ADDRESS: 'temporal.example:7233' },
      '--only=supabase',
    );
    expect(code).toBe(1);
    expect(said).toContain('"supabase" is embedded, for development only');
  });

  it('a configuration with mistakes, all of them at once', async () => {
    const { code, said } = await launch({
      MAX_RUNNING_JOBS: 'many',
      DEMO: 'maybe',
      PUBLIC_URL: 'nowhere',
    });
    expect(code).toBe(1);
    for (const name of ['MAX_RUNNING_JOBS', 'DEMO', 'PUBLIC_URL'])
      expect(said).toContain(`\n  ${name}: `);
    expect(said).not.toContain('nowhere');
  });

  it('a worker alone when no stack was ever started here', async () => {
    const { code, said } = await launch({}, '--only=worker');
    expect(code).toBe(1);
    expect(said).toContain(`No stack has been started in ${dataDir}`);
  });

  it('a part that it does not know', async () => {
    const { code, said } = await launch({}, '--only=kitchen');
    expect(code).toBe(1);
    expect(said).toContain('Parts are api, worker, temporal, supabase, demo, modal.');
  });

  it('and leaves nothing running or written down', async () => {
    expect(await readdir(dataDir)).toEqual([]);
  });
});

describe('npm run env', () => {
  it('says that nothing runs, and exits 1', async () => {
    const outcome = await new Promise<{ code: unknown; stdout: string; stderr: string }>(
      (resolve) => {
        execFile(
          process.execPath,
          [...programArgs('print-env'), '--env-file=/dev/null'],
          { cwd: PROJECT_ROOT, env: stackEnv({ DATA_DIR: dataDir }) },
          (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
        );
      },
    );
    expect(outcome).toEqual({
      code: 1,
      stdout: '',
      stderr: `No DreamCore stack is running with DATA_DIR ${dataDir}. Start it with npm start.\n`,
    });
  });
});
