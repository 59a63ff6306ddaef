import { randomUUID } from 'node:crypto';
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
let projectId: string;

beforeAll(async () => {
  project = await openProject();
  user = await newUser(project);
  projectId = dataOf(
    await user.client
      .from('projects')
      .insert({ user_id: user.id })
      .select('id')
      .single<{ id: string }>(),
  ).id;
});
afterAll(async () => {
  await removeUsers();
  await project.stop();
});

const lines = () => user.client.from('chat_history');
const line = (
  message: string,
  role = 'user',
): { project_id: string; role: string; message: string } => ({
  project_id: projectId,
  role,
  message,
});

describe('insert', () => {
  it('fills defaults and answers nothing unless rows are wanted', async () => {
    expect(await lines().insert(line('quiet'))).toMatchObject({
      status: 201,
      data: null,
      error: null,
    });
    const row = dataOf(
      await user.client
        .from('projects')
        .insert({ user_id: user.id })
        .select()
        .single<Record<string, unknown>>(),
    );
    expect(row).toMatchObject({ name: 'New Game', is_public: false, remixed_from: null });
  });

  it('several rows at once; a key that one row lacks becomes null', async () => {
    const rows = dataOf(
      await user.client
        .from('publish_drafts')
        .insert([{ project_id: projectId, title: 'with title' }])
        .select('title,description'),
    );
    expect(rows).toEqual([{ title: 'with title', description: null }]);
    const bulk = dataOf(
      await user.client
        .from('projects')
        .insert([
          { user_id: user.id, name: 'one', storage_path: 'x' },
          { user_id: user.id, name: 'two' },
        ])
        .select('name,storage_path')
        .order('name'),
    );
    expect(bulk).toEqual([
      { name: 'one', storage_path: 'x' },
      { name: 'two', storage_path: null },
    ]);
    expect(await lines().insert([])).toMatchObject({ status: 201, error: null });
  });

  it('keeps every character: quotes, backslashes, emoji, line ends, SQL', async () => {
    const text = `'; drop table chat_history; -- "x" \\ \u2028 🎮 \n\t日本語 $1 {a,b}`;
    expect(dataOf(await lines().insert(line(text)).select('message').single())).toEqual({
      message: text,
    });
    expect(dataOf(await lines().select('message').eq('message', text))).toEqual([
      { message: text },
    ]);
  });

  it('an unknown column, a bad value and a broken rule have PostgREST’s codes', async () => {
    expect(await lines().insert({ ...line('x'), nonsense: 1 })).toMatchObject({
      status: 400,
      error: { code: 'PGRST204' },
    });
    expect(await lines().insert({ ...line('x'), id: 'no uuid' })).toMatchObject({
      status: 400,
      error: { code: '22P02' },
    });
    expect(await lines().insert(line('x', 'nobody'))).toMatchObject({
      status: 400,
      error: { code: '23514' },
    });
    expect(await lines().insert({ project_id: projectId, role: 'user' })).toMatchObject({
      status: 400,
      error: { code: '23502' },
    });
    const id = randomUUID();
    dataOf(
      await lines()
        .insert({ ...line('x'), id })
        .select(),
    );
    expect(await lines().insert({ ...line('x'), id })).toMatchObject({
      status: 409,
      error: { code: '23505' },
    });
    expect(await user.client.from('nonsense').insert({ x: 1 })).toMatchObject({
      status: 404,
      error: { code: 'PGRST205' },
    });
  });

  it('embeds in the answer', async () => {
    expect(
      dataOf(await lines().insert(line('with project')).select('message,projects(id)').single()),
    ).toEqual({ message: 'with project', projects: { id: projectId } });
  });
});

