import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import {
  AuditList,
  Health,
  PublicationList,
  WorkDetail,
  WorkList,
} from '../../../src/contracts/rows/operators.js';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { createStore } from '../../../src/store/index.js';
import { log } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { GAME_FILES } from '../http/test-api.js';
import { publishVersion } from '../../support/versions.js';

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
  it('finds a job by what is known of it, with account, play, recording and links', async () => {
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
    expect(await list({ user: 'nobody\0@example.test' })).toEqual([]);
    expect((await ask('GET', '/api/ops/jobs?since=soon', operator)).json).toEqual({
      error: 'Invalid since',
    });
    const read = async (): Promise<WorkDetail> =>
      WorkDetail.parse((await ask('GET', `/api/ops/jobs/${id}`, operator)).json);
    // The run ends, and its recording comes home, after its player was answered.
    await expect.poll(read, { timeout: patient(20_000) }).toMatchObject({
      job: { id, email: user, state: 'completed', run: { outcome: 'completed' } },
      version: { revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string, play: null },
      recordings: [{ attempt: 1 }],
    });
    const detail = await read();
    expect(detail.job.temporalUrl).toContain(`${stack.env['TEMPORAL_UI_URL']}/namespaces/default/`);
    expect(detail.usage.length).toBeGreaterThan(0);
    const reason = 'it was reported';
    const recording = await ask('POST', `/api/ops/jobs/${id}/recordings/1`, operator, { reason });
    const bytes = Buffer.from(await recording.answer.arrayBuffer());
    expect([recording.status, bytes.subarray(0, 2).toString('hex')]).toEqual([200, '1f8b']);
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
    const rerun = (sent: object) => ask('POST', `/api/ops/jobs/${id}/rerun`, operator, sent);
    expect((await rerun({ reason, from: 'nowhere' })).json).toEqual({ error: 'Invalid from' });
    expect(await acts(id)).toEqual([]);
    const early = await rerun({ reason, from: 'judge' });
    expect([early.status, early.json]).toEqual([
      409,
      { error: 'What it had made was not played: do it --from play.' },
    ]);
    const begun = await rerun({ reason, from: 'run' });
    expect([begun.status, begun.json]).toMatchObject([200, { rerunOf: id }]);
    const { jobId } = begun.json as { jobId: string };
    expect(await list({ user: operator.id, kind: 'generate' })).toEqual([jobId]);
    expect((await acts(id)).map(({ act }) => act)).toEqual(['rerun', 'rerun']);
    const again = await rerun({ reason });
    expect([again.status, again.json]).toMatchObject([
      409,
      { error: expect.stringContaining('USER_LIMIT_EXCEEDED') as string },
    ]);
  });

  it('sees how everything stands', async () => {
    const health = Health.parse((await ask('GET', '/api/ops/health', operator)).json);
    expect(health.checks).toEqual({
      database: null,
      temporal: null,
      workers: null,
      disk: null,
      objects: null,
    });
    const polled = health.queues?.filter(({ pollers }) => pollers > 0).map(({ name }) => name);
    expect(polled).toEqual(
      expect.arrayContaining(['dreamcore (workflows)', 'dreamcore', 'dreamcore-local-agent']),
    );
    expect(health.slots).toMatchObject({ most: { local: 4 } });
    expect(health.modal).toMatchObject({ isUsed: false });
    expect(health.budget).toMatchObject({ limitUsd: 0 });
    expect(health.outcomes?.[0]?.accepted).toBeGreaterThan(0);
    expect(health.spent?.[0]?.day).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect([health.kept, health.alerts]).not.toContain(null);
  });

  it('takes a game down: it is gone for everybody until he puts it back', async () => {
    const { env } = stack;
    const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = env;
    const store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
    const maker = await createUser(env, 'maker');
    const { id: projectId } = await store.projects.create(maker.id, '星よけ');
    await publishVersion({ store }, stack.dataDir, maker, projectId, GAME_FILES);
    const listing = { title: `星よけ ${projectId}` };
    const publish = () => ask('POST', `/api/projects/${projectId}/publish`, maker, listing);
    expect((await publish()).status).toBe(200);
    const gameId = gameIdFor(projectId);
    const seen = async () => {
      const feed = await ask('GET', `/api/games?search=${projectId}`, null);
      const remix = await ask('POST', `/api/games/${gameId}/remix`, operator, {});
      const statuses = [
        (await ask('GET', `/api/games/${gameId}`, null)).status,
        (await ask('GET', `/api/games/${gameId}`, maker)).status,
        (await ask('POST', `/api/games/${gameId}/play`, null)).status,
        (await ask('PUT', `/api/games/${gameId}/like`, operator)).status,
        (await ask('GET', `/game/published/${gameId}`, null)).status,
        remix.status,
      ];
      const page = await (await fetch(`${stack.baseUrl}/play/${gameId}`)).text();
      const listed = await ask('GET', '/api/projects?limit=5', maker);
      return {
        found: (feed.json as { games: unknown[] }).games.length,
        statuses,
        isPreviewed: page.includes(listing.title),
        isPublic: (listed.json as { projects: { isPublic: boolean }[] }).projects[0]?.isPublic,
      };
    };
    const OUT = { found: 1, statuses: Array(6).fill(200), isPreviewed: true, isPublic: true };
    const DOWN = { found: 0, statuses: Array(6).fill(404), isPreviewed: false, isPublic: false };
    expect(await seen()).toEqual(OUT);

    const move = async (where: string, reason: string) =>
      (await ask('POST', `/api/ops/games/${gameId}/${where}`, operator, { reason })).json;
    expect(await move('take-down', '')).toEqual({ error: 'Invalid reason' });
    expect(await move('take-down', 'a stolen image')).toEqual({ isMoved: true });
    expect(await move('take-down', 'once more')).toEqual({ isMoved: false });
    expect(await seen()).toEqual(DOWN);
    // Whatever its maker does: he is told, and the row of the game is not what counts.
    expect((await publish()).status).toBe(403);
    const told = await ask('GET', `/api/projects/${projectId}/publish`, maker);
    expect(told.json).toMatchObject({ game: null, takenDown: { reason: 'a stolen image' } });
    const notices = await ask('GET', '/api/notifications', maker);
    expect((notices.json as { notifications: unknown[] }).notifications[0]).toMatchObject({
      code: 'GAME_TAKEN_DOWN',
      params: { title: listing.title, reason: 'a stolen image' },
    });
    const down = await ask('GET', `/api/ops/games?down=true&search=${projectId}`, operator);
    expect(PublicationList.parse(down.json).games).toMatchObject([
      { id: gameId, email: maker.email, reason: 'a stolen image' },
    ]);

    expect(await move('put-back', 'it was his own')).toEqual({ isMoved: true });
    expect(await seen()).toEqual(OUT);
    expect((await acts(gameId)).map(({ act, reason }) => [act, reason])).toEqual([
      ['putBack', 'it was his own'],
      ['takeDown', 'a stolen image'],
    ]);
    const unknown = `/api/ops/games/${randomUUID()}/take-down`;
    expect((await ask('POST', unknown, operator, { reason: 'x' })).status).toBe(404);
  });
});
