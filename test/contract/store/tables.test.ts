import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStore, orNothing } from '../../../src/store/index.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import type { TestUser } from '../../support/users.js';

let database: TestDatabase;
let owner: TestUser;
let other: TestUser;
let projectId: string;

beforeAll(async () => {
  database = await startDatabase();
  [owner, other] = [await database.createUser('owner'), await database.createUser('other')];
});
afterAll(async () => {
  await database.stop();
});
beforeEach(async () => {
  projectId = (await database.store.projects.create(owner.id, '新しいゲーム')).id;
});

describe('users', () => {
  it('a missing row is made once, from what the token tells', async () => {
    await database.sql('delete from public.users where id = $1', [other.id]);
    const identity = {
      id: other.id,
      email: other.email,
      metadata: { name: '太郎', picture: 'https://example.test/t.png' },
    };
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => database.store.users.ensure(identity)),
    );
    expect(outcomes.sort()).toEqual(['created', 'existing', 'existing', 'existing', 'existing']);
    expect(
      await database.sql('select email, display_name, avatar_url from public.users where id = $1', [
        other.id,
      ]),
    ).toEqual([
      { email: other.email, display_name: '太郎', avatar_url: 'https://example.test/t.png' },
    ]);
  });

  it(
    'without a name the local part of the address is taken; ' + 'an existing row stays as it is',
    async () => {
      await database.sql('delete from public.users where id = $1', [other.id]);
      await database.store.users.ensure({
        id: other.id,
        email: other.email,
        metadata: { full_name: 7 },
      });
      await database.store.users.ensure({
        id: other.id,
        email: other.email,
        metadata: { full_name: '別名' },
      });
      expect(
        await database.sql('select display_name from public.users where id = $1', [other.id]),
      ).toEqual([{ display_name: other.email.split('@')[0] }]);
    },
  );
});

