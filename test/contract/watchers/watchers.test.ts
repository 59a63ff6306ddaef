import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAlerts } from '../../../src/store/alerts.js';
import { storageRefusal } from '../../../src/activities/shared/maintenance/storage.js';
import { paidActivities, usageActivities } from '../../../src/activities/shared/accounts/usage.js';
import { watcherActivities } from '../../../src/activities/shared/maintenance/watchers.js';
import { AppError } from '../../../src/contracts/base/errors.js';
import { callIdFor } from '../../../src/contracts/base/ids.js';
import { render } from '../../../src/contracts/messages/message.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';

const GIB = 1024 ** 3;
const LIMITS = {
  CLAUDE_MAX_BUDGET_USD: 2,
  JOB_BUDGET_USD: 2,
  REPAIR_USD: 0.3,
  USER_DAILY_LOSS_USD: 0,
  USER_DAILY_USD: 0,
  BUDGET_DAILY_USD: 0,
  GUEST_DAILY_USD: 0,
  IMAGE_USD: 0.04,
  THUMBNAIL_USD: 0.14,
  CUTOUT_USD: 0.01,
  VIDEO_USD: 0.05,
  TEXT_USD: 0.01,
  VOLUME_SOFT_GIB: 1,
  VOLUME_MAX_GIB: 2,
};

let database: TestDatabase;
let userId: string;
let projectId: string;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  await database.stop();
});
beforeEach(async () => {
  await database.sql('delete from auth.users');
  for (const table of ['usage_events', 'modal_calls', 'alerts'])
    await database.sql(`delete from public.${table}`);
  [userId, projectId] = await newOwner();
});

async function newOwner(): Promise<[string, string]> {
  const userId = await database.newUserId();
  const project = await database.store.projects.create(userId, '宇宙シューティング');
  return [project.user_id, project.id];
}

/** The product's own parts as the worker puts them together. */
function parts(
  changes: Partial<typeof LIMITS> = {},
  outside: { webhook?: string; cancelCall?: (id: string) => Promise<void> } = {},
) {
  const config = { ...LIMITS, ...changes, ALERT_WEBHOOK_URL: outside.webhook };
  const { store } = database;
  const alerts = createAlerts({ config, store, log });
  const deps = { config, store, alerts, log };
  return {
    alerts,
    ...usageActivities(deps),
    ...watcherActivities({ ...deps, cancelCall: outside.cancelCall ?? null }),
  };
}

async function newJob(): Promise<string> {
  const id = randomUUID();
  await database.store.jobs.open({
    id,
    userId,
    projectId,
    content: '作って',
    chatId: randomUUID(),
    maxQueuedJobs: 50,
  });
  await database.store.jobs.startProcessing(id, true);
  return id;
}

/** An asset of the user's whose file has this size. */
async function addAsset(name: string, bytes: number): Promise<string> {
  const [row] = await database.sql<{ id: string }>(
    `insert into public.assets (owner_id, filename, original_name, storage_path, size)
     values ($1, $2, $2, $2, $3) returning id`,
    [userId, name, Math.round(bytes)],
  );
  return row?.id ?? '';
}

const standing = () =>
  database.sql<{ kind: string; key: string; times: number }>(
    'select kind, key, times from public.alerts where cleared_at is null order by kind, key',
  );
const attempt = (jobId: string) => ({ jobId, userId, projectId, backend: 'local' as const });

