import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';

/** A long list in pages: what a page holds. What it costs: `npm run bench -- --only=growth`. */
const MANY = 10_000;
const LIMIT = 30;

let database: TestDatabase;
let owner: TestUser;
let newcomer: TestUser;

beforeAll(async () => {
  database = await startDatabase();
  [owner, newcomer] = [await database.createUser('owner'), await database.createUser('new')];
  await database.sql(
    `insert into public.projects (user_id, name, updated_at)
     select $1, 'ゲーム' || n, now() - (n / 3) * interval '1 minute'
     from generate_series(1, $2::integer) n`,
    [owner.id, MANY],
  );
});
afterAll(() => database.stop());

const rights = (user: TestUser) => database.store.asUser(user.accessToken).projects;

describe('pages of the list', () => {
  it('hold every project once, also where many were touched at the same time', async () => {
    const seen = new Set<string>();
    let after: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const answer = await rights(owner).page(owner.id, { limit: LIMIT, after });
      expect(answer.counts).toEqual({ all: MANY, public: 0 });
      for (const { id } of answer.projects) seen.add(id);
      expect(seen.size).toBe((page + 1) * LIMIT);
      after = answer.next ?? undefined;
    }
    expect(await rights(newcomer).page(owner.id, { limit: LIMIT })).toMatchObject({
      projects: [],
      next: null,
    });
  });

  it('find by a part of the name and by publication, and tell how it is out', async () => {
    const [game] = (await rights(owner).page(owner.id, { limit: 1, query: 'ゲーム9999' })).projects;
    expect(game).toMatchObject({ name: 'ゲーム9999', publication: null, isPublic: false });
    await database.sql(
      `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
       values ($1, 1, repeat('a', 40), gen_random_uuid(), 'generate', '題')`,
      [game?.id],
    );
    await database.sql(
      `insert into public.games (project_id, user_id, title, game_url, revision)
       values ($1, $2, '題', '/g', repeat('a', 40))`,
      [game?.id, owner.id],
    );
    const out = () => rights(owner).page(owner.id, { limit: LIMIT, filter: 'public' });
    expect(await out()).toMatchObject({
      projects: [{ id: game?.id, publication: { visibility: 'public', isNewest: true } }],
      next: null,
      counts: { all: MANY, public: 1 },
    });
    await database.sql(
      `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject)
       values ($1, 2, repeat('b', 40), gen_random_uuid(), 'generate', '題')`,
      [game?.id],
    );
    expect((await out()).projects[0]?.publication?.isNewest).toBe(false);
    // Who goes back to the version that is out has it as the newest one.
    await database.sql(
      `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject,
         restored_from)
       values ($1, 3, repeat('c', 40), gen_random_uuid(), 'restore', '題', repeat('a', 40))`,
      [game?.id],
    );
    expect((await out()).projects[0]?.publication?.isNewest).toBe(true);
    const drafts = await rights(owner).page(owner.id, {
      limit: 100,
      filter: 'draft',
      query: '9999',
    });
    expect(drafts.projects).toEqual([]);
  });

  it('begin at the front for a place that nobody was told of', async () => {
    const { projects } = await rights(owner).page(owner.id, { limit: 1 });
    for (const after of ['nonsense', Buffer.from('["x","y"]').toString('base64url')])
      expect((await rights(owner).page(owner.id, { limit: 1, after })).projects).toEqual(projects);
  });
});
