import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import { jobIdFor } from '../../../src/contracts/base/ids.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createScreenshots } from '../../../src/objects/screenshots.js';
import { createStore } from '../../../src/store/index.js';
import { log } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { newGuest } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createGuest, createUser, signIn, type TestUser } from '../../support/users.js';
import { publishVersion } from '../../support/versions.js';

/** D8: what a guest made, when he signs in to an account that he has. */
const stack = sharedStack();
const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
const store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
const service = createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, {
  auth: { persistSession: false, autoRefreshToken: false },
});
const SCREENSHOT = 'b'.repeat(64);

async function adopt(
  { accessToken }: TestUser,
  guestToken: string,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${stack.baseUrl}/api/account/adopt-guest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ guestToken }),
  });
  const body: unknown = await answer.json();
  return { status: answer.status, body };
}
const statusOf = async (path: string, { accessToken }: TestUser): Promise<number> => {
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await fetch(`${stack.baseUrl}${path}`, { headers });
  await answer.arrayBuffer();
  return answer.status;
};

describe('D8: adopting a guest', () => {
  it('gives his game with its screenshots to the account, once, and ends the guest', async () => {
    const { user: guest, projectId, listener } = await newGuest(stack);
    listener.close();
    const files = { 'index.html': '<html><head></head><body>星よけ</body></html>' };
    await publishVersion({ store }, stack.dataDir, guest, projectId, files);
    await createScreenshots(createFileObjectStore(stack.dataDir)).keep(
      { userId: guest.id, projectId },
      SCREENSHOT,
      Buffer.from('screen'),
    );
    const [owner, other] = [await createUser(stack.env), await createUser(stack.env)];
    expect(await adopt(owner, guest.accessToken)).toMatchObject({
      status: 202,
      body: { state: 'running' },
    });
    await expect
      .poll(() => adopt(owner, guest.accessToken), { timeout: patient(30_000) })
      .toEqual({ status: 200, body: { state: 'completed' } });
    expect(await statusOf(`/api/projects/${projectId}/code`, owner)).toBe(200);
    const screenshot = `/api/projects/${projectId}/screenshots/${SCREENSHOT}`;
    expect(await statusOf(screenshot, owner)).toBe(200);
    expect(await statusOf(`/api/projects/${projectId}/code`, other)).toBe(404);
    await expect
      .poll(() => statusOf('/api/projects', guest), { timeout: patient(10_000) })
      .toBe(401);
    expect(await store.users.existing([guest.id])).toEqual(new Set());
    expect((await adopt(other, guest.accessToken)).status).toBe(400);
  });

  it('takes what waits there along: it begins as a message of the account', async () => {
    const { projectId, user: guest, listener } = await newGuest(stack);
    const owner = await createUser(stack.env);
    listener.say('2Dの避けゲームを作って');
    await listener.until(({ type }) => type === 'jobStarted');
    const messageId = listener.say('敵を速くして', { skipStyleSelection: true, queue: true });
    await listener.until(({ type, queued }) => type === 'jobStarted' && queued === true);
    listener.close();
    expect((await adopt(owner, guest.accessToken)).status).toBe(202);
    const jobId = jobIdFor(projectId, messageId);
    const statusOfJob = async () => (await store.jobs.get(jobId))?.status;
    await expect.poll(statusOfJob, { timeout: patient(90_000) }).toBe('completed');
    const { data } = await service.from('usage_events').select('by_guest').eq('job_id', jobId);
    expect(data).not.toEqual([]);
    expect(data?.filter((row) => row.by_guest !== false)).toEqual([]);
  });

  it('leaves one who has become an account what he has, for all his old token claims', async () => {
    const { user: guest, projectId, listener } = await newGuest(stack);
    listener.close();
    const account = { email: `${guest.id}@example.com`, password: randomUUID() };
    const linked = await service.auth.admin.updateUserById(guest.id, account);
    expect(linked.data.user?.is_anonymous).toBe(false);
    const owner = await createUser(stack.env);
    const own = { ...guest, accessToken: await signIn(stack.env, account) };
    for (const user of [owner, own])
      expect((await adopt(user, guest.accessToken)).status).toBe(400);
    expect(await statusOf(`/api/projects/${projectId}`, own)).toBe(200);
  });

  it('takes no token but that of a guest', async () => {
    const [owner, member] = [await createUser(stack.env), await createUser(stack.env)];
    for (const token of [member.accessToken, owner.accessToken, 'x', 'e30.e30.e30'])
      expect((await adopt(owner, token)).status).toBe(400);
    const guest = await createGuest(stack.env);
    expect((await adopt(guest, guest.accessToken)).status).toBe(403);
  });
});