describe('projects', () => {
  it(
    'are listed for their owner, the one touched last ' + "first, with the draft's description",
    async () => {
      const user = await database.createUser('lister');
      const { projects } = database.store.asUser(user.accessToken);
      const names = ['一', '二', '三'];
      const made = [];
      for (const name of names) made.push(await projects.create(user.id, name));
      await database.sql(
        'insert into public.publish_drafts (project_id, description) values ($1, $2), ($3, null)',
        [made[1]?.id, '説明', made[2]?.id],
      );
      await projects.edit(made[0]?.id ?? '', { name: '一の二' });
      const list = await projects.list(user.id);
      expect(list.map(({ name, description }) => [name, description])).toEqual([
        ['一の二', ''],
        ['三', ''],
        ['二', '説明'],
      ]);
      expect(list[2]).toEqual({
        id: made[1]?.id,
        name: '二',
        description: '説明',
        isPublic: false,
        remixedFrom: null,
        createdAt: made[1]?.created_at,
        updatedAt: made[1]?.updated_at,
      });
      expect(await database.store.projects.list(user.id)).toEqual(list);
      expect(await database.store.asUser(owner.accessToken).projects.list(user.id)).toEqual([]);
    },
  );

  it(
    'all arrive, with their descriptions, also when there are more than a table hands out at ' +
      'once',
    async () => {
      const user = await database.createUser('collector');
      await database.sql(
        `with made as (insert into public.projects (user_id) select $1 from generate_series(1, \
1200) returning id)
      insert into public.publish_drafts (project_id, description) select id, id::text from made`,
        [user.id],
      );
      const list = await database.store.projects.list(user.id);
      expect(list).toHaveLength(1200);
      expect(list.every(({ id, description }) => id === description)).toBe(true);
    },
  );

  it(
    'belong to one user: another reads, renames and removes ' + 'nothing; the service reads all',
    async () => {
      const { projects } = database.store.asUser(other.accessToken);
      expect(await projects.get(projectId)).toBeNull();
      expect(await projects.edit(projectId, { name: '盗' })).toBeNull();
      await projects.remove(projectId);
      await expect(projects.create(owner.id, '盗')).rejects.toMatchObject({
        kind: 'OPERATION_FAILED',
        details: { code: '42501' },
      });
      expect(await database.store.projects.get(projectId)).toMatchObject({
        user_id: owner.id,
        name: '新しいゲーム',
        pending_question: null,
      });
      expect(await database.store.asUser(owner.accessToken).projects.get(projectId)).toEqual(
        await database.store.projects.get(projectId),
      );
    },
  );

  it('without a name the database gives its own', async () => {
    expect(await database.store.projects.create(owner.id)).toMatchObject({
      name: 'New Game',
      is_public: false,
      remixed_from: null,
    });
  });

  it('the automatic name replaces the default one only, and once', async () => {
    const { renameIfDefault, edit, get } = database.store.projects;
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, n) => renameIfDefault(projectId, `ねこ${n}`)),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    await edit(projectId, { name: '私の名前' });
    expect(await renameIfDefault(projectId, 'いぬ')).toBeNull();
    expect((await get(projectId))?.name).toBe('私の名前');
  });

  it(
    'A2: keep the last question until it is cleared; what ' + 'its owner scribbles there is none',
    async () => {
      const { setPendingQuestion, get } = database.store.projects;
      const question = {
        type: 'restore' as const,
        message: '戻しますか？',
        confirmLabel: '戻す',
        cancelLabel: 'キャンセル',
      };
      await setPendingQuestion(projectId, question);
      expect((await get(projectId))?.pending_question).toEqual(question);
      await setPendingQuestion(projectId, null);
      expect((await get(projectId))?.pending_question).toBeNull();
      await database.sql(
        `update public.projects set pending_question = '{"type":"<script>"}' where id = $1`,
        [projectId],
      );
      expect((await get(projectId))?.pending_question).toBeNull();
    },
  );

  it('take everything along when they go, except what was logged and done', async () => {
    const { store } = database;
    const actionId = randomUUID();
    await store.actions.open({ id: actionId, userId: owner.id, projectId, kind: 'delete' });
    await store.jobs.open({
      id: randomUUID(),
      userId: owner.id,
      projectId,
      content: '作って',
      chatId: randomUUID(),
      maxQueuedJobs: 50,
    });
    await store.projects.remove(projectId);
    await store.projects.remove(projectId);
    expect(await store.projects.get(projectId)).toBeNull();
    expect(await store.jobs.list(projectId, 10)).toEqual([]);
    expect(await store.chatHistory.last(projectId)).toEqual([]);
    expect(
      await store.actions.open({ id: actionId, userId: owner.id, projectId, kind: 'delete' }),
    ).toMatchObject({ outcome: 'existing', action: { project_id: null } });
    expect(await store.actions.complete(actionId, null)).toMatchObject({
      state: 'completed',
      progress: 100,
      result: null,
    });
  });
});

describe('actions (B1)', () => {
  const open = (changes: object = {}) =>
    database.store.actions.open({
      id: randomUUID(),
      userId: owner.id,
      projectId,
      kind: 'restore',
      ...changes,
    });

  it('open once, whoever asks how often', async () => {
    const id = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => open({ id })));
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      ...Array<string>(9).fill('existing'),
      'opened',
    ]);
    expect(answers[0]).toMatchObject({
      action: {
        id,
        user_id: owner.id,
        project_id: projectId,
        kind: 'restore',
        state: 'processing',
        attempt: 0,
      },
    });
  });

  it(
    'are refused on a project of somebody else, a missing one, or under an id of somebody ' +
      'else',
    async () => {
      const denied = { outcome: 'refused', code: 'ACCESS_DENIED' };
      expect(await open({ userId: other.id })).toEqual(denied);
      expect(await open({ projectId: randomUUID() })).toEqual(denied);
      const id = randomUUID();
      await open({ id });
      const foreign = await database.store.projects.create(other.id);
      expect(await open({ id, userId: other.id, projectId: foreign.id })).toEqual(denied);
      expect(await open({ id, kind: 'delete' })).toEqual(denied);
    },
  );

  it('end once', async () => {
    const { complete, fail } = database.store.actions;
    const [done, failed] = [randomUUID(), randomUUID()];
    await open({ id: done });
    await open({ id: failed });
    const row = await complete(done, { revision: 'a' });
    expect(row).toMatchObject({ state: 'completed', result: { revision: 'a' } });
    expect(await fail(done, '×')).toBeNull();
    expect(await complete(done, { revision: 'b' })).toEqual(row);
    expect(await fail(failed, 'VersionNotFound')).toMatchObject({
      state: 'failed',
      error: 'VersionNotFound',
    });
    expect(await complete(failed, null)).toBeNull();
    expect(await complete(randomUUID(), null)).toBeNull();
  });

  it('F2: the others of a project are cancelled before it goes', async () => {
    const [deleting, restoring, finished] = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of [deleting, restoring, finished]) await open({ id });
    await database.store.actions.complete(finished, null);
    await database.store.actions.cancelOthers(projectId, deleting);
    expect(
      await database.sql('select id, state from public.actions where project_id = $1', [projectId]),
    ).toEqual(
      expect.arrayContaining([
        { id: deleting, state: 'processing' },
        { id: restoring, state: 'cancelled' },
        { id: finished, state: 'completed' },
      ]),
    );
  });
});

