import { createClient } from '@supabase/supabase-js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assetKey, assetKeyOf } from '../../../src/objects/assets.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';

/**
 * What a user writes into his own rows with his own token, as the contract lets him, and what the
 * server makes of it: nothing.
 */
const FAR = '2099-01-01T00:00:00Z';
const NEWEST = { sort: 'new', search: null, before: null, limit: 50 } as const;
const NINE_MB = 'x'.repeat(9_000_000);
const USAGE = { costUsd: 0.25, inputTokens: 1, outputTokens: 2, turns: 1, durationMs: 10 };

let database: TestDatabase;
let attacker: TestUser;
let mine: ReturnType<typeof clientFor>;
let projectId: string;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  await database.stop();
});
beforeEach(async () => {
  await database.sql(
    `update public.jobs set status = 'failed' where status in ('pending', 'processing')`,
  );
  await database.sql('delete from public.usage_events');
  attacker = await database.createUser('attacker');
  mine = clientFor(attacker);
  projectId = await newProject();
});

function clientFor(user: TestUser) {
  return createClient(database.config.SUPABASE_URL, database.config.SUPABASE_ANON_KEY, {
    auth: { persistSession: false },
    global: { headers: { Authorization: `Bearer ${user.accessToken}` } },
  });
}

async function newProject(userId = attacker.id): Promise<string> {
  return (await database.store.projects.create(userId)).id;
}

/** The attacker's own job row, as he can write it; answers its id. */
async function forgeJob(fields: Readonly<Record<string, unknown>>): Promise<string> {
  const id = randomUUID();
  const { error } = await mine
    .from('jobs')
    .insert({ id, user_id: attacker.id, project_id: projectId, ...fields });
  expect(error).toBeNull();
  return id;
}

const open = (id: string, { user = attacker.id, project = projectId, maxQueuedJobs = 50 } = {}) =>
  database.store.jobs.open({
    id,
    userId: user,
    projectId: project,
    content: '作って',
    chatId: randomUUID(),
    maxQueuedJobs,
  });
const reserve = (jobId: string, userLimitUsd = 0) =>
  database.store.usage.reserve({
    jobId,
    backend: 'local',
    estimateUsd: 2,
    purseUsd: 2,
    userLimitUsd,
    budgetUsd: 0,
  });
const complete = (id: string, changes: object = {}) =>
  database.store.jobs.complete({
    id,
    message: { text: 'できました' },
    result: {},
    history: { text: 'できました' },
    chatId: randomUUID(),
    pendingQuestion: null,
    usage: USAGE,
    ...changes,
  });

/** A job of the server's own that has run: it has a reservation and a slot. */
async function running(): Promise<string> {
  const id = randomUUID();
  expect(await open(id)).toMatchObject({ outcome: 'opened' });
  await database.store.jobs.startProcessing(id, true);
  expect(await reserve(id)).toMatchObject({ outcome: 'started', attempt: 1 });
  expect(await database.store.jobs.takeSlot(id, 1)).toBe(true);
  return id;
}

async function publishVersion(jobId: string): Promise<void> {
  await database.sql(
    `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
     values ($1, 1, $2, $3, 'generate', '題')`,
    [projectId, 'a'.repeat(40), jobId],
  );
}

