import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { createStore, type Store } from '../../../src/store/index.js';
import { log } from '../../support/database.js';
import { isRunText } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, signIn, type TestUser } from '../../support/users.js';
import { multipart } from './multipart.js';
import { PIXEL } from './test-api.js';
import { publishVersion } from '../../support/versions.js';

/** The end of an account (F2): all that a user made goes, whatever works on it, no more. */
const stack = sharedStack();
const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
const service = createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, {
  auth: { persistSession: false, autoRefreshToken: false },
});
let store: Store;
let maker: TestUser;
beforeAll(async () => {
  store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
  maker = await createUser(stack.env, 'neighbour');
});

const FILES = { 'index.html': '<html><head></head><body>星よけ</body></html>' };

async function call(
  method: string,
  target: string,
  { accessToken }: TestUser,
  body?: object,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${stack.baseUrl}${target}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}
const ask = (user: TestUser) => call('POST', '/api/account/delete', user, { confirm: 'DELETE' });

/** The deletion is over; its last step but one removes the account, whose tokens end with it. */
async function untilGone(user: TestUser, ...projectIds: string[]): Promise<void> {
  const isOver = async (): Promise<boolean> => {
    const { status, json } = await call('GET', '/api/account/deletion', user);
    return status === 401 || json['state'] === 'completed';
  };
  await expect.poll(isOver, { timeout: patient(50_000), interval: 500 }).toBe(true);
  const left = { timeout: patient(10_000), interval: 200 };
  await expect.poll(() => rowsLeft(user.id, projectIds), left).toEqual([]);
  const files = () => filesLeft(user.id, ...projectIds, ...projectIds.map(gameIdFor));
  await expect.poll(files, left).toEqual([]);
}

async function published(user: TestUser): Promise<string> {
  const { id } = await store.projects.create(user.id, '星よけ');
  await publishVersion({ store }, stack.dataDir, user, id, FILES);
  const listing = { title: '星よけ', visibility: 'public', remix: 'allowed' };
  expect((await call('POST', `/api/projects/${id}/publish`, user, listing)).status).toBe(200);
  return id;
}

async function uploadAsset(user: TestUser): Promise<void> {
  const { body, headers } = multipart(
    [['originalName', '星.png']],
    [{ bytes: PIXEL, name: '星.png' }],
  );
  const answer = await fetch(`${stack.baseUrl}/api/assets/upload`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${user.accessToken}` },
    body: new Uint8Array(body),
  });
  expect(answer.status).toBe(200);
}

/** Rows that name the user or his project, by `table.column`; every table is asked. */
async function rowsLeft(userId: string, projectIds: readonly string[]): Promise<string[]> {
  const folder = path.join(PROJECT_ROOT, 'supabase', 'migrations');
  const left: string[] = [];
  for (const file of await readdir(folder)) {
    const sql = await readFile(path.join(folder, file), 'utf8');
    for (const [, table = '', columns = ''] of sql.matchAll(
      /create table if not exists public\.(\w+) \(([\s\S]*?)\n\);/g,
    ))
      for (const [column, ids] of [
        ['user_id', [userId]],
        ['owner_id', [userId]],
        ['player', [userId]],
        ['project_id', projectIds],
        ...(table === 'users' ? ([['id', [userId]]] as const) : []),
      ] as const) {
        if (!new RegExp(`^ {2}${column} (?:uuid|text)`, 'm').test(columns)) continue;
        const { data, error } = await service
          .from(table)
          .select(column)
          .in(column, [...ids]);
        if (error) throw new Error(`${table}.${column}: ${error.message}`);
        if (data.length > 0) left.push(`${table}.${column}`);
      }
  }
  return left;
}

/** Files and folders outside of the quarantine whose path names one of these. */
async function filesLeft(...ids: string[]): Promise<string[]> {
  const names = await readdir(stack.dataDir, { recursive: true });
  return names.filter(
    (name) => !/^(temporal|removed)/.test(name) && ids.some((each) => name.includes(each)),
  );
}

describe('F2: the end of an account', () => {
  it('takes games, assets, publications and likes along, and leaves those of others', async () => {
    const user = await createUser(stack.env, 'leaver');
    const [own, others] = [await published(user), await published(maker)];
    const remixOfOwn = await call('POST', `/api/games/${gameIdFor(own)}/remix`, maker, {
      actionId: randomUUID(),
    });
    await uploadAsset(user);
    const like = await call('PUT', `/api/games/${gameIdFor(others)}/like`, user);
    expect(like.json).toMatchObject({ likeCount: 1 });
    await call('POST', `/api/games/${gameIdFor(others)}/play`, user);
    await call('POST', '/api/notifications/read-all', user);
    expect(await rowsLeft(user.id, [own])).toEqual(
      expect.arrayContaining([
        ...['users.id', 'projects.user_id', 'assets.owner_id', 'game_plays.player'],
      ]),
    );
    expect((await filesLeft(user.id, gameIdFor(own))).length).toBeGreaterThan(2);

    expect((await call('POST', '/api/account/delete', user, { confirm: 'yes' })).status).toBe(400);
    expect((await call('GET', '/api/account/deletion', user)).status).toBe(404);
    const [first, again] = await Promise.all([ask(user), ask(user)]);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(first.json).toMatchObject({ state: 'running' });
    await untilGone(user, own);

    // U2: an operator can bring them back for a while; the product reads nothing there.
    const removed = await readdir(path.join(stack.dataDir, 'removed'), { recursive: true });
    const version = new RegExp(`/objects/p/${own}/[0-9a-f-]{36}/[0-9a-f]{64}$`);
    expect(removed.filter((name) => version.test(name))).toHaveLength(1);
    const { data } = await service.auth.admin.getUserById(user.id);
    expect(data.user).toBeNull();
    await expect(signIn(stack.env, user)).rejects.toThrow();
    const card = await call('GET', `/api/games/${gameIdFor(others)}`, maker);
    expect(card.json).toMatchObject({ game: { likeCount: 0, liked: false } });
    const { status } = await call(
      'GET',
      `/api/projects/${String(remixOfOwn.json['projectId'])}`,
      maker,
    );
    expect(status).toBe(200);
  });

  it('stops the job that runs; a token of before is refused', async () => {
    const { user, listener, projectId } = await newPlayer(stack);
    await say({ user, listener, projectId });
    await listener.until(isRunText);
    expect((await ask(user)).status).toBe(202);
    await untilGone(user, projectId);
    listener.close();
    const again = async (): Promise<number> => (await ask(user)).status;
    await expect.poll(again, { timeout: patient(10_000), interval: 500 }).toBe(401);
    await expect(store.projects.create(user.id, '幽霊')).rejects.toThrow();
  });
});
