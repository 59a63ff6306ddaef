import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RevisionRow } from '../../../src/contracts/rows/rows.js';
import { JudgeAnswer, judgingOf } from '../../../src/domain/playing/judging.js';
import { findingOf } from '../../../src/domain/playing/playing-words.js';
import { reportOf } from '../../../src/domain/playing/playing.js';
import { createStore } from '../../../src/store/index.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import type { PublishRevision } from '../../../src/store/tables/revisions.js';
import { SOME_OBJECT } from '../../support/versions.js';

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
  userId = await database.newUserId();
  projectId = (await database.store.projects.create(userId)).id;
});

const hash = (seed: string = randomUUID()): string => createHash('sha1').update(seed).digest('hex');

async function newJob(): Promise<string> {
  const opened = await database.store.jobs.open({
    id: randomUUID(),
    userId,
    projectId,
    content: '作って',
    chatId: randomUUID(),
    maxQueuedJobs: 50,
  });
  if (!('job' in opened)) throw new Error(opened.outcome);
  return opened.job.id;
}

const finish = (id: string) =>
  database.store.jobs.complete({
    id,
    message: { text: '' },
    result: {},
    history: null,
    chatId: randomUUID(),
    pendingQuestion: null,
    usage: null,
  });
const publish = (input: Partial<PublishRevision> & { jobId: string }): Promise<RevisionRow> =>
  database.store.revisions.publish({
    projectId,
    revision: hash(),
    parent: null,
    kind: 'generate',
    subject: '題',
    restoredFrom: null,
    object: SOME_OBJECT,
    ...input,
  });

/** One whole generation on top of the head. */
async function generate(revision = hash(), subject = '題'): Promise<RevisionRow> {
  const jobId = await newJob();
  const parent = (await database.store.revisions.head(projectId))?.revision ?? null;
  const row = await publish({ jobId, revision, parent, subject });
  await finish(jobId);
  return row;
}

async function restore(from: string): Promise<RevisionRow> {
  const jobId = randomUUID();
  await database.store.actions.open({ id: jobId, userId, projectId, kind: 'restore' });
  const parent = (await database.store.revisions.head(projectId))?.revision ?? null;
  const row = await publish({ jobId, parent, kind: 'restore', restoredFrom: from });
  await database.store.actions.complete(jobId, { revision: row.revision });
  return row;
}

const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'published',
    (error: { kind: string; details: { reason: string } }) => [error.kind, error.details.reason],
  );

