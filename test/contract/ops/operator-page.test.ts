import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import { AuditList, WorkDetail, WorkList } from '../../../src/contracts/operators.js';
import { newPlayer, say } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';

/** What the page of operators asks and does, over HTTP. */
const stack = sharedStack();
const ROUTES = HTTP_ROUTES.filter(({ guard }) => guard === 'operator');
let operator: TestUser;
beforeAll(async () => {
  operator = await createUser(stack.env, 'operator', { app_metadata: { role: 'operator' } });
});

async function ask(method: string, target: string, as: TestUser | null, body?: object) {
  const answer = await fetch(`${stack.baseUrl}${target}`, {
    method,
    headers: {
      ...(as ? { authorization: `Bearer ${as.accessToken}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  const json: unknown = isJson ? await answer.json() : null;
  return { status: answer.status, json, answer };
}

const list = async (query: Record<string, string>) =>
  WorkList.parse(
    (await ask('GET', `/api/ops/jobs?${new URLSearchParams(query).toString()}`, operator)).json,
  ).jobs.map(({ id }) => id);

/** What this test's operator did, the newest first. */
const acts = async (targetId: string) =>
  AuditList.parse((await ask('GET', '/api/ops/audit?limit=100', operator)).json)
    .entries.filter((entry) => entry.targetId === targetId)
    .map(({ act, operatorEmail, ownerId, reason }) => ({ act, operatorEmail, ownerId, reason }));

describe('who is no operator', () => {
  it('reaches nothing, whatever he says of himself', async () => {
    expect(ROUTES.length).toBeGreaterThan(5);
    const plain = await createUser(stack.env, 'plain');
    const pretender = await createUser(stack.env, 'pretender', {
      user_metadata: { role: 'operator' },
    });
    for (const { method, path } of ROUTES) {
      const target = path.replaceAll(/:\w+/g, randomUUID());
      const body = method === 'get' ? undefined : { reason: 'x' };
      const askAs = async (as: TestUser | null, suffix = '') =>
        (await ask(method.toUpperCase(), target + suffix, as, body)).status;
      const inAddress = `?access_token=${operator.accessToken}`;
      expect([
        target,
        await askAs(null),
        await askAs(plain),
        await askAs(pretender),
        await askAs(null, inAddress),
      ]).toEqual([target, 401, 403, 403, 401]);
    }
  });
});

describe('an operator', () => {
  it('finds a job by what is known of it, with its account, play, recording and links', async () => {
    const player = await newPlayer(stack);
    const id = await say(player);
    await player.listener.until(({ type }) => type === 'completed');
    player.listener.close();
    const user = player.user.email;
    expect(await list({ user, state: 'completed', kind: 'generate', backend: 'local' })).toEqual([
      id,
    ]);
    expect(await list({ user, step: 'save', since: '1h', failure: '' })).toEqual([id]);
    const others: Record<string, string>[] = [
      { state: 'failed' },
      { backend: 'modal' },
      { step: 'think' },
      { failure: 'RunCrashed' },
      { age: '1h' },
      { kind: 'tune' },
    ];
    for (const other of others)
      expect([other, await list({ user, ...other })]).toEqual([other, []]);
    expect(await list({ user: 'nobody@example.test' })).toEqual([]);
    expect((await ask('GET', '/api/ops/jobs?since=soon', operator)).json).toEqual({
      error: 'Invalid since',
    });
    const detail = WorkDetail.parse((await ask('GET', `/api/ops/jobs/${id}`, operator)).json);
    expect(detail).toMatchObject({
      job: { id, email: user, state: 'completed', run: { outcome: 'completed' } },
      version: { revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string, play: null },
      recordings: [{ attempt: 1 }],
    });
    expect(detail.job.temporalUrl).toContain(`${stack.env['TEMPORAL_UI_URL']}/namespaces/default/`);
    expect(detail.usage.length).toBeGreaterThan(0);
    const reason = 'it was reported';
    const read = await ask('POST', `/api/ops/jobs/${id}/recordings/1`, operator, { reason });
    const bytes = Buffer.from(await read.answer.arrayBuffer());
    expect([read.status, bytes.subarray(0, 2).toString('hex')]).toEqual([200, '1f8b']);
    expect(await acts(id)).toEqual([
      { act: 'readRecording', operatorEmail: operator.email, ownerId: player.user.id, reason },
    ]);
  });

  it('stops a job as its owner does, and says why', async () => {
    const player = await newPlayer(stack);
    const id = await say(player);
    const cancel = (body: object) => ask('POST', `/api/ops/jobs/${id}/cancel`, operator, body);
    expect((await cancel({ reason: ' ' })).json).toEqual({ error: 'Invalid reason' });
    expect(await acts(id)).toEqual([]);
    expect((await cancel({ reason: 'it costs too much' })).json).toEqual({ outcome: 'cancelled' });
    await player.listener.until(({ type }) => type === 'cancelled');
    player.listener.close();
    expect(await list({ user: player.user.id, state: 'cancelled' })).toEqual([id]);
    expect(await acts(id)).toEqual([
      {
        act: 'cancel',
        operatorEmail: operator.email,
        ownerId: player.user.id,
        reason: 'it costs too much',
      },
    ]);
    const unknown = `/api/ops/jobs/${randomUUID()}/cancel`;
    expect((await ask('POST', unknown, operator, { reason: 'x' })).status).toBe(404);
  });

  it('has a job done once more in his own name', async () => {
    const player = await newPlayer(stack);
    const id = await say(player);
    await player.listener.until(({ type }) => type === 'completed');
    player.listener.close();
    const reason = 'does it work now?';
    const rerun = await ask('POST', `/api/ops/jobs/${id}/rerun`, operator, { reason });
    expect([rerun.status, rerun.json]).toMatchObject([200, { rerunOf: id }]);
    const { jobId } = rerun.json as { jobId: string };
    expect(await list({ user: operator.id, kind: 'generate' })).toEqual([jobId]);
    expect((await acts(id)).map(({ act }) => act)).toEqual(['rerun']);
    const again = await ask('POST', `/api/ops/jobs/${id}/rerun`, operator, { reason });
    expect([again.status, again.json]).toMatchObject([
      409,
      { error: expect.stringContaining('USER_LIMIT_EXCEEDED') as string },
    ]);
  });
});
