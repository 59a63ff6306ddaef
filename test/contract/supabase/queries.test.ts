import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dataOf,
  newUser,
  openProject,
  removeUsers,
  service,
  type Project,
  type TestUser,
} from './stack.js';

let project: Project;
let user: TestUser;
const ids: Record<string, string> = {};

const games = [
  { name: 'Alpha, first', game_type: '2d', updated_at: '2026-01-01T00:00:00Z' },
  { name: 'beta (second)', game_type: '3d', updated_at: '2026-01-02T00:00:00Z' },
  { name: '日本語 "quoted"', game_type: null, updated_at: '2026-01-03T00:00:00Z' },
  { name: 'per%cent_under', game_type: '2d', updated_at: '2026-01-04T00:00:00Z' },
];

beforeAll(async () => {
  project = await openProject();
  user = await newUser(project);
  const rows = dataOf(
    await user.client
      .from('projects')
      .insert(games.map((game) => ({ ...game, user_id: user.id })))
      .select('id,name'),
  );
  for (const row of rows as { id: string; name: string }[]) ids[row.name] = row.id;
  dataOf(
    await user.client
      .from('publish_drafts')
      .insert({ project_id: ids['Alpha, first'], title: 'Draft' })
      .select(),
  );
  // A user may not write when a line was said.
  dataOf(
    await service(project)
      .from('chat_history')
      .insert([
        {
          project_id: ids['Alpha, first'],
          role: 'user',
          message: 'one',
          created_at: '2026-01-01T00:00:01Z',
        },
        {
          project_id: ids['Alpha, first'],
          role: 'assistant',
          message: 'two',
          created_at: '2026-01-01T00:00:02Z',
        },
        {
          project_id: ids['beta (second)'],
          role: 'user',
          message: 'three',
          created_at: '2026-01-01T00:00:03Z',
        },
      ])
      .select(),
  );
});
afterAll(async () => {
  await removeUsers();
  await project.stop();
});

const projects = () => user.client.from('projects');
const names = (answer: { data: unknown; error: unknown }): string[] =>
  (dataOf(answer) as { name: string }[]).map((row) => row.name).sort();

describe('filters', () => {
  it('eq, neq, in: values with commas, brackets and quotes stay whole', async () => {
    expect(names(await projects().select('name').eq('name', 'Alpha, first'))).toEqual([
      'Alpha, first',
    ]);
    expect(names(await projects().select('name').eq('name', '日本語 "quoted"'))).toEqual([
      '日本語 "quoted"',
    ]);
    expect(
      names(await projects().select('name').in('name', ['Alpha, first', 'beta (second)', 'none'])),
    ).toEqual(['Alpha, first', 'beta (second)']);
    expect(names(await projects().select('name').in('name', []))).toEqual([]);
    expect(names(await projects().select('name').neq('game_type', '2d'))).toEqual([
      'beta (second)',
    ]);
  });

  it('gt, gte, lt, lte compare as the column’s type', async () => {
    expect(
      names(
        await projects()
          .select('name')
          .gt('created_at', '1999-12-31')
          .lt('created_at', '2000-01-01'),
      ),
    ).toEqual([]);
    expect(
      names(
        await user.client
          .from('chat_history')
          .select('name:message')
          .gte('created_at', '2026-01-01T00:00:02Z')
          .lte('created_at', '2026-01-01T00:00:02Z'),
      ),
    ).toEqual(['two']);
    expect(
      names(
        await user.client
          .from('chat_history')
          .select('name:message')
          .gt('created_at', '2026-01-01T09:00:01+09:00')
          .lt('created_at', '2026-01-01T00:00:03Z'),
      ),
    ).toEqual(['two']);
  });

  it('is: null, and not null', async () => {
    expect(names(await projects().select('name').is('game_type', null))).toEqual([
      '日本語 "quoted"',
    ]);
    expect(names(await projects().select('name').not('game_type', 'is', null))).toHaveLength(3);
    expect(names(await projects().select('name').is('is_public', false))).toHaveLength(4);
  });

  it('like and ilike; a star is a percent sign', async () => {
    expect(names(await projects().select('name').like('name', 'Alpha%'))).toEqual(['Alpha, first']);
    expect(names(await projects().select('name').like('name', 'alpha%'))).toEqual([]);
    expect(names(await projects().select('name').ilike('name', '*BETA*'))).toEqual([
      'beta (second)',
    ]);
    expect(names(await projects().select('name').like('name', '%\\%cent%'))).toEqual([
      'per%cent_under',
    ]);
  });

  it('or and not, with quoted values', async () => {
    expect(
      names(
        await projects()
          .select('name')
          .or('name.in.("Alpha, first","beta (second)"),game_type.is.null')
          .neq('game_type', '3d'),
      ),
    ).toEqual(['Alpha, first']);
    expect(
      names(await projects().select('name').not('name', 'in', '("Alpha, first")')),
    ).toHaveLength(3);
  });
});