describe('the commit point (E4)', () => {
  it('starts a line and continues it', async () => {
    expect(await database.store.revisions.head(projectId)).toBeNull();
    const first = await generate();
    expect(first).toMatchObject({
      project_id: projectId,
      ordinal: 1,
      parent: null,
      kind: 'generate',
      restored_from: null,
    });
    const second = await generate();
    expect(second).toMatchObject({ ordinal: 2, parent: first.revision });
    expect(await database.store.revisions.head(projectId)).toEqual(second);
  });

  it('E4: names the object of a version and what its texts call assets', async () => {
    const jobId = await newJob();
    const object = { sha: 'a'.repeat(64), bytes: 20_300, refs: ['hero.png', jobId] };
    const held = { object_sha: object.sha, object_bytes: object.bytes, refs: object.refs };
    expect(await publish({ jobId, object })).toMatchObject(held);
    // A repeat that made other bytes of the same commit gets the first object's name.
    const repeated = await publish({ jobId, object: { ...object, sha: 'b'.repeat(64) } });
    expect(repeated).toMatchObject(held);
    await finish(jobId);
    expect(await database.store.revisions.head(projectId)).toMatchObject(held);
  });

  it('E7: says where the object lies, also of a version that is moved later', async () => {
    const jobId = await newJob();
    const object = { ...SOME_OBJECT, sha: 'a'.repeat(64), bytes: 20_300 };
    const { revision } = await publish({ jobId, object });
    const place = { workId: jobId, sha: object.sha, sizeBytes: object.bytes };
    // Another process has read no row of it yet.
    for (const { revisions } of [database.store, createStore(database.config, log)])
      expect(await revisions.placeOf(projectId, revision)).toEqual({ place });
    const { placeOf } = createStore(database.config, log).revisions;
    const set = (sha: string | null, bytes: number | null) =>
      database.sql(
        'update public.revisions set object_sha = $2, object_bytes = $3 where job_id = $1',
        [jobId, sha, bytes],
      );
    await set(null, null);
    expect(await placeOf(projectId, revision)).toEqual({ place: null });
    await set(object.sha, object.bytes);
    expect(await placeOf(projectId, revision)).toEqual({ place });
    expect(await placeOf(projectId, hash())).toBeNull();
    expect(await placeOf(randomUUID(), revision)).toBeNull();
  });

  it('J1: keeps what the play of a version has found, and shows it with the version', async () => {
    const play = reportOf([findingOf('deaf', 'touched')], [], { needs: [], gameTree: '00000007' });
    const jobId = await newJob();
    const played = await publish({ jobId, play });
    await finish(jobId);
    expect(played.play).toEqual(play);
    const unplayed = await generate();
    expect(unplayed.play).toBeNull();
    expect((await database.store.revisions.list(projectId)).map((each) => each.play)).toEqual([
      undefined,
      { verdict: 'broken', findings: ['deaf'] },
    ]);
    // Whatever an older player has left there: the version is there all the same.
    await database.sql(`update public.revisions set play = '{"verdict": 1}' where job_id = $1`, [
      jobId,
    ]);
    expect(await database.store.revisions.ofJob(jobId)).toMatchObject({ play: null });
  });

  it('J3: takes whatever a game or a judge has said, also what no row can hold', async () => {
    const said = `${'x'.repeat(396)}\0\ud800 🎮🎮🎮`;
    const report = reportOf([], [findingOf('exception', 'loading', said)], {
      needs: [],
      gameTree: '00000007',
    });
    const answers = JudgeAnswer.parse({ checks: [{ check: 1, answer: 'met', why: '\0\udc00 a' }] });
    const play = { ...report, judging: judgingOf({ checks: ['a check'] }, answers) };
    const published = await publish({ jobId: await newJob(), play });
    expect(published.play).toEqual(play);
  });

  it('is not kept up by words that cannot be stored: the rest of them counts', async () => {
    const finding = findingOf('exception', 'loading');
    const evidence = 'a\0b';
    const play = reportOf([{ ...finding, evidence }], [], { needs: [], gameTree: '00000007' });
    const published = await publish({ jobId: await newJob(), play, subject: 'a\0\ud800b' });
    expect(published).toMatchObject({ subject: 'a\ufffdb' });
    expect(published.play).toMatchObject({ verdict: 'broken', findings: [{ evidence: 'ab' }] });
  });

  it(
    'happens once per job: a repeat, even with another candidate or after the end, answers ' +
      'the first',
    async () => {
      const jobId = await newJob();
      const published = await publish({ jobId });
      expect(await publish({ jobId })).toEqual(published);
      await finish(jobId);
      expect(await publish({ jobId, parent: published.revision })).toEqual(published);
    },
  );

  it('is refused for a job that has ended, is unknown, or works on another project', async () => {
    const refusal = ['RunCancelled', 'JOB_NOT_ACTIVE'];
    const cancelled = await newJob();
    await database.store.jobs.cancel(cancelled);
    expect(await reasonOf(publish({ jobId: cancelled }))).toEqual(refusal);
    expect(await reasonOf(publish({ jobId: randomUUID() }))).toEqual(refusal);
    const job = await newJob();
    const elsewhere = await database.store.projects.create(userId);
    expect(await reasonOf(publish({ jobId: job, projectId: elsewhere.id }))).toEqual(refusal);
    expect(await reasonOf(publish({ jobId: job, kind: 'restore', restoredFrom: hash() }))).toEqual(
      refusal,
    );
    expect(await database.store.revisions.head(projectId)).toBeNull();
  });

  it('is refused when the parent is not the head (any more)', async () => {
    const first = await generate();
    const jobId = await newJob();
    const refusal = ['RunSuperseded', 'STALE_PARENT'];
    expect(await reasonOf(publish({ jobId, parent: null }))).toEqual(refusal);
    expect(await reasonOf(publish({ jobId, parent: hash() }))).toEqual(refusal);
    expect(await reasonOf(publish({ jobId, parent: first.revision }))).toBe('published');
  });

  it('two publishers with the same parent: one wins', async () => {
    const from = (await generate()).revision;
    for (let round = 0; round < 10; round += 1) {
      const parent = (await database.store.revisions.head(projectId))?.revision ?? null;
      const jobId = await newJob();
      const actions = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const id = randomUUID();
          await database.store.actions.open({ id, userId, projectId, kind: 'restore' });
          return id;
        }),
      );
      const outcomes = await Promise.all([
        reasonOf(publish({ jobId, parent })),
        ...actions.map((id) =>
          reasonOf(publish({ jobId: id, parent, kind: 'restore', restoredFrom: from })),
        ),
      ]);
      expect(outcomes.filter((outcome) => outcome === 'published')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome !== 'published')).toEqual(
        Array(4).fill(['RunSuperseded', 'STALE_PARENT']),
      );
    }
    const ordinals = await database.sql<{ ordinal: string }>(
      'select ordinal from public.revisions where project_id = $1 order by ordinal',
      [projectId],
    );
    expect(ordinals.map(({ ordinal }) => Number(ordinal))).toEqual(
      ordinals.map((_, index) => index + 1),
    );
  });

  it('F1: cancel or publish, never both, however close they are', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 30; round += 1) {
      const jobId = await newJob();
      const parent = (await database.store.revisions.head(projectId))?.revision ?? null;
      const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      const [published, cancelled] = await Promise.all([
        pause().then(() => reasonOf(publish({ jobId, parent }))),
        pause().then(() => database.store.jobs.cancel(jobId)),
      ]);
      seen.add(cancelled);
      if (cancelled === 'cancelled') {
        expect(published).toEqual(['RunCancelled', 'JOB_NOT_ACTIVE']);
        expect(
          await database.sql('select from public.revisions where job_id = $1', [jobId]),
        ).toHaveLength(0);
      } else {
        expect(published).toBe('published');
        expect(await finish(jobId)).toMatchObject({ status: 'completed' });
      }
    }
    expect(seen).toEqual(new Set(['cancelled', 'too_late']));
  });

  it(
    'a job that was orphaned after its commit point counts as completed, one before it as ' +
      'failed',
    async () => {
      const { jobs } = database.store;
      const published = await newJob();
      await publish({ jobId: published });
      const unpublished = await newJob();
      expect(await jobs.get(published)).toMatchObject({
        status: 'completed',
        progress: 100,
        result: '{"code": "GAME_UPDATED", "params": {}, "message": "ゲームを更新しました"}',
        error: null,
      });
      await newJob();
      expect(await jobs.get(unpublished)).toMatchObject({ status: 'failed', result: null });
    },
  );

  it('refuses to restore what is not a version of this project', async () => {
    await generate();
    const parent = (await database.store.revisions.head(projectId))?.revision ?? null;
    const jobId = randomUUID();
    await database.store.actions.open({ id: jobId, userId, projectId, kind: 'restore' });
    expect(
      await reasonOf(publish({ jobId, parent, kind: 'restore', restoredFrom: hash() })),
    ).toEqual(['VersionNotFound', 'VERSION_NOT_FOUND']);
  });
});