describe('an alert', () => {
  const received: { method: string | undefined; body: Record<string, unknown> }[] = [];
  let answers: number[] = [];
  let server: Server;
  let webhook: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      void readBody(request).then((body) => {
        received.push({
          method: request.method,
          body: JSON.parse(body) as Record<string, unknown>,
        });
        response.writeHead(answers.shift() ?? 200).end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });
  afterAll(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  beforeEach(() => {
    received.length = 0;
    answers = [];
  });

  const alert = { kind: 'test', key: 'a', message: 'something is wrong', details: { count: 3 } };

  it('is told once while it stands, and again when it comes back', async () => {
    const { alerts } = parts({}, { webhook });
    for (let n = 0; n < 3; n += 1) await alerts.raise(alert);
    await alerts.raise({ ...alert, key: 'b', level: 'warn' });
    expect(received.map(({ method, body }) => [method, body['key'], body['level']])).toEqual([
      ['POST', 'a', 'error'],
      ['POST', 'b', 'warn'],
    ]);
    expect(received[0]?.body).toMatchObject({ ...alert, times: 1 });
    expect(await standing()).toMatchObject([
      { key: 'a', times: 3 },
      { key: 'b', times: 1 },
    ]);
    await alerts.clear(alert);
    await alerts.raise(alert);
    await database.sql(
      `update public.alerts set seen_at = now() - interval '2 hours' where key = 'b'`,
    );
    await alerts.raise({ ...alert, key: 'b' });
    expect(received.map(({ body }) => body['key'])).toEqual(['a', 'b', 'a', 'b']);
  });

  it('is told once by many who see it at the same moment', async () => {
    const { alerts } = parts();
    await Promise.all(Array.from({ length: 20 }, () => alerts.raise(alert)));
    expect(await standing()).toEqual([{ kind: 'test', key: 'a', times: 20 }]);
  });

  it('reaches a webhook that fails at first; one that refuses is asked next time', async () => {
    const { alerts } = parts({}, { webhook });
    answers = [503, 200];
    await alerts.raise(alert);
    await alerts.raise(alert);
    expect(received).toHaveLength(2);
    answers = [404];
    await alerts.raise({ ...alert, key: 'b' });
    expect(received).toHaveLength(3);
    await alerts.raise({ ...alert, key: 'b' });
    await alerts.raise({ ...alert, key: 'b' });
    expect(received).toHaveLength(4);
  });

  it('never fails whoever raises it: no webhook there, no database there', async () => {
    await parts({}, { webhook: 'http://127.0.0.1:9/hook' }).alerts.raise(alert);
    expect(await standing()).toHaveLength(1);
    const broken = {
      alerts: { ...database.store.alerts, raise: () => Promise.reject(new Error('no database')) },
    };
    await createAlerts({ config: { ALERT_WEBHOOK_URL: webhook }, store: broken, log }).raise(alert);
    expect(received).toEqual([]);
  });
});

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}