describe('order, pages, counts', () => {
  it('orders by several columns, nulls where they are wanted', async () => {
    const byType = dataOf(
      await projects()
        .select('name')
        .order('game_type', { ascending: false, nullsFirst: false })
        .order('name'),
    ) as { name: string }[];
    expect(byType.map((row) => row.name)).toEqual([
      'beta (second)',
      'Alpha, first',
      'per%cent_under',
      '日本語 "quoted"',
    ]);
  });

  it('limit, range and exact count', async () => {
    const page = await projects().select('name', { count: 'exact' }).order('name').range(1, 2);
    expect(page).toMatchObject({
      count: 4,
      status: 206,
      data: [{ name: 'beta (second)' }, { name: 'per%cent_under' }],
    });
    expect(dataOf(await projects().select('name').order('name').limit(1))).toEqual([
      { name: 'Alpha, first' },
    ]);
  });

  it('an offset beyond the end is empty, and 416 when the count is wanted', async () => {
    expect(dataOf(await projects().select('name').range(50, 60))).toEqual([]);
    expect(await projects().select('name', { count: 'exact' }).range(50, 60)).toMatchObject({
      status: 416,
      error: { code: 'PGRST103' },
    });
  });

  it('HEAD counts without rows', async () => {
    expect(await projects().select('*', { count: 'exact', head: true })).toMatchObject({
      count: 4,
      data: null,
      error: null,
    });
  });
});

describe('single rows', () => {
  it('single answers an object, or PGRST116 for none and for several', async () => {
    expect(
      dataOf(await projects().select('game_type').eq('name', 'beta (second)').single()),
    ).toEqual({ game_type: '3d' });
    for (const answer of [
      await projects().select().eq('name', 'none').single(),
      await projects().select().single(),
    ]) {
      expect(answer).toMatchObject({ status: 406, data: null, error: { code: 'PGRST116' } });
    }
  });

  it('maybeSingle answers null for none and refuses several', async () => {
    expect(await projects().select().eq('name', 'none').maybeSingle()).toMatchObject({
      data: null,
      error: null,
    });
    expect(await projects().select('name').eq('name', 'beta (second)').maybeSingle()).toMatchObject(
      { data: { name: 'beta (second)' } },
    );
    expect((await projects().select().maybeSingle()).error?.code).toBe('PGRST116');
  });

  it('times are ISO with an offset, as PostgREST writes them', async () => {
    const row = dataOf(
      await user.client
        .from('chat_history')
        .select('created_at')
        .eq('message', 'one')
        .single<{ created_at: string }>(),
    );
    expect(row.created_at).toBe('2026-01-01T00:00:01+00:00');
  });
});

describe('embedding', () => {
  it('many to one, one to many and one to one, with aliases and star', async () => {
    const row = dataOf(
      await projects()
        .select('title:name,owner:users(email),chat_history(message),publish_drafts(title)')
        .eq('name', 'Alpha, first')
        .single(),
    );
    expect(row).toEqual({
      title: 'Alpha, first',
      owner: { email: user.email },
      publish_drafts: { title: 'Draft' },
      chat_history: expect.arrayContaining([{ message: 'one' }, { message: 'two' }]) as unknown,
    });
    const line = dataOf(
      await user.client
        .from('chat_history')
        .select('message,project:projects(*)')
        .eq('message', 'three')
        .single(),
    );
    expect(line).toMatchObject({
      message: 'three',
      project: { name: 'beta (second)' },
    });
  });

  it('a missing partner is null or an empty list', async () => {
    expect(
      dataOf(
        await projects()
          .select('publish_drafts(title),chat_history(message)')
          .eq('name', 'per%cent_under')
          .single(),
      ),
    ).toEqual({ publish_drafts: null, chat_history: [] });
  });

  it('the policies hold inside of embeds, too', async () => {
    const other = await newUser(project, 'other');
    expect(dataOf(await other.client.from('users').select('id,projects(id)'))).toEqual([
      { id: other.id, projects: [] },
    ]);
  });

  it('an unknown relationship is refused', async () => {
    expect((await projects().select('name,games_played(x)')).error?.code).toBe('PGRST200');
  });
});