describe('the list of versions (E5)', () => {
  it('is empty for a new project', async () => {
    expect(await database.store.revisions.list(projectId)).toEqual([]);
  });

  it('shows generated versions newest first, numbered from 1, the newest current', async () => {
    const rows = [
      await generate(hash(), 'シューティング'),
      await generate(hash(), '敵を増やして | 速く'),
    ];
    const list = await database.store.revisions.list(projectId);
    expect(list).toEqual([
      {
        id: rows[1]?.revision.slice(0, 7),
        hash: rows[1]?.revision.slice(0, 7),
        number: 1,
        serial: 2,
        message: '敵を増やして | 速く',
        ordinal: 2,
        current: true,
        timestamp: expect.any(String) as string,
        isBookmarked: false,
      },
      {
        id: rows[0]?.revision.slice(0, 7),
        hash: rows[0]?.revision.slice(0, 7),
        number: 2,
        serial: 1,
        message: 'シューティング',
        ordinal: 1,
        current: false,
        timestamp: expect.any(String) as string,
        isBookmarked: false,
      },
    ]);
    expect(new Date(list[0]?.timestamp ?? '').toISOString()).toBe(list[0]?.timestamp);
  });

  it('hides restores and marks what they brought back, also a restore of a restore', async () => {
    const [first, second] = [await generate(), await generate()];
    const current = async (): Promise<(number | undefined)[]> =>
      (await database.store.revisions.list(projectId))
        .filter((version) => version.current)
        .map(({ ordinal }) => ordinal);
    const restored = await restore(first.revision);
    expect(restored).toMatchObject({ ordinal: 3, kind: 'restore', restored_from: first.revision });
    expect(await current()).toEqual([1]);
    await restore(second.revision);
    expect(await current()).toEqual([2]);
    await restore(restored.revision);
    expect(await current()).toEqual([1]);
    expect(
      (await database.store.revisions.list(projectId)).map(({ ordinal, number }) => [
        ordinal,
        number,
      ]),
    ).toEqual([
      [2, 1],
      [1, 2],
    ]);
    await generate();
    expect(await current()).toEqual([6]);
    // Fixed, unlike the number: restores do not count.
    expect((await database.store.revisions.list(projectId)).map(({ serial }) => serial)).toEqual([
      3, 2, 1,
    ]);
  });

  it('comes in pages of 20 that go on where the last one ended', async () => {
    await database.sql(
      `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
      select $1, n, left(md5('a' || n) || md5(n::text), 40), gen_random_uuid(), 'generate', \
n::text from generate_series(1, 45) n`,
      [projectId],
    );
    const pages = [await database.store.revisions.list(projectId)];
    pages.push(await database.store.revisions.list(projectId, pages[0]?.at(-1)?.ordinal));
    pages.push(await database.store.revisions.list(projectId, pages[1]?.at(-1)?.ordinal));
    expect(pages.map((page) => page.length)).toEqual([20, 20, 5]);
    expect(pages.flat().map(({ ordinal }) => ordinal)).toEqual(
      Array.from({ length: 45 }, (_, n) => 45 - n),
    );
    expect(pages.flat().map(({ number }) => number)).toEqual(
      Array.from({ length: 45 }, (_, n) => n + 1),
    );
    expect(pages.flat().map(({ serial }) => serial)).toEqual(
      Array.from({ length: 45 }, (_, n) => 45 - n),
    );
    expect(
      pages
        .flat()
        .filter(({ current }) => current)
        .map(({ number }) => number),
    ).toEqual([1]);
    expect(await database.store.revisions.list(projectId, 1)).toEqual([]);
  });

  it('names versions in full where 7 digits fit two revisions of the project', async () => {
    const [one, two, three] = [
      `abcdef0${'1'.repeat(33)}`,
      `abcdef0${'2'.repeat(33)}`,
      `0${'3'.repeat(39)}`,
    ];
    for (const revision of [one, two, three]) await generate(revision);
    expect((await database.store.revisions.list(projectId)).map(({ id }) => id)).toEqual([
      '0333333',
      two,
      one,
    ]);
  });
});

