import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anonymous,
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

const openJob = (id: string) => ({
  p_id: id,
  p_user_id: user.id,
  p_project_id: projectId,
  p_content: 'こんにちは',
  p_chat_id: randomUUID(),
  p_max_queued: 50,
});

describe('functions of the product', () => {
  it('answer JSON, and the same again for the same id', async () => {
    const id = randomUUID();
    const opened = dataOf(await service(project).rpc('open_job', openJob(id))) as {
      outcome: string;
      job: { id: string; status: string };
    };
    expect(opened).toMatchObject({ outcome: 'opened', job: { id, status: 'pending' } });
    expect(dataOf(await service(project).rpc('open_job', openJob(id)))).toMatchObject({
      outcome: 'existing',
      job: { id },
    });
    expect(dataOf(await service(project).rpc('cancel_job', { p_id: id }))).toBe('cancelled');
    expect(
      dataOf(
        await service(project).from('chat_history').select('message').eq('project_id', projectId),
      ),
    ).toEqual([{ message: 'こんにちは' }]);
  });

  it('are closed to users and anonymous callers', async () => {
    const byUser = await user.client.rpc('open_job', openJob(randomUUID()));
    expect(byUser).toMatchObject({ status: 403, error: { code: '42501' } });
    const byNobody = await anonymous(project).rpc('open_job', openJob(randomUUID()));
    expect(byNobody).toMatchObject({ status: 401, error: { code: '42501' } });
  });

  it('answer null when there is nothing', async () => {
    expect(await service(project).rpc('queue_position', { p_id: randomUUID() })).toMatchObject({
      status: 200,
      data: null,
      error: null,
    });
  });

  it('an owner soft-deletes her asset by function, and then sees it no more', async () => {
    const asset = dataOf(
      await user.client
        .from('assets')
        .insert({ owner_id: user.id, filename: 'b.png', storage_path: '/b' })
        .select('id')
        .single<{ id: string }>(),
    );
    expect(
      (await user.client.from('assets').update({ is_deleted: true }).eq('id', asset.id)).error
        ?.code,
    ).toBe('42501');
    expect(dataOf(await user.client.rpc('soft_delete_asset', { p_id: asset.id }))).toBe(true);
    expect(dataOf(await user.client.rpc('soft_delete_asset', { p_id: asset.id }))).toBe(false);
    expect(
      (await user.client.from('assets').select('id').eq('id', asset.id).single()).error?.code,
    ).toBe('PGRST116');
  });

  it('an unknown function or argument is PGRST202', async () => {
    expect(await service(project).rpc('no_such_function')).toMatchObject({
      status: 404,
      error: { code: 'PGRST202' },
    });
    expect(
      await service(project).rpc('cancel_job', { p_id: randomUUID(), p_more: 1 }),
    ).toMatchObject({ status: 404, error: { code: 'PGRST202' } });
    expect(await service(project).rpc('cancel_job', {})).toMatchObject({
      status: 404,
      error: { code: 'PGRST202' },
    });
  });
});
