import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { closeToOthers, openFiles } from '../../../src/disk/private-files.js';
import { Listener } from '../../support/listener.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser } from '../../support/users.js';

const MANY = 100_000;

it('what the stack keeps of users, games and secrets is for its own account alone', async () => {
  const stack = sharedStack();
  const { accessToken } = await createUser(stack.env);
  const listener = new Listener(stack.baseUrl, accessToken);
  await listener.open();
  await listener.createProject();
  listener.say('2Dのキャッチゲームを作って', { skipStyleSelection: true });
  await expect(listener.untilEnd()).resolves.toMatchObject({ type: 'completed' });
  listener.close();
  expect(await openFiles(stack.dataDir, MANY)).toEqual([]);
});

it('an open file, folder and data folder would be seen, and can be closed', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-open-'));
  try {
    await writeFile(path.join(folder, 'secret'), '', { mode: 0o600 });
    expect(await openFiles(folder, 9)).toEqual([]);
    await chmod(path.join(folder, 'secret'), 0o640);
    await chmod(folder, 0o711);
    expect(await openFiles(folder, 9)).toEqual(['secret']);
    await chmod(folder, 0o755);
    expect(await openFiles(folder, 9)).toEqual(['.', 'secret']);
    expect(await openFiles(folder, 1)).toEqual(['.']);
    await closeToOthers(folder);
    expect(await openFiles(folder, 9)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
