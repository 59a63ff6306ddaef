import path from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Player } from './checker.js';
import { fileFolder } from './own-folder.js';
import { newPlayer } from './player.js';
import { startS3Server, type S3Server } from './s3-server.js';
import { startTroubledStore, type TroubledStore } from './s3-trouble.js';
import { startStack, type Stack } from './stack.js';

/** The product on a bucket that may be in trouble, and a new player for each test. */
export interface OnTroubledStore {
  stack: Stack;
  store: TroubledStore;
  player: Player;
}

/** For the tests of a file; what it answers is filled when they begin. */
export function onTroubledStore(env: Readonly<Record<string, string>>): OnTroubledStore {
  const folder = fileFolder();
  const on = {} as OnTroubledStore;
  let s3: S3Server | undefined;
  beforeAll(async () => {
    s3 = await startS3Server(path.join(folder, 's3'));
    on.store = await startTroubledStore(s3.port);
    on.stack = await startStack({ env: { ...s3.env('', on.store.port), ...env } });
  });
  afterAll(async () => {
    await on.stack?.stop();
    await on.store?.close();
    await s3?.stop();
  });
  beforeEach(async () => {
    on.player = await newPlayer(on.stack);
    return () => {
      on.store.trouble = 'none';
      on.player.listener.close();
    };
  });
  return on;
}