describe('the gate before a run', () => {
  it('refuses what the budget does not cover, alerts once, and has started nothing', async () => {
    const gate = parts({ BUDGET_DAILY_USD: 3 });
    const first = await newJob();
    expect(await gate.startAttempt(attempt(first))).toEqual({
      attempt: 1,
      slotAgeMs: 0,
      budgetUsd: 2,
    });
    await database.store.jobs.takeSlot(first, 1);
    await database.store.jobs.fail(first, { text: '×' });
    for (let n = 0; n < 2; n += 1)
      await expect(gate.startAttempt(attempt(await newJob()))).rejects.toMatchObject({
        kind: 'SPENDING_LIMIT_EXCEEDED',
      });
    await expect
      .poll(standing, { timeout: patient(20_000) })
      .toEqual([{ kind: 'budgetUsedUp', key: 'today', times: 2 }]);
    expect(await database.sql(`select from public.usage_events`)).toHaveLength(1);
  });

  it('a user at his own limit is refused without an alert', async () => {
    const gate = parts({ USER_DAILY_USD: 1 });
    await expect(gate.startAttempt(attempt(await newJob()))).rejects.toMatchObject({
      kind: 'SPENDING_LIMIT_EXCEEDED',
    });
    expect(await standing()).toEqual([]);
  });

  it('an attempt that fails or is stopped says why and what it cost', async () => {
    const gate = parts();
    const ends: [Error, { failure: string | null; usd: number }][] = [
      [
        new AppError('ModelOverloaded', 'busy', { costUsd: 0.5 }),
        { failure: 'ModelOverloaded', usd: 0.5 },
      ],
      [
        Object.assign(new Error('stopped'), {
          cause: new AppError('RunCancelled', 'stopped', { costUsd: 0.25 }),
        }),
        { failure: null, usd: 0.25 },
      ],
      [new Error('lost'), { failure: null, usd: 2 }],
    ];
    for (const [error, told] of ends) {
      const jobId = await newJob();
      await gate.startAttempt(attempt(jobId));
      const { runAgent } = paidActivities({ store: database.store, log });
      const spec = { request: '', dimension: null, styleId: null, autoFix: false, parent: null };
      const input = { jobId, userId, projectId, attempt: 1, spec };
      await expect(runAgent?.(input, () => Promise.reject(error))).rejects.toBe(error);
      expect(
        await database.sql(
          'select state, failure, usd from public.usage_events where call_id = $1',
          [callIdFor(jobId, 1)],
        ),
      ).toEqual([{ state: 'released', ...told }]);
      await database.store.jobs.fail(jobId, { text: '×' });
    }
  });

  it('refuses a user over his file limit, names the largest, until there is room', async () => {
    const gate = parts();
    await database.sql(
      `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject,
         object_sha, object_bytes)
       values ($1, 1, $2, $3, 'generate', '題', $4, $5)`,
      [projectId, 'a'.repeat(40), randomUUID(), 'b'.repeat(64), 1.5 * GIB],
    );
    const song = await addAsset('テーマ曲.mp3', GIB);
    expect(await gate.watchVolumes({ after: null })).toEqual({
      next: null,
      measured: 1,
      warned: 1,
    });
    const jobId = await newJob();
    await expect(gate.startAttempt(attempt(jobId))).rejects.toMatchObject({
      kind: 'STORAGE_LIMIT_EXCEEDED',
    });
    expect(render(await storageRefusal({ store: database.store, log }, userId))).toMatch(
      /容量の上限.*\n大きいもの: 「宇宙シューティング」\(1\.5 GB\)、「テーマ曲\.mp3」\(1\.0 GB\)$/s,
    );
    expect(await standing()).toEqual([{ kind: 'storageFull', key: userId, times: 1 }]);
    await database.sql('update public.assets set is_stored = false where id = $1', [song]);
    expect(await gate.startAttempt(attempt(jobId))).toMatchObject({ attempt: 1 });
  });
});

