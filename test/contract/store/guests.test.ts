import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import type { Client } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountActivities } from '../../../src/activities/shared/accounts/account.js';
import { guestActivities } from '../../../src/activities/shared/accounts/guests.js';
import { usageActivities } from '../../../src/activities/shared/accounts/usage.js';
import { payText } from '../../../src/activities/shared/jobs/job-texts.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import type { ObjectStore } from '../../../src/objects/object-store.js';
import { holdSweeps, releaseSweeps } from '../../../src/objects/unverified.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { createGuest, type TestUser } from '../../support/users.js';

let database: TestDatabase;
let guest: TestUser;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  await database.sql('delete from auth.users');
  await database.sql('delete from public.usage_events');
  guest = await createGuest({ ...database.config });
});

const rowOf = async (id: string) =>
  (
    await database.sql('select email, display_name, avatar_url from public.users where id = $1', [
      id,
    ])
  )[0];
const clientOf = ({ accessToken }: TestUser) =>
  createClient(database.config.SUPABASE_URL, database.config.SUPABASE_ANON_KEY, {
    auth: { persistSession: false },
    global: { headers: { Authorization: `Bearer ${accessToken}` } },
  });

describe('D8: the row of a guest', () => {
  it('is there at once, without a name; an account fills it, what he chose stays', async () => {
    expect(await rowOf(guest.id)).toEqual({ email: '', display_name: null, avatar_url: null });
    await clientOf(guest)
      .from('users')
      .update({ avatar_url: 'https://me.test/1.png' })
      .eq('id', guest.id);
    const metadata = { full_name: 'みお', avatar_url: 'https://g.test/2.png' };
    await database.sql(
      `update auth.users set email = $2, raw_user_meta_data = $3, is_anonymous = false
        where id = $1`,
      [guest.id, 'mio@example.test', metadata],
    );
    const filled = {
      email: 'mio@example.test',
      display_name: 'みお',
      avatar_url: 'https://me.test/1.png',
    };
    expect(await rowOf(guest.id)).toEqual(filled);
    await database.sql(`update auth.users set email = 'later@example.test' where id = $1`, [
      guest.id,
    ]);
    expect(await rowOf(guest.id)).toEqual(filled);
  });

  it('takes what the provider says from his identity', async () => {
    await database.sql(`create table auth.identities (user_id uuid, identity_data jsonb,
      created_at timestamptz default now())`);
    await database.sql('insert into auth.identities (user_id, identity_data) values ($1, $2)', [
      guest.id,
      { name: 'そら', picture: 'https://g.test/3.png' },
    ]);
    await database.sql(
      `update auth.users set email = 'sora@example.test', is_anonymous = false where id = $1`,
      [guest.id],
    );
    expect(await rowOf(guest.id)).toEqual({
      email: 'sora@example.test',
      display_name: 'そら',
      avatar_url: 'https://g.test/3.png',
    });
    await database.sql('drop table auth.identities');
  });
});

