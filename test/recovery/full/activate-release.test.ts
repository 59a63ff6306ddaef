import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { volumeNameOf, volumeRepoOf } from '../../../src/contracts/execution/modal.js';
import type { Backend } from '../../../src/contracts/execution/backends.js';
import { openRepo } from '../../../src/git/process.js';
import { listTree } from '../../../src/git/read.js';
import { resolve } from '../../../src/git/refs.js';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type Store } from '../../../src/store/index.js';
import { syncStores } from '../../../src/ops/sync.js';
import { newPlayer, say } from '../../support/player.js';
import type { Player } from '../../support/checker.js';
import { startStack, type Stack } from '../../support/stack.js';
import { patient } from '../../support/patience.js';
import { versionsIn } from '../../support/versions.js';

const MAIN = 'refs/heads/main';
const LIMIT_MS = patient(60_000);

let stack: Stack;
let store: Store;
let player: Player;

beforeAll(async () => {
  stack = await startStack({ modalEmulator: true });
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  );
  player = await newPlayer(stack);
}, patient(180_000));
afterAll(() => stack.stop());

/** One message on this backend until its end; the attempt says where it was done. */
async function make(backend: Backend, text: string): Promise<void> {
  await store.backendState.setSwitch({ to: backend, sharePercent: 100, by: 'test' });
  const from = player.listener.frames.length;
  await say(player, text);
  expect(await player.listener.untilEnd(from)).toMatchObject({ type: 'completed' });
}

const sync = () => syncStores({ project: player.projectId, envFile: '/dev/null' });
const volumeFolder = () =>
  path.join(stack.dataDir, 'modal', 'volumes', volumeNameOf(player.user.id));

/** One line of versions, and a view with the same head and the same trees. */
async function expectViewEqual(count: number): Promise<void> {
  const { projectId } = player;
  const line = await store.revisions.line(projectId);
  expect(line).toHaveLength(count);
  const view = openRepo(path.join(volumeFolder(), volumeRepoOf(projectId)));
  expect(await resolve(view, MAIN)).toBe(line[0]);
  const versions = versionsIn(stack.dataDir, store);
  for (const revision of line) {
    const files = await versions.listFiles({ projectId, revision });
    expect((await listTree(view, revision)).map(({ path: file, oid }) => [file, oid])).toEqual(
      files.map(({ path: file, oid }) => [file, oid]),
    );
  }
}

async function readGame(): Promise<string> {
  const response = await fetch(`${stack.baseUrl}/api/projects/${player.projectId}/code`, {
    headers: { authorization: `Bearer ${player.user.accessToken}` },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  return response.status === 200
    ? ((await response.json()) as { code: string }).code
    : `status ${response.status}`;
}

it(
  'E6, E7: Modal → local → edit → Modal → edit: one line, which a lost Volume shows again',
  { timeout: patient(600_000) },
  async () => {
    Object.assign(process.env, { DATA_DIR: stack.dataDir });
    await make('modal', '2Dのキャッチゲームを作って');
    await make('local', 'もっと速くして');
    await make('local', '背景を青くして');
    await make('modal', 'スコアを大きくして');
    await make('modal', '敵を増やして');
    expect((await sync()).exitCode).toBe(0);
    await expectViewEqual(5);

    const before = await readGame();
    await rm(path.join(volumeFolder(), 'projects'), { recursive: true });
    expect(await readGame()).toBe(before);
    const { text, exitCode } = await sync();
    expect({ text, exitCode }).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining('5 version(s)') as string,
    });
    await expectViewEqual(5);
  },
);