describe('a job row of the attacker’s', () => {
  it.each([
    { status: 'pending', attempt: 1 },
    { status: 'processing', attempt: 1, slot_at: FAR, queue_no: 1 },
  ])('%o starts no run past a limit', async (fields) => {
    const id = await forgeJob(fields);
    await open(id);
    await database.store.jobs.startProcessing(id, true);
    expect((await reserve(id, 1))?.outcome).not.toBe('started');
    expect(await database.sql('select from public.usage_events')).toEqual([]);
  });

  it('with a slot in 2099 and usage that is no number is closed like any other', async () => {
    const id = await forgeJob({
      status: 'processing',
      slot_at: FAR,
      attempt: 1,
      usage: { costUsd: 'much' },
    });
    await database.sql(
      `insert into public.usage_events (user_id, job_id, call_id, kind, backend, state)
       values ($1, $2::uuid, $2 || '.1', 'model', 'local', 'reserved')`,
      [attacker.id, id],
    );
    await complete(id);
    expect(await open(randomUUID())).toMatchObject({ outcome: 'opened' });
  });

  it('takes no place in the queue of others', async () => {
    const attackers = [attacker, ...(await Promise.all([1, 2].map(() => database.createUser())))];
    for (const user of attackers) {
      const { error } = await clientFor(user)
        .from('jobs')
        .insert({
          user_id: user.id,
          project_id: user === attacker ? projectId : await newProject(user.id),
          status: 'processing',
          queue_no: -1,
        });
      expect(error).toBeNull();
    }
    const honest = await database.createUser('honest');
    const [id, project] = [randomUUID(), await newProject(honest.id)];
    expect(await open(id, { user: honest.id, project, maxQueuedJobs: 3 })).toMatchObject({
      outcome: 'opened',
    });
    await database.store.jobs.startProcessing(id, true);
    expect(await database.store.jobs.queuePosition(id)).toBe(1);
  });

  it('dated 2099 is not looked after for ever, and keeps nobody from working', async () => {
    const id = await forgeJob({ status: 'processing', updated_at: FAR, created_at: FAR });
    const row = await database.store.jobs.get(id);
    expect(Date.parse(row?.updated_at ?? '')).toBeLessThan(Date.now() + 60_000);
    expect(Date.parse(row?.created_at ?? '')).toBeLessThan(Date.now() + 60_000);
    expect(await database.store.jobs.active(projectId)).toBeNull();
    expect(await open(randomUUID(), { project: await newProject() })).toMatchObject({
      outcome: 'opened',
    });
  });

  it('written again after its project was deleted starts no free run', async () => {
    const id = await running();
    await complete(id);
    await mine.from('projects').delete().eq('id', projectId);
    expect(
      (await mine.from('projects').insert({ id: projectId, user_id: attacker.id })).error,
    ).toBe(null);
    expect(await open(id)).toMatchObject({ outcome: 'opened' });
    expect(await reserve(id, 1)).toMatchObject({ outcome: 'refused', limit: 'user' });
    expect(await reserve(id)).toMatchObject({ outcome: 'started', attempt: 2 });
  });
});

describe('closing a job', () => {
  it.each([
    ['a slot in the future', `slot_at = '${FAR}'`, USAGE],
    ['a cost that is no number', 'progress = 1', { costUsd: 'much' }],
    ['a cost below nothing', 'progress = 1', { costUsd: -1 }],
    ['a cost beyond all numbers', 'progress = 1', { costUsd: '1e999' }],
  ])('is not kept up by %s', async (_, change, usage) => {
    const id = await running();
    await database.sql(`update public.jobs set ${change} where id = $1`, [id]);
    expect(await complete(id, { usage })).toMatchObject({ status: 'completed' });
    expect(
      await database.sql(`select state from public.usage_events where job_id = $1`, [id]),
    ).toEqual([{ state: 'settled' }]);
  });

  it.each([
    ['a NUL in what was said', { history: { text: 'a\0b' } }],
    ['half a character in what was said', { history: { text: 'a\ud800b' } }],
    ['a NUL in the question', { pendingQuestion: { type: 'dimension', message: '\0' } }],
    ['a chat line without an id', { chatId: null }],
    ['a NUL in the usage', { usage: { costUsd: 0.1, 'no\0te': '\0' } }],
  ])('completes whatever is said of it: %s', async (_, changes) => {
    const id = await running();
    await publishVersion(id);
    expect(await complete(id, changes)).toMatchObject({ status: 'completed', progress: 100 });
    expect(await database.store.jobs.active(projectId)).toBeNull();
  });

  it('keeps what can be kept of texts with a NUL or half a character', async () => {
    const id = await running();
    const pendingQuestion = { type: 'dimension', message: 'a\0', request: '\ud800', 'k\0': 1 };
    await complete(id, { history: { text: 'a\0b\udc00' }, pendingQuestion });
    const query = 'select pending_question from public.projects where id = $1';
    expect(await database.sql(query, [projectId])).toEqual([
      { pending_question: { type: 'dimension', message: 'a', request: '\ufffd', k: 1 } },
    ]);
  });

  it('O5: a value that is no text at all is refused for good, once', async () => {
    const refused = { kind: 'ValueRefused' };
    await expect(database.store.jobs.queuePosition('no id')).rejects.toMatchObject(refused);
    await expect(open('no id')).rejects.toMatchObject(refused);
    const nobodys = { id: randomUUID(), message: { text: 'x' }, projectId: randomUUID() };
    const line = { ...nobodys, role: 'user' } as const;
    await expect(database.store.chatHistory.append(line)).rejects.toMatchObject(refused);
  });

  it.each(['a\0b', 'a\ud800b', NINE_MB])('fails whatever the sentence holds', async (error) => {
    const id = await running();
    const row = await database.store.jobs.fail(id, { text: error });
    expect(row).toMatchObject({ status: 'failed' });
    expect(row?.error?.length).toBeLessThanOrEqual(10_000);
  });

  it('after the commit point is never a failure', async () => {
    const id = await running();
    await publishVersion(id);
    expect(await database.store.jobs.fail(id, { text: '×' })).toBeNull();
    expect(await database.store.jobs.get(id)).toMatchObject({ status: 'completed', error: null });
    expect(await database.store.jobs.cancel(id)).toBe('too_late');
  });
});