describe('D8: projects of a guest', () => {
  it('are one, also when two are written at the same moment', async () => {
    const clients = [0, 1].map(() => new pg.Client({ connectionString: database.adminUrl }));
    const [first, second] = clients;
    await Promise.all(clients.map((client) => client.connect()));
    try {
      const insert = `insert into public.projects (user_id) values ('${guest.id}')`;
      await first?.query('begin');
      await first?.query(insert);
      let end = 'waits';
      const other = second?.query(insert).then(
        () => (end = 'written'),
        () => (end = 'refused'),
      );
      const isMet = async (): Promise<boolean> => {
        const waiting = await database.sql(
          `select from pg_stat_activity where wait_event_type = 'Lock' and query = $1`,
          [insert],
        );
        return end !== 'waits' || waiting.length > 0;
      };
      await expect.poll(isMet, { timeout: patient(10_000) }).toBe(true);
      await first?.query('commit');
      await other;
      expect(end).toBe('refused');
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
    expect(await database.store.projects.list(guest.id)).toHaveLength(1);
    await expect(database.store.projects.create(guest.id)).rejects.toThrow();
    const member = await database.createUser();
    for (let made = 0; made < 2; made += 1) await database.store.projects.create(member.id);
  });

  it('stay his own: none is public, no draft and no game is his to write', async () => {
    const client = clientOf(guest);
    const { id } = await database.store.projects.create(guest.id);
    const refused = async (query: PromiseLike<{ error: { code?: string } | null }>) =>
      expect((await query).error?.code).toBe('42501');
    await refused(client.from('projects').update({ is_public: true }).eq('id', id));
    await refused(client.from('publish_drafts').insert({ project_id: id, title: 'x' }));
    await refused(
      client
        .from('games')
        .insert({ user_id: guest.id, title: 'x', game_url: '/g', project_id: id }),
    );
    expect((await client.from('projects').update({ name: '星' }).eq('id', id)).error).toBeNull();
  });
});

const RUN_USD = 2;
const config = (purseUsd: number) => ({
  CLAUDE_MAX_BUDGET_USD: RUN_USD,
  JOB_BUDGET_USD: RUN_USD,
  REPAIR_USD: 0.3,
  VOLUME_MAX_GIB: 50,
  USER_DAILY_USD: 0,
  USER_DAILY_LOSS_USD: 0,
  BUDGET_DAILY_USD: 0,
  GUEST_DAILY_USD: purseUsd,
  IMAGE_USD: 0.1,
  THUMBNAIL_USD: 2,
  CUTOUT_USD: 2,
  VIDEO_USD: 2,
  TEXT_USD: 0.01,
  ANTHROPIC_API_KEY: '',
  ANTHROPIC_BASE_URL: '',
  CHAT_MODEL: '',
  CHAT_TIMEOUT_MS: 1,
});
const start = (jobId: string, purseUsd: number) =>
  usageActivities({
    config: config(purseUsd),
    store: database.store,
    alerts: { raise: async () => undefined, clear: async () => undefined },
  }).startAttempt({ jobId, userId: '', projectId: '', backend: 'local' });
const ask = (jobId: string, purseUsd: number) =>
  payText(
    { config: config(purseUsd), store: database.store, log },
    { jobId, text: 'answer' },
    async () => 'said',
  );
const REFUSED = expect.objectContaining({ kind: 'GUEST_LIMIT_EXCEEDED' }) as Error;

async function newJob(userId: string): Promise<string> {
  const id = randomUUID();
  const { id: projectId } = await database.store.projects.create(userId);
  const job = { id, userId, projectId, content: '作って', chatId: randomUUID(), maxQueuedJobs: 9 };
  expect((await database.store.jobs.open(job)).outcome).toBe('opened');
  await database.store.jobs.startProcessing(id, true);
  return id;
}

describe('M1: the purse of all guests', () => {
  it('refuses the run of a guest that it has no room for, and of two takes one', async () => {
    const others = await Promise.all([1, 2].map(() => createGuest({ ...database.config })));
    const jobs = await Promise.all([guest, ...others].map(({ id }) => newJob(id)));
    const started = await Promise.allSettled(jobs.map((id) => start(id, 5)));
    expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(started.find(({ status }) => status === 'rejected')).toMatchObject({ reason: REFUSED });
    const member = await database.createUser();
    expect(await start(await newJob(member.id), 5)).toMatchObject({ attempt: 1 });
  });

  it('counts guests who are gone or have an account by now, and nobody else', async () => {
    const jobId = await newJob(guest.id);
    await start(jobId, 5);
    expect(await start(jobId, 2)).toMatchObject({ attempt: 2 });
    expect(await database.store.jobs.takeSlot(jobId, 2)).toBe(true);
    const late = await createGuest({ ...database.config });
    const lateJob = await newJob(late.id);
    await database.sql('delete from auth.users where id = $1', [guest.id]);
    await expect(start(lateJob, 3)).rejects.toEqual(REFUSED);
    await expect(ask(lateJob, 2)).rejects.toEqual(REFUSED);
    expect(await ask(lateJob, 5)).toBe('said');
    await database.sql('update auth.users set is_anonymous = false where id = $1', [late.id]);
    expect(await start(lateJob, 2)).toMatchObject({ attempt: 1 });
  });

  it('buys no image for a guest', async () => {
    const image = (jobId: string) =>
      database.store.usage.reserveBesideRuns({
        jobId,
        kind: 'image',
        step: 'sprite-hero',
        usd: 0.1,
        payer: 'user',
        userLimitUsd: 0,
        budgetUsd: 0,
      });
    expect(await image(await newJob(guest.id))).toBe(false);
    expect(await image(await newJob((await database.createUser()).id))).toBe(true);
  });
});

describe('F2: guests who did not come back', () => {
  const DAY_MS = 24 * 60 * 60_000;
  const forgotten = () => database.store.users.forgottenGuests(DAY_MS, 10);
  /** As if that had happened so many hours ago. */
  const age = async (hours: number): Promise<void> => {
    const ago = `now() - interval '${hours} hours'`;
    for (const table of ['users', 'sessions', 'refresh_tokens'])
      await database.sql(`update auth.${table} set created_at = ${ago}`);
  };

  it('are those without a session, refreshed or begun, and without work, for a day', async () => {
    const member = await database.createUser();
    await age(23);
    expect(await forgotten()).toEqual([]);
    await age(25);
    expect(await forgotten()).toEqual([guest.id]);
    expect(await forgotten()).not.toContain(member.id);
    const session = await database.sql('update auth.sessions set created_at = now() returning id');
    expect(session.length).toBeGreaterThan(0);
    expect(await forgotten()).toEqual([]);
    await age(25);
    await database.sql('update auth.refresh_tokens set created_at = now()');
    expect(await forgotten()).toEqual([]);
  });

  it('stay when they have an account by the time that they are removed', async () => {
    const { store } = database;
    const removal = accountActivities({ store, client: {} as Client });
    const input = { userId: guest.id, isGuestOnly: true } as const;
    await database.sql('update auth.users set is_anonymous = false where id = $1', [guest.id]);
    const refused = { kind: 'ACCESS_DENIED' };
    await expect(removal.stopAccountWork(input)).rejects.toMatchObject(refused);
    await expect(removal.removeAccountRows(input)).rejects.toMatchObject(refused);
    await database.sql('update auth.users set is_anonymous = true where id = $1', [guest.id]);
    await removal.removeAccountRows(input);
    expect(await store.users.isGuest(guest.id)).toBeNull();
  });

  it('L3: stay after a restore, until the rows were looked at', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-guests-'));
    const objects = createFileObjectStore(folder);
    const round = () => guestActivities({ store: database.store, objects }).forgottenGuests();
    await age(25);
    await holdSweeps(objects);
    expect(await round()).toEqual([]);
    await releaseSweeps(objects);
    expect(await round()).toEqual([guest.id]);
    await rm(folder, { recursive: true });
  });

  it('stay while their work goes on, and a day longer', async () => {
    const jobId = await newJob(guest.id);
    await age(25);
    expect(await forgotten()).toEqual([]);
    await database.sql(`alter table public.jobs disable trigger jobs_updated_at`);
    const back = `update public.jobs set updated_at = now() - interval '25 hours'`;
    await database.sql(back);
    expect(await forgotten()).toEqual([]);
    await database.sql(`${back}, status = 'failed' where id = $1`, [jobId]);
    await database.sql(`alter table public.jobs enable trigger jobs_updated_at`);
    expect(await forgotten()).toEqual([guest.id]);
  });
});

