import { stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../../../dev/stack/ports.js';
import {
  isAlive,
  stackEnv,
  startLauncher,
  startStack,
  type Stack,
  type StackPart,
} from '../../support/stack.js';
import { inFullRuns } from '../../scope.js';

const PARTS = [
  'api',
  'worker',
  'temporal',
  'supabase',
  'postgres',
  'demo',
] as const satisfies StackPart[];
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ leaveDown: ['worker'] });
});
afterAll(() => stack.stop());

const apiAnswers = async (): Promise<number> => (await fetch(`${stack.baseUrl}/api/health`)).status;

describe('npm start with nothing configured', () => {
  it('brings up every part and says in one line where everything is and what is DEMO', async () => {
    expect(stack.logs().match(/^DreamCore is ready.*$/gm)).toEqual([
      `DreamCore is ready: ${stack.baseUrl} | ` +
        `Temporal UI: ${stack.env.TEMPORAL_UI_URL} | ` +
        `DEMO: the AI model (set ANTHROPIC_API_KEY for the real one)`,
    ]);
    expect(await apiAnswers()).toBe(200);
    expect((await fetch(stack.env.TEMPORAL_UI_URL ?? '')).status).toBe(200);
    for (const part of PARTS) {
      expect(Number(stack.env[`${part.toUpperCase()}_PID`])).toBe(await stack.pidOf(part));
      expect(isAlive(await stack.pidOf(part))).toBe(true);
    }
  });

  it('keeps addresses and keys readable for its owner alone, and out of the log', async () => {
    expect((await stat(path.join(stack.dataDir, 'stack.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(stack.dataDir, 'secrets'))).mode & 0o777).toBe(0o700);
    expect(stack.logs()).not.toContain(stack.env.SUPABASE_SERVICE_ROLE_KEY);
  });

  it('refuses a second launcher for the same data and tells where the first one is', async () => {
    const second = startLauncher(
      [],
      stackEnv({ DATA_DIR: stack.dataDir, PORT: String(await findFreePort()) }),
    );
    expect(await second.exited).toBe(1);
    expect(second.logs()).toContain(
      `DreamCore already runs from ${stack.dataDir} (pid ${stack.pid})`,
    );
  });

  it('refuses to run a living part twice', async () => {
    const second = startLauncher(
      ['--only=api'],
      stackEnv({ DATA_DIR: stack.dataDir, PORT: String(await findFreePort()) }),
    );
    expect(await second.exited).toBe(1);
    expect(second.logs()).toContain(
      `The part "api" runs already (pid ${await stack.pidOf('api')})`,
    );
  });

  it('starts the API again when it was killed', async () => {
    const oldPid = await stack.kill('api');
    expect(await stack.untilRestarted('api', oldPid)).not.toBe(oldPid);
    expect(await apiAnswers()).toBe(200);
  });

  inFullRuns('restarts and runs leave parts down and start them', () => {
    it('leaves a part down when told to, and that part can be run alone beside it', async () => {
      const oldPid = await stack.kill('worker');
      await stack.untilLogged(/worker ended \(signal SIGKILL\) and stays down, as asked/);
      const worker = await stack.startPart('worker');
      const pid = await stack.pidOf('worker');
      expect(pid).not.toBe(oldPid);
      expect(isAlive(pid)).toBe(true);
      process.kill(pid, 'SIGKILL');
      expect(await worker.exited).toBe(1);
      expect(await apiAnswers()).toBe(200);
    });
  });
});
