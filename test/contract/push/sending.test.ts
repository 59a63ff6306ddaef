import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import {
  createPushes,
  type PushDeps,
  type Pushes,
} from '../../../src/activities/shared/publishing/push.js';
import { notice } from '../../../src/contracts/messages/message.js';
import { sha256Of } from '../../../src/contracts/base/hashes.js';
import type { PushedEvent } from '../../../src/contracts/media/push.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import {
  startPushService,
  type PushedBrowser,
  type PushService,
  type ReceivedNote,
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
const idsOf = () => pushes.activities.listPushTargets({ userId: user.id, event: 'made' });
const send = async (event: PushedEvent['event'] = 'made', subscriptionId?: string) =>
  pushes.activities.sendPush({
    userId: user.id,
    projectId,
    event,
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
      topic: sha256Of(`/project/${projectId}`).slice(0, 32),
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

  it('replaces none of another event, nor of another game, while the browser is off', async () => {
    const first = projectId;
    for (const event of ['played', 'liked', 'liked'] as const) await send(event);
    projectId = (await database.store.projects.create(user.id, '月よけ')).id;
    await send('liked');
    expect(projectId).not.toBe(first);
    const [played, liked, again, other] = phone.received;
    expect(again?.topic).toBe(liked?.topic);
    expect(again?.note.topic).toBe(liked?.note.topic);
    for (const of of [
      (each?: ReceivedNote) => each?.topic,
      (each?: ReceivedNote) => each?.note.topic,
    ])
      expect(new Set([played, liked, other].map(of)).size).toBe(3);
    for (const { topic, note } of phone.received) {
      expect(topic).toMatch(/^[\w-]{1,32}$/);
      expect(note.url).toBe('/notifications');
    }
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

it('G2: a maker is notified of what others do with a game, once, where it is wanted', async () => {
  const { likes, notifications, publishedGames } = database.store;
  const other = await database.createUser();
  const published = async (title: string) => {
    const id = randomUUID();
    await database.sql(
      `insert into public.games (id, user_id, project_id, title, game_url)
       values ($1, $2, $3, $4, '/g')`,
      [id, user.id, (await database.store.projects.create(user.id, title)).id, title],
    );
    const played = notice('GAME_PLAYED', { title });
    const liked = notice('GAME_LIKED', { title });
    for (const player of [user.id, other.id, 'visitor', other.id])
      await publishedGames.countPlay(id, player, 0, played);
    for (const userId of [user.id, other.id])
      for (const isLiked of [true, true, false, true]) await likes.set(id, userId, isLiked, liked);
    for (const actor of [user.id, other.id, other.id])
      await notifications.ofGame('remixed', id, actor, notice('GAME_REMIXED', { title }));
  };
  const due = async () =>
    (await notifications.claimPushes(100))
      .filter(({ userId }) => userId === user.id)
      .map(({ event }) => event);

  await published('知らせ');
  const codes = (await notifications.list(user.id)).map(({ code }) => code);
  expect(codes.toSorted()).toEqual(['GAME_LIKED', 'GAME_PLAYED', 'GAME_REMIXED', 'WELCOME']);
  expect(await due()).toEqual(['played', 'liked', 'remixed']);
  expect(await due()).toEqual([]);

  await notifications.mute(user.id, ['played', 'liked']);
  await published('静か');
  expect(await due()).toEqual(['remixed']);
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

  it('where the user has switched such notes off, others go on', async () => {
    const targets = (event: PushedEvent['event']) =>
      pushes.activities.listPushTargets({ userId: user.id, event });
    await database.store.notifications.mute(user.id, ['ended']);
    expect(await Promise.all([targets('made'), targets('failed')])).toEqual([[], []]);
    expect(await targets('liked')).toHaveLength(1);
    await database.store.notifications.mute(user.id, []);
    expect(await targets('made')).toHaveLength(1);
  });

  it('without keys of ours', async () => {
    const off = createPushes({ config: {}, store: database.store, log });
    expect(off.isOn).toBe(false);
    expect(await off.activities.listPushTargets({ userId: user.id, event: 'made' })).toEqual([]);
  });
});