describe('closing an action', () => {
  const odd = { text: 'a\0b\ud800', 'k\0': ['\udc00'] };
  const kept = { text: 'ab\ufffd', k: ['\ufffd'] };

  async function opened(): Promise<string> {
    const id = randomUUID();
    const { actions } = database.store;
    await actions.open({ id, userId: attacker.id, projectId, kind: 'generateImage' });
    return id;
  }

  it('completes with what can be kept of its result', async () => {
    const id = await opened();
    expect(await database.store.actions.complete(id, odd)).not.toBeNull();
    const query = 'select state, result from public.actions where id = $1';
    expect(await database.sql(query, [id])).toEqual([{ state: 'completed', result: kept }]);
  });

  it('fails with what can be kept of the reason', async () => {
    const id = await opened();
    const failure = { kind: 'ModelAnswerInvalid', detail: odd.text } as const;
    expect(await database.store.actions.fail(id, odd.text, failure)).not.toBeNull();
    const query = 'select state, error, failure from public.actions where id = $1';
    const row = { state: 'failed', error: kept.text, failure: { ...failure, detail: kept.text } };
    expect(await database.sql(query, [id])).toEqual([row]);
  });
});

describe('an address of somebody else’s', () => {
  const signUp = async (email: string): Promise<string | null> => {
    const admin = createClient(
      database.config.SUPABASE_URL,
      database.config.SUPABASE_SERVICE_ROLE_KEY,
      { auth: { persistSession: false } },
    );
    const { data, error } = await admin.auth.admin.createUser({
      email,
      email_confirm: true,
      user_metadata: { full_name: '名'.repeat(5_000) },
    });
    expect(error).toBeNull();
    return data.user?.id ?? null;
  };
  const stranger = () => `stranger-${randomUUID()}@example.test`;

  it.each(['users', 'profiles'])(
    'in %s is not written, and hers to sign up with',
    async (table) => {
      const email = stranger();
      await mine.from(table).update({ email }).eq('id', attacker.id);
      expect((await mine.from(table).select('email').single()).data).toEqual({
        email: attacker.email,
      });
      const id = await signUp(email);
      expect(await database.sql('select email from public.users where id = $1', [id])).toEqual([
        { email },
      ]);
    },
  );

  it('that stands there keeps nobody from signing up, nor does any other trouble', async () => {
    const email = stranger();
    await database.sql('update public.users set email = $1 where id = $2', [email, attacker.id]);
    await signUp(email);
    await database.sql(
      `alter table public.users add constraint obstacle
       check (email not like 'stranger-%') not valid`,
    );
    try {
      const id = await signUp(stranger());
      await database.sql('alter table public.users drop constraint obstacle');
      const identity = { id: id ?? '', email: 'late@example.test', metadata: {} };
      expect(await database.store.users.ensure(identity)).toBe('created');
    } finally {
      await database.sql('alter table public.users drop constraint if exists obstacle');
    }
  });
});

describe('a published game', () => {
  async function publish(): Promise<string> {
    const [actionId, gameId] = [randomUUID(), randomUUID()];
    await database.sql(
      `insert into public.actions (id, user_id, project_id, kind, state)
       values ($1, $2, $3, 'publish', 'processing')`,
      [actionId, attacker.id, projectId],
    );
    const listing = {
      title: '題',
      description: '',
      howToPlay: '',
      tags: [],
      visibility: 'public',
      remix: 'allowed',
      thumbnailUrl: null,
    } as const;
    await database.store.publishedGames.publish(
      {
        actionId,
        userId: attacker.id,
        projectId,
        gameId,
        revision: 'a'.repeat(40),
        listing: { ...listing, tags: [] },
      },
      'hash',
    );
    return gameId;
  }

  it.each(['title', 'description', 'how_to_play', 'thumbnail_url', 'remix'])(
    'keeps its %s when 9 MB are written there',
    async (column) => {
      const id = await publish();
      const { error } = await mine
        .from('games')
        .update({ [column]: NINE_MB })
        .eq('id', id);
      expect(error?.code).toBe('22001');
      const feed = await database.store.publishedGames.list(null, NEWEST);
      expect(JSON.stringify(feed).length).toBeLessThan(100_000);
    },
  );

  it('that is there with 9 MB is told in short', async () => {
    const id = await publish();
    await database.sql(
      `update public.games set title = $2, description = $2, how_to_play = $2, thumbnail_url = $2,
       tags = to_jsonb(array[$2]) where id = $1`,
      [id, NINE_MB],
    );
    await database.sql('update public.users set display_name = $2 where id = $1', [
      attacker.id,
      NINE_MB,
    ]);
    const feed = await database.store.publishedGames.list(null, NEWEST);
    expect(feed.find((game) => game.id === id)).toMatchObject({ thumbnailUrl: null, tags: [] });
    expect(JSON.stringify(feed).length).toBeLessThan(100_000);
    // What the server wrote does not keep its owner from changing something else.
    expect((await mine.from('games').update({ visibility: 'private' }).eq('id', id)).error).toBe(
      null,
    );
  });
});

