import { describe, expect, it } from 'vitest';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createScreenshots } from '../../../src/objects/screenshots.js';
import { createStore } from '../../../src/store/index.js';
import { log } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { newGuest } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createGuest, createUser, type TestUser } from '../../support/users.js';
import { publishVersion } from '../../support/versions.js';

/** D8: what a guest made, when he signs in to an account that he has. */
const stack = sharedStack();
const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
const store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
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

  it('takes no token but that of a guest', async () => {
    const [owner, member] = [await createUser(stack.env), await createUser(stack.env)];
    for (const token of [member.accessToken, owner.accessToken, 'x', 'e30.e30.e30'])
      expect((await adopt(owner, token)).status).toBe(400);
    const guest = await createGuest(stack.env);
    expect((await adopt(guest, guest.accessToken)).status).toBe(403);
  });
});