describe('chat history', () => {
  it('shows the last 50 lines, oldest first', async () => {
    await database.sql(
      `insert into public.chat_history (project_id, role, message, created_at)
      select $1, 'user', n::text, now() + n * interval '1 second' from generate_series(1, 60) n`,
      [projectId],
    );
    const lines = await database.store.asUser(owner.accessToken).chatHistory.last(projectId);
    expect(lines.map(({ content }) => Number(content))).toEqual(
      Array.from({ length: 50 }, (_, n) => n + 11),
    );
    expect(lines[0]).toEqual({
      role: 'user',
      content: '11',
      timestamp: expect.stringMatching(/\+00:00$/) as string,
    });
  });

  it(
    'a line is written once and moves its project to the ' + 'front, for its owner and the service',
    async () => {
      const older = await database.store.projects.create(owner.id, '古い');
      await database.store.projects.create(owner.id, '新しい');
      const line = {
        id: randomUUID(),
        projectId: older.id,
        role: 'user' as const,
        message: { text: 'もっと速く' },
      };
      for (const tables of [
        database.store.asUser(owner.accessToken),
        database.store,
        database.store,
      ])
        await tables.chatHistory.append(line);
      await database.store.chatHistory.append({ ...line, message: { text: '別の文' } });
      expect(
        (await database.store.chatHistory.last(older.id)).map(({ content }) => content),
      ).toEqual(['もっと速く']);
      expect((await database.store.projects.list(owner.id))[0]?.id).toBe(older.id);
      const { chatHistory } = database.store.asUser(other.accessToken);
      await expect(chatHistory.append({ ...line, id: randomUUID() })).rejects.toMatchObject({
        kind: 'OPERATION_FAILED',
        details: { code: '42501' },
      });
      expect(await chatHistory.last(older.id)).toEqual([]);
    },
  );
});

describe('assets', () => {
  it('are found by owner, newest first, without deleted ones', async () => {
    const insert = async (name: string, isDeleted = false): Promise<void> => {
      await database.sql(
        `insert into public.assets (owner_id, filename, storage_path, is_deleted)
        values ($1, $2, '/a', $3)`,
        [owner.id, name, isDeleted],
      );
    };
    await insert('one.png');
    await insert('deleted.png', true);
    await insert('two.png');
    const { assets } = database.store.asUser(owner.accessToken);
    expect((await assets.list(owner.id)).map(({ filename }) => filename)).toEqual([
      'two.png',
      'one.png',
    ]);
    expect(await database.store.asUser(other.accessToken).assets.list(owner.id)).toEqual([]);
  });
});