describe('what its maker says of a version', () => {
  const mark = (revision: string, change: { name?: string; isBookmarked?: boolean }) =>
    database.store.revisions.mark(projectId, revision, change);
  const said = async (bookmarkedOnly?: boolean, before?: number) =>
    (await database.store.revisions.list(projectId, before, bookmarkedOnly)).map(
      ({ serial, name, isBookmarked }) => [serial, name, isBookmarked],
    );

  it('is a name and a bookmark, each kept while the other changes, beyond a restore', async () => {
    const [first, second] = [await generate(), await generate()];
    expect(await mark(first.revision, { name: 'ボス戦' })).toEqual({
      name: 'ボス戦',
      isBookmarked: false,
    });
    expect(await mark(first.revision, { isBookmarked: true })).toEqual({
      name: 'ボス戦',
      isBookmarked: true,
    });
    const restored = await restore(first.revision);
    expect(await said()).toEqual([
      [2, undefined, false],
      [1, 'ボス戦', true],
    ]);
    expect(await mark(first.revision, { name: '' })).toEqual({ name: null, isBookmarked: true });
    // Nobody sees a restore, and no other project's versions.
    expect(await mark(restored.revision, { name: 'x' })).toBeNull();
    const elsewhere = await database.store.projects.create(userId);
    expect(
      await database.store.revisions.mark(elsewhere.id, second.revision, { name: 'x' }),
    ).toBeNull();
  });

  it('finds the bookmarked ones alone, with the numbers that they have among all', async () => {
    const rows = [await generate(), await generate(), await generate(), await generate()];
    for (const row of [rows[0], rows[2]]) await mark(row!.revision, { isBookmarked: true });
    expect(await said(true)).toEqual([
      [3, undefined, true],
      [1, undefined, true],
    ]);
    expect(await said(true, rows[2]!.ordinal)).toEqual([[1, undefined, true]]);
  });

  it('is one short line: the table takes no other name', async () => {
    const { revision } = await generate();
    await expect(mark(revision, { name: 'あ'.repeat(61) })).rejects.toThrow();
    expect(await mark(revision, { name: '🎮'.repeat(60) })).toMatchObject({
      name: '🎮'.repeat(60),
    });
  });
});