describe('projects of the attacker’s', () => {
  it('have no name of 9 MB, and one that is there is told in short', async () => {
    const name = NINE_MB;
    const renamed = await mine.from('projects').update({ name }).eq('id', projectId);
    expect(renamed.error?.code).toBe('22001');
    expect((await mine.from('projects').insert({ user_id: attacker.id, name })).error?.code).toBe(
      '22001',
    );
    await database.sql('update public.projects set name = $2 where id = $1', [projectId, name]);
    const [listed] = await database.store.projects.list(attacker.id);
    expect(listed?.name).toHaveLength(1_000);
  });

  it('are not more than a thousand, also when many are written at once', async () => {
    const rows = Array.from({ length: 10 }, () => ({ user_id: attacker.id }));
    await database.sql(
      'insert into public.projects (user_id) select $1 from generate_series(1, 990)',
      [attacker.id],
    );
    expect((await mine.from('projects').insert(rows)).error?.code).toBe('54000');
    expect((await mine.from('projects').insert(rows.slice(0, 9))).error).toBeNull();
    expect((await mine.from('projects').insert(rows.slice(0, 1))).error?.code).toBe('54000');
    const [{ count } = { count: 0 }] = await database.sql<{ count: number }>(
      'select count(*)::int as count from public.projects where user_id = $1',
      [attacker.id],
    );
    expect(count).toBe(1_000);
    expect((await database.store.projects.create(attacker.id)).user_id).toBe(attacker.id);
  });
});

describe('an asset', () => {
  /** As an upload makes it. */
  async function upload(quotaBytes = 1_000) {
    const hash = randomUUID().replaceAll('-', '').repeat(2);
    const object = { ownerId: attacker.id, id: randomUUID(), hash, extension: '.png' };
    return database.store.assets.create(
      {
        ownerId: attacker.id,
        stem: 'cat',
        extension: '.png',
        originalName: 'cat.png',
        storagePath: assetKey(object),
        mimeType: 'image/png',
        sizeBytes: 600,
        hash,
        isPublic: false,
        tags: null,
        description: null,
        projectId: null,
      },
      quotaBytes,
    );
  }

  it('counts with its size, whatever its owner writes there', async () => {
    const first = await upload();
    expect(first.outcome).toBe('created');
    for (const size of [0, -1_000_000, null])
      expect((await mine.from('assets').update({ size }).eq('owner_id', attacker.id)).error).toBe(
        null,
      );
    await mine.from('assets').insert({
      owner_id: attacker.id,
      filename: 'x',
      storage_path: '/x',
      size: -1_000_000,
    });
    expect((await upload()).outcome).toBe('full');
  });

  it('of the owner’s own making names no file that is opened', async () => {
    const created = await upload();
    if (created.outcome !== 'created') throw new Error('no room');
    const { storage_path } = created.asset;
    expect(assetKeyOf(created.asset)).toBe(storage_path);
    const forged = { owner_id: attacker.id, filename: 'x', storage_path, is_stored: true };
    const { data } = await mine.from('assets').insert(forged).select('*').single<{ id: string }>();
    expect(data).toMatchObject({ storage_path, is_stored: false });
    const row = await database.store.assets.get(data?.id ?? '');
    expect(row && assetKeyOf(row)).toBeNull();
    await mine
      .from('assets')
      .update({ is_stored: true })
      .eq('id', row?.id ?? '');
    await mine.from('assets').update({ storage_path: '/etc/passwd' }).eq('id', created.asset.id);
    expect(await database.store.assets.get(row?.id ?? '')).toMatchObject({ is_stored: false });
    expect(await database.store.assets.get(created.asset.id)).toMatchObject({
      storage_path,
      is_stored: true,
    });
  });

  it('is deleted by no update of its owner’s, one without a condition included', async () => {
    const created = await upload();
    if (created.outcome !== 'created') throw new Error('no room');
    await expect(
      database.sql(
        `begin; set local role authenticated;
         select set_config('request.jwt.claims', '{"sub":"${attacker.id}"}', true);
         update public.assets set is_deleted = true; commit`,
      ),
    ).rejects.toMatchObject({ code: '42501' });
  });
});