describe('upsert', () => {
  it('on the primary key: inserts, then merges', async () => {
    const other = dataOf(
      await user.client
        .from('projects')
        .insert({ user_id: user.id })
        .select('id')
        .single<{ id: string }>(),
    ).id;
    const drafts = () => user.client.from('publish_drafts');
    expect(
      dataOf(
        await drafts()
          .upsert({ project_id: other, title: 'first', tags: '[]' })
          .select('title,tags')
          .single(),
      ),
    ).toEqual({ title: 'first', tags: '[]' });
    expect(
      dataOf(
        await drafts().upsert({ project_id: other, title: 'second' }).select('title,tags').single(),
      ),
    ).toEqual({ title: 'second', tags: '[]' });
  });

  it('onConflict names other columns; ignoreDuplicates keeps the row, answers none', async () => {
    const admin = service(project);
    const asset = dataOf(
      await admin
        .from('assets')
        .insert({
          owner_id: user.id,
          filename: 'a.png',
          original_name: 'a',
          storage_path: '/a',
          is_deleted: false,
        })
        .select('id,alias')
        .single<{ id: string; alias: string }>(),
    );
    expect(asset.alias).not.toBe('');
    const link = { project_id: projectId, asset_id: asset.id };
    const links = () => user.client.from('project_assets');
    dataOf(
      await links()
        .upsert({ ...link, usage_type: 'image' }, { onConflict: 'project_id,asset_id' })
        .select(),
    );
    expect(
      dataOf(
        await links()
          .upsert({ ...link, usage_type: 'audio' }, { onConflict: 'project_id,asset_id' })
          .select('usage_type'),
      ),
    ).toEqual([{ usage_type: 'audio' }]);
    expect(
      dataOf(
        await links()
          .upsert(
            { ...link, usage_type: 'other' },
            { onConflict: 'project_id,asset_id', ignoreDuplicates: true },
          )
          .select(),
      ),
    ).toEqual([]);
    expect(dataOf(await links().select('usage_type').eq('asset_id', asset.id))).toEqual([
      { usage_type: 'audio' },
    ]);
    expect((await links().upsert(link, { onConflict: 'usage_type' })).error?.code).toBe('42P10');
  });

  it('the service role keeps a users row by its primary key', async () => {
    dataOf(
      await service(project).from('users').upsert({ id: user.id, email: user.email }).select(),
    );
    expect(
      dataOf(await service(project).from('users').select('email').eq('id', user.id).single()),
    ).toEqual({ email: user.email });
  });
});

describe('update and delete', () => {
  it('change what the filters name, with count', async () => {
    dataOf(
      await user.client
        .from('projects')
        .insert([
          { user_id: user.id, name: 'bulk' },
          { user_id: user.id, name: 'bulk' },
        ])
        .select(),
    );
    expect(
      await user.client
        .from('projects')
        .update({ name: 'bulk 2' }, { count: 'exact' })
        .eq('name', 'bulk'),
    ).toMatchObject({ status: 204, count: 2 });
    expect(
      await user.client.from('projects').delete({ count: 'exact' }).eq('name', 'bulk 2'),
    ).toMatchObject({ status: 204, count: 2 });
    expect(await user.client.from('projects').delete().eq('name', 'bulk 2').select()).toMatchObject(
      { status: 200, data: [] },
    );
  });

  it('null is a value; json keeps its shape', async () => {
    const question = { kind: 'style', options: [1, 'two', null], nested: { ok: true } };
    const answer = await service(project)
      .from('projects')
      .update({ pending_question: question, game_type: null })
      .eq('id', projectId)
      .select('pending_question,game_type')
      .single();
    expect(dataOf(answer)).toEqual({ pending_question: question, game_type: null });
  });

  it('refuse to touch a whole table', async () => {
    const all = user.client.from('projects');
    expect((await all.update({ name: 'all' })).error?.code).toBe('21000');
    expect((await user.client.from('projects').delete()).error?.code).toBe('21000');
  });

  it('a single row that is none changes nothing', async () => {
    const answer = await user.client
      .from('projects')
      .update({ name: 'never' })
      .neq('name', 'no such name')
      .select()
      .single();
    expect(answer).toMatchObject({ status: 406, error: { code: 'PGRST116' } });
    expect(dataOf(await user.client.from('projects').select('name').eq('name', 'never'))).toEqual(
      [],
    );
  });

  it('compare-and-set works: of many writers one wins', async () => {
    const admin = service(project);
    const job = dataOf(
      await admin
        .from('jobs')
        .insert({ user_id: user.id, project_id: projectId })
        .select('id')
        .single<{ id: string }>(),
    );
    const attempts = await Promise.all(
      Array.from({ length: 8 }, () =>
        admin
          .from('jobs')
          .update({ status: 'cancelled' })
          .eq('id', job.id)
          .in('status', ['pending', 'processing'])
          .select('id'),
      ),
    );
    expect(attempts.filter(({ data }) => data?.length === 1)).toHaveLength(1);
  });
});
