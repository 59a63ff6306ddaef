import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { patient } from '../../support/patience.js';
import { signIn, type TestUser } from '../../support/users.js';
import { Socket } from '../ws/socket.js';
import { startTestApi, type TestApi } from './test-api.js';

/** A sign-out ends what a session had been given at once, not when its token is over. */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const apikey = (): string => api.env['SUPABASE_ANON_KEY'] ?? '';
/** A new session of Alice's; each has a token, a game's signed path and a socket. */
async function openSession() {
  const as: TestUser = { ...api.alice, accessToken: await signIn(api.env, api.alice) };
  const query = `?access_token=${as.accessToken}`;
  const game = await api.ask(`/game/${as.id}/${api.gameId}/index.html${query}`);
  expect(game.status).toBe(302);
  const socket = await Socket.signedIn(api.process.baseUrl, as);
  return { as, path: String(game.headers['location']), socket };
}
type Open = Awaited<ReturnType<typeof openSession>>;

const signOut = ({ as }: Open, scope: string) =>
  api.ask(`/auth/v1/logout?scope=${scope}`, { method: 'POST', as, headers: { apikey: apikey() } });
/** What the session reaches: its API, its game, its rows. */
async function reach({ as, path }: Open): Promise<[number, number, number]> {
  const rows = await api.ask('/rest/v1/projects?select=id', { as, headers: { apikey: apikey() } });
  return [
    (await api.ask('/api/projects', { as })).status,
    (await api.ask(path)).status,
    (rows.json() as unknown[]).length,
  ];
}
const OPEN = [200, 200, 2];
const OVER = [401, 401, 0];
const WITHIN = { timeout: patient(10_000), interval: 100 };

it('D7: everywhere, tokens, signed paths, rows and sockets end; a new session works', async () => {
  const [{ id: assetId } = { id: '' }] = await api.database.sql<{ id: string }>(
    `insert into public.assets (owner_id, filename, storage_path) values ($1, 'a', '/a')
     returning id`,
    [api.alice.id],
  );
  const sessions = [await openSession(), await openSession()];
  for (const session of sessions) expect(await reach(session)).toEqual(OPEN);
  expect((await signOut(sessions[0]!, 'global')).status).toBe(204);
  for (const session of sessions) {
    await expect.poll(() => reach(session), WITHIN).toEqual(OVER);
    expect(await session.socket.closed).toEqual([4001, 'Authentication failed']);
    const write = await api.ask('/rest/v1/projects', {
      method: 'POST',
      as: session.as,
      headers: { apikey: apikey(), 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: session.as.id }),
    });
    expect(write.status).toBe(403);
    const removal = await api.ask('/rest/v1/rpc/soft_delete_asset', {
      method: 'POST',
      as: session.as,
      headers: { apikey: apikey(), 'content-type': 'application/json' },
      body: JSON.stringify({ p_id: assetId }),
    });
    expect(removal.json()).toBe(false);
  }
  const anew = await openSession();
  expect(await reach(anew)).toEqual(OPEN);
  await anew.socket.close();
});

it('of one session: the others go on', async () => {
  const [gone, stays] = [await openSession(), await openSession()];
  expect((await signOut(gone, 'local')).status).toBe(204);
  await expect.poll(() => reach(gone), WITHIN).toEqual(OVER);
  expect(await reach(stays)).toEqual(OPEN);
  expect(await stays.socket.ask({ type: 'ping' })).toEqual({ type: 'pong' });
  await stays.socket.close();
});

it('a deleted account’s token is refused', async () => {
  const user = await api.database.createUser('deleted');
  expect((await api.ask('/api/projects', { as: user })).status).toBe(200);
  const { SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: key } = api.database.config;
  const admin = createClient(url, key, { auth: { persistSession: false } });
  expect((await admin.auth.admin.deleteUser(user.id)).error).toBeNull();
  await expect
    .poll(async () => (await api.ask('/api/projects', { as: user })).status, WITHIN)
    .toBe(401);
});

it('every table that signed-in users reach asks whether the session goes on', async () => {
  const rows = await api.database.sql(
    `select distinct tablename from pg_policies p
     where schemaname = 'public' and permissive = 'PERMISSIVE'
       and roles && array['authenticated', 'public']::name[]
       and not exists (select from pg_policies r where r.schemaname = 'public'
         and r.tablename = p.tablename and r.permissive = 'RESTRICTIVE' and r.cmd = 'ALL'
         and r.roles @> array['authenticated']::name[] and r.qual like '%session_goes_on%')`,
  );
  expect(rows).toEqual([]);
});
