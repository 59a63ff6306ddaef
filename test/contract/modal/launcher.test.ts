import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { ModalClient } from 'modal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalControlOf, onceReachable, ourModalApp } from '../../support/modal-emulator.js';
import {
  newDataDir,
  stackEnv,
  startLauncher,
  startStack,
  type Stack,
} from '../../support/stack.js';
import { patient } from '../../support/patience.js';

let stack: Stack;
let provided: Record<string, string>;
beforeAll(async () => {
  stack = await startStack({
    modalEmulator: true,
    without: ['api', 'worker', 'supabase', 'temporal', 'demo'],
  });
  provided = (
    JSON.parse(await readFile(path.join(stack.dataDir, 'stack.json'), 'utf8')) as {
      provided: Record<string, string>;
    }
  ).provided;
});
afterAll(() => stack.stop());

/** What the deployed function says to a caller of another version: that it is there. */
async function deployedAnswer(): Promise<string> {
  process.env.MODAL_SERVER_URL = provided.MODAL_SERVER_URL;
  const client = new ModalClient({
    tokenId: provided.MODAL_TOKEN_ID,
    tokenSecret: provided.MODAL_TOKEN_SECRET,
  });
  try {
    const fn = await client.functions.fromName(await ourModalApp(), 'git-operation');
    return await fn
      .remote([{ version: 'of another day', callId: 'c-1', input: {}, bundle: null }])
      .then(String, String);
  } finally {
    client.close();
  }
}

describe('npm start -- --modal-emulator', () => {
  it('says before anything else, and in the line of the end, what it is not', () => {
    expect(stack.logs()).toContain('the Modal emulator isolates nothing and has no GPU');
    expect(stack.logs().match(/^DreamCore is ready.*$/m)?.[0]).toContain(
      'MODAL EMULATOR: no isolation, no GPU',
    );
  });

  it('has our functions deployed with their secrets, and tells the parts to use it', async () => {
    const { apps, secrets } = await modalControlOf(stack).state();
    expect(apps[await ourModalApp()]?.functions).toContain('generate-game');
    expect(secrets).toEqual(['anthropic', 'gemini']);
    expect(provided).toMatchObject({
      USE_MODAL: 'true',
      MODAL_SERVER_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as unknown,
    });
    expect(await deployedAnswer()).toContain('ModalOutdated');
  });

  it('starts it again when it was killed: same address, same token, same functions', async () => {
    const oldPid = await stack.kill('modal');
    expect(await stack.untilRestarted('modal', oldPid)).not.toBe(oldPid);
    expect(await onceReachable(deployedAnswer)).toContain('ModalOutdated');
  });

  it('keeps token and secrets out of the log', () => {
    expect(stack.logs()).not.toContain(provided.MODAL_TOKEN_SECRET);
    expect(stack.logs()).not.toContain(provided.CALLBACK_SECRET);
  });

  it('leaves it out where there are real credentials', async () => {
    const dataDir = await newDataDir();
    const launcher = startLauncher(
      ['--modal-emulator', '--without=api,worker,supabase,temporal,demo'],
      stackEnv({ DATA_DIR: dataDir, MODAL_TOKEN_ID: 'ak-real', MODAL_TOKEN_SECRET: 'as-real' }),
    );
    await launcher.untilLogged(/^DreamCore is ready/m, { timeoutMs: patient(60_000) });
    await launcher.stop();
    await rm(dataDir, { recursive: true });
    expect(launcher.logs()).toContain('work goes to the real Modal');
    expect(launcher.logs()).not.toContain('MODAL EMULATOR');
  });

  it('is refused in production', async () => {
    const launcher = startLauncher(
      ['--modal-emulator'],
      stackEnv({ DATA_DIR: stack.dataDir, NODE_ENV: 'production' }),
    );
    expect(await launcher.exited).toBe(1);
    expect(launcher.logs()).toContain('a start without --modal-emulator');
  });
});