describe('activity log', () => {
  it("is written without anybody waiting; a failure is nobody's problem", async () => {
    const activityLog = database.store.activityLog;
    activityLog.write({
      action: 'create',
      targetType: 'project',
      targetId: projectId,
      userId: owner.id,
      details: '名前',
    });
    activityLog.write({
      action: 'create',
      targetType: 'project',
      targetId: projectId,
      userId: 'not a uuid',
      details: null,
    });
    await expect
      .poll(() =>
        database.sql(
          'select action, target_type, user_id, details from public.activity_log where ' +
            'target_id = $1',
          [projectId],
        ),
      )
      .toEqual([{ action: 'create', target_type: 'project', user_id: owner.id, details: '名前' }]);
  });
});

describe('a database that is no help', () => {
  it(
    'a hung one fails within its deadline, at the edge, too: it is no answer',
    { timeout: patient(30_000) },
    async () => {
      const silent = createServer((socket) => {
        socket.on('error', () => undefined);
      });
      await new Promise<void>((resolve) => {
        silent.listen(0, '127.0.0.1', resolve);
      });
      const { port } = silent.address() as AddressInfo;
      const store = createStore(
        { ...database.config, SUPABASE_URL: `http://127.0.0.1:${port}` },
        log,
      );
      const startedAtMs = Date.now();
      const [read, rpc, nothing] = await Promise.allSettled([
        store.projects.get(projectId),
        store.jobs.cancel(randomUUID()),
        orNothing(log, store.projects.list(owner.id), []),
      ]);
      expect(read).toMatchObject({ status: 'rejected', reason: { kind: 'OPERATION_FAILED' } });
      expect(rpc).toMatchObject({ status: 'rejected', reason: { kind: 'OPERATION_FAILED' } });
      expect(nothing).toMatchObject({ status: 'rejected', reason: { details: { isAway: true } } });
      // A database that refuses has answered.
      expect(await orNothing(log, database.store.jobs.get('not a uuid'), null)).toBe(null);
      expect(Date.now() - startedAtMs).toBeLessThan(patient(15_000));
      silent.close();
    },
  );

  it('an unreachable one and a malformed id fail, they do not pass as nothing', async () => {
    const store = createStore({ ...database.config, SUPABASE_URL: 'http://127.0.0.1:9' }, log);
    await expect(store.jobs.get(randomUUID())).rejects.toMatchObject({ kind: 'OPERATION_FAILED' });
    await expect(database.store.jobs.get('not a uuid')).rejects.toMatchObject({
      kind: 'ValueRefused',
      details: { code: '22P02' },
    });
  });

  it('an expired or invented token is refused', async () => {
    await expect(
      database.store.asUser('eyJhbGciOiJub25lIn0.e30.').projects.list(owner.id),
    ).rejects.toMatchObject({ kind: 'OPERATION_FAILED' });
  });
});

describe('what a Volume is known to hold', () => {
  const [first, second] = ['a', 'b'].map((digit) => digit.repeat(40)) as [string, string];
  const note = (revision: string) =>
    database.store.volumeHeads.set({ userId: owner.id, projectId, revision });
  const noted = async () =>
    (await database.store.volumeHeads.notedOf(owner.id)).map((each) => each.projectId);

  it('is one per project, and is forgotten', async () => {
    await note(first);
    await note(second);
    expect(await noted()).toEqual([projectId]);
    await database.store.volumeHeads.remove(projectId);
    await database.store.volumeHeads.remove(projectId);
    expect(await noted()).toEqual([]);
  });

  it("outlives its project, and is the server's own", async () => {
    await note(first);
    await database.store.projects.remove(projectId);
    expect(await noted()).toEqual([projectId]);
    expect(
      await database.sql('select count(*)::int as policies from pg_policies where tablename = $1', [
        'volume_heads',
      ]),
    ).toEqual([{ policies: 0 }]);
  });
});

it('E1: the first bucket that holds a version stays the one until it is released', async () => {
  const { objectHome } = database.store;
  const [first, other] = ['one', 'two'].map((place) => ({ id: randomUUID(), place }));
  expect(await objectHome.read()).toBeNull();
  expect(await objectHome.claim(first!)).toEqual(first);
  expect(await objectHome.claim(other!)).toEqual(first);
  expect(await objectHome.read()).toEqual(first);
  await objectHome.release();
  expect(await objectHome.claim(other!)).toEqual(other);
});
