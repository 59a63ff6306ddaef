import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import {
  createPushes,
  type PushDeps,
  type Pushes,
} from '../../../src/activities/shared/publishing/push.js';
import type { PushedEnd } from '../../../src/contracts/media/push.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import {
  startPushService,
  type PushedBrowser,
  type PushService,
} from '../../support/push-service.js';
import type { TestUser } from '../../support/users.js';

/** One browser is told of the end of a job: what each answer of its push service means. */
const pair = webPush.generateVAPIDKeys();
let database: TestDatabase;
let service: PushService;
let config: PushDeps['config'];
let pushes: Pushes;
let user: TestUser;
let projectId: string;
let phone: PushedBrowser;

beforeAll(async () => {
  database = await startDatabase();
  service = await startPushService(pair.publicKey);
  config = {
    VAPID_PUBLIC_KEY: pair.publicKey,
    VAPID_PRIVATE_KEY: pair.privateKey,
    VAPID_SUBJECT: 'mailto:push@example.com',
    PUSH_TEST_ORIGIN: service.origin,
  };
  pushes = createPushes({ config, store: database.store, log });
});
afterAll(async () => {
  await service.stop();
  await database.stop();
});
beforeEach(async () => {
  user = await database.createUser();
  projectId = (await database.store.projects.create(user.id, '星よけ')).id;
  phone = service.browser();
  await subscribe(phone);
});

const subscribe = (
  { endpoint, keys }: Pick<PushedBrowser, 'endpoint' | 'keys'>,
  language: 'ja' | 'en' = 'ja',
) =>
  database.store.pushSubscriptions.keep({
    userId: user.id,
    endpoint,
    ...keys,
    language,
    maxPerUser: 10,
  });
const idsOf = () => pushes.activities.listPushTargets({ userId: user.id });
const send = async (end: PushedEnd = 'made', subscriptionId?: string) =>
  pushes.activities.sendPush({
    jobId: randomUUID(),
    userId: user.id,
    projectId,
    end,
    subscriptionId: subscriptionId ?? (await idsOf())[0] ?? '',
  });

describe('a note', () => {
  it('is for the browser alone, signed by us, and replaces the project’s one before', async () => {
    expect(await send()).toBe('sent');
    expect(phone.received).toHaveLength(1);
    const [received] = phone.received;
    expect(received).toMatchObject({
      note: {
        title: '「星よけ」ができました',
        body: 'タップして遊べます',
        url: `/project/${projectId}`,
      },
      topic: projectId.replaceAll('-', ''),
      ttl: '43200',
      subject: 'mailto:push@example.com',
    });
    for (const text of ['星よけ', projectId, 'タップ'])
      expect(received?.isReadable(text)).toBe(false);
  });

  it('speaks the language of the browser', async () => {
    await subscribe(phone, 'en');
    await send('failed');
    expect(phone.received[0]?.note.title).toBe('“星よけ” did not work out');
  });

  it('keeps the browser from being the one that makes room', async () => {
    await database.sql(
      `update public.push_subscriptions set last_used_at = now() - interval '9 days'`,
    );
    await send();
    const [row] = await database.sql<{ fresh: boolean }>(
      `select last_used_at > now() - interval '1 day' as fresh from public.push_subscriptions
       where endpoint = $1`,
      [phone.endpoint],
    );
    expect(row?.fresh).toBe(true);
  });
});

describe('a push service that', () => {
  it.each([404, 410])('says %d: the browser is forgotten', async (status) => {
    phone.answer(status);
    expect(await send()).toBe('gone');
    expect(await idsOf()).toEqual([]);
  });

  it.each([400, 401, 403, 413])('says %d: no other try, and no end for good', async (status) => {
    phone.answer(status);
    expect(await send()).toBe('refused');
    expect(await idsOf()).toHaveLength(1);
  });

  it('sends us elsewhere is not followed', async () => {
    const other = service.browser();
    phone.answer({ status: 307, headers: { location: other.endpoint } });
    expect(await send()).toBe('refused');
    expect(other.tries).toBe(0);
  });

  it.each([500, 502, 503])('says %d: tried again, and told once', async (status) => {
    phone.answer(status);
    await expect(send()).rejects.toThrow(`a push service answers ${status}`);
    expect(await send()).toBe('sent');
    expect(phone.received).toHaveLength(1);
  });

  it('asks for patience is asked no sooner, nor much later', async () => {
    const patience = async (retryAfter: string) => {
      phone.answer({ status: 429, headers: { 'retry-after': retryAfter } });
      const failure: unknown = await send().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ApplicationFailure);
      return failure;
    };
    expect(await patience('7')).toMatchObject({ nextRetryDelay: '7 seconds' });
    expect(await patience('86400')).toMatchObject({ nextRetryDelay: '120 seconds' });
    expect(await patience('Wed, 21 Oct 2026 07:28:00 GMT')).toMatchObject({
      nextRetryDelay: undefined,
    });
  });

  it('says nothing is not waited for', { timeout: patient(30_000) }, async () => {
    phone.answer('silence');
    const error: unknown = await send().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(await idsOf()).toHaveLength(1);
  });
});

describe('nobody is told', () => {
  it('of what belongs to somebody else by now', async () => {
    const [id = ''] = await idsOf();
    user = await database.createUser();
    expect(await send('made', id)).toBe('refused');
    expect(phone.tries).toBe(0);
  });

  it('at an address that is no push service, which is forgotten', async () => {
    await database.sql('update public.push_subscriptions set endpoint = $1 where endpoint = $2', [
      `http://127.0.0.1:1/push/${randomUUID()}`,
      phone.endpoint,
    ]);
    expect(await send()).toBe('gone');
    expect(await idsOf()).toEqual([]);
  });

  it('with keys that are no point of the curve: the browser is forgotten', async () => {
    const broken = { ...service.browser(), keys: { ...phone.keys, p256dh: `B${'A'.repeat(86)}` } };
    await database.store.pushSubscriptions.forget(user.id, phone.endpoint);
    await subscribe(broken);
    expect(await send()).toBe('gone');
    expect(await idsOf()).toEqual([]);
  });

  it('of a project that is gone', async () => {
    await database.store.projects.remove(projectId);
    expect(await send()).toBe('refused');
    expect(phone.tries).toBe(0);
  });

  it('without keys of ours', async () => {
    const off = createPushes({ config: {}, store: database.store, log });
    expect(off.isOn).toBe(false);
    expect(await off.activities.listPushTargets({ userId: user.id })).toEqual([]);
  });
});