describe('the watchers', () => {
  it('of files tell of each step once, however many nights', async () => {
    const watching = parts();
    await addAsset('a.png', 0.85 * GIB);
    for (let n = 0; n < 2; n += 1) await watching.watchVolumes({ after: null });
    expect(await standing()).toEqual([{ kind: 'storageNear', key: `${userId}/1`, times: 2 }]);
    await addAsset('b.png', 0.85 * GIB);
    await watching.watchVolumes({ after: null });
    expect((await standing()).map(({ key }) => key)).toEqual([`${userId}/1`, `${userId}/2`]);
  });

  it('of files go through all users who come near a limit, batch by batch', async () => {
    await database.sql(
      `with new as (
         insert into auth.users (email) select 'user' || n || '@example.test' from
           generate_series(1, 230) n returning id)
       insert into public.volume_sizes (user_id, kept_bytes)
         select id, case when row_number() over () <= 220 then $1 else 1 end::bigint from new`,
      [Math.round(0.85 * GIB)],
    );
    const watching = parts();
    let [after, rounds, measured] = [null as string | null, 0, 0];
    do {
      const round = await watching.watchVolumes({ after });
      [after, rounds, measured] = [round.next, rounds + 1, measured + round.measured];
    } while (after !== null);
    expect({ rounds, measured }).toEqual({ rounds: 3, measured: 220 });
    expect(await standing()).toHaveLength(220);
  });

  it('of calls stop those that nobody waits for, and try again what did not stop', async () => {
    const jobId = await newJob();
    const call = (functionCallId: string, number: number) =>
      database.store.modalCalls.started({
        functionCallId,
        callId: callIdFor(jobId, number),
        userId,
        jobId,
        attempt: number,
        function: 'generate-game',
      });
    const gate = parts();
    await gate.startAttempt(attempt(jobId));
    await gate.startAttempt(attempt(jobId));
    await Promise.all([call('old', 1), call('live', 2)]);
    const stopped: string[] = [];
    let isDown = true;
    const watching = parts(
      {},
      {
        cancelCall: async (id) => {
          if (isDown) throw new Error('down');
          stopped.push(id);
        },
      },
    );
    expect(await watching.watchCalls()).toEqual({ reaped: 0 });
    isDown = false;
    expect(await watching.watchCalls()).toEqual({ reaped: 1 });
    expect(await watching.watchCalls()).toEqual({ reaped: 0 });
    expect(stopped).toEqual(['old']);
    expect(await standing()).toEqual([{ kind: 'orphanedCalls', key: 'modal', times: 1 }]);
  });

  it('of spending warn at 80 % of budget and user limit, and take it back after', async () => {
    const jobId = await newJob();
    const gate = parts();
    await gate.startAttempt(attempt(jobId));
    expect(await parts({ BUDGET_DAILY_USD: 2.6, USER_DAILY_USD: 2.6 }).watchSpending()).toEqual({
      spentUsd: 2,
      near: 0,
    });
    const watching = parts({ BUDGET_DAILY_USD: 2.5, USER_DAILY_USD: 2.5 });
    for (let n = 0; n < 2; n += 1)
      expect(await watching.watchSpending()).toEqual({ spentUsd: 2, near: 2 });
    expect(await standing()).toEqual([
      { kind: 'budgetNear', key: 'today', times: 2 },
      { kind: 'userSpendingNear', key: userId, times: 2 },
    ]);
    await database.store.jobs.cancel(jobId);
    expect(await watching.watchSpending()).toEqual({ spentUsd: 0, near: 0 });
    expect(await standing()).toEqual([]);
  });

  it('of Modal are silent on a quiet night, tell of failures and slowness, end again', async () => {
    const watching = parts();
    const attempts = (
      count: number,
      backend: string,
      state: string,
      failure: string | null,
      seconds: number,
      ago: string,
    ) =>
      database.sql(
        `insert into public.usage_events (call_id, kind, backend, state, failure, seconds, ended_at)
       select gen_random_uuid()::text, 'model', $2, $3, $4, $5, now() - $6::interval
       from generate_series(1, $1)`,
        [count, backend, state, failure, seconds, ago],
      );
    expect(await watching.watchModal()).toEqual({ isSlow: false, isFailing: false });
    await attempts(2, 'modal', 'released', 'RunCrashed', 0, '1 minute');
    await attempts(30, 'local', 'released', 'RunCrashed', 0, '1 minute');
    await attempts(30, 'modal', 'released', 'RunCrashed', 0, '11 minutes');
    expect(await watching.watchModal()).toEqual({ isSlow: false, isFailing: false });
    for (const days of [1, 2, 3])
      await attempts(25, 'modal', 'settled', null, 30, `${days} days 2 hours`);
    await attempts(25, 'modal', 'settled', null, 61, '30 minutes');
    await attempts(20, 'modal', 'settled', null, 61, '5 minutes');
    await attempts(2, 'modal', 'released', 'ModalUnavailable', 0, '1 minute');
    expect(await watching.watchModal()).toEqual({ isSlow: true, isFailing: true });
    expect((await standing()).map(({ kind }) => kind)).toEqual(['modalFailing', 'modalSlow']);
    await database.sql(`update public.usage_events set ended_at = ended_at - interval '1 day'`);
    expect(await watching.watchModal()).toEqual({ isSlow: false, isFailing: false });
    expect(await standing()).toEqual([]);
  });
});