describe('finding a version by its digits', () => {
  it('short, full, in capitals, of any kind', async () => {
    const first = await generate(`abcdef0${'1'.repeat(33)}`);
    const restored = await restore(first.revision);
    const resolve = (project: string, digits: string) =>
      database.store.revisions.resolve(project, digits);
    expect(await resolve(projectId, 'ABCDEF0')).toEqual(first);
    expect(await resolve(projectId, first.revision)).toEqual(first);
    expect(await resolve(projectId, restored.revision.slice(0, 12))).toEqual(restored);
  });

  it('null when unknown, ambiguous, of another project, or no digits at all', async () => {
    const [one, two] = [
      await generate(`abcdef0${'1'.repeat(33)}`),
      await generate(`abcdef0${'2'.repeat(33)}`),
    ];
    const resolve = (project: string, digits: string) =>
      database.store.revisions.resolve(project, digits);
    expect(await resolve(projectId, 'abcdef0')).toBeNull();
    expect(await resolve(projectId, one.revision.slice(0, 8))).toEqual(one);
    expect(await resolve(projectId, two.revision.slice(0, 8))).toEqual(two);
    expect(await resolve(projectId, '1234567')).toBeNull();
    expect(
      await resolve((await database.store.projects.create(userId)).id, one.revision),
    ).toBeNull();
    for (const odd of ['', 'abc', 'abcdef%', 'main', '--help', 'g'.repeat(40), 'a'.repeat(41)])
      expect(await resolve(projectId, odd)).toBeNull();
  });
});