describe('D8: a project of a guest', () => {
  it('is handed over by an attempt that goes on from what an earlier one has copied', async () => {
    const { id: projectId } = await database.store.projects.create(guest.id, 'ゲーム');
    const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-guests-'));
    const objects = createFileObjectStore(folder);
    const owner = await database.createUser();
    const placeOf = (userId: string, name: string): string =>
      `screenshots/${userId}/${projectId}/${name}`;
    await objects.put(placeOf(guest.id, 'a'), Buffer.from('first'));
    await objects.put(placeOf(guest.id, 'b'), Buffer.from('second'));
    await objects.put(placeOf(owner.id, 'a'), Buffer.from('first'));
    const put: string[] = [];
    const counted: ObjectStore = {
      ...objects,
      put: (key, body) => (put.push(key), objects.put(key, body)),
    };
    const activities = guestActivities({ store: database.store, objects: counted });
    expect(await activities.adoptProject({ projectId, guestId: guest.id, userId: owner.id })).toBe(
      true,
    );
    expect(put).toEqual([placeOf(owner.id, 'b')]);
    await rm(folder, { recursive: true });
  });

  it('goes to an account with its work, once, and to nobody else', async () => {
    const jobId = await newJob(guest.id);
    const { id: projectId } = (await database.store.projects.list(guest.id))[0]!;
    const [one, two] = [await database.createUser(), await database.createUser()];
    const adopt = (from: string, to: string) => database.store.projects.adopt(projectId, from, to);
    expect(await adopt(one.id, two.id)).toBe(false);
    expect(await adopt(guest.id, one.id)).toBe(true);
    expect(await adopt(guest.id, one.id)).toBe(true);
    expect(await adopt(guest.id, two.id)).toBe(false);
    expect(await adopt(one.id, two.id)).toBe(false);
    expect((await database.store.jobs.get(jobId))?.user_id).toBe(one.id);
    expect((await database.store.projects.get(projectId))?.user_id).toBe(one.id);
    expect(await database.store.projects.list(guest.id)).toEqual([]);
  });
});
