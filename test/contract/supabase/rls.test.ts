import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anonymous,
  dataOf,
  newUser,
  openProject,
  raw,
  removeUsers,
  service,
  type Project,
  type TestUser,
} from './stack.js';

let project: Project;
let alice: TestUser;
let bob: TestUser;
let projectId: string;

beforeAll(async () => {
  project = await openProject();
  alice = await newUser(project, 'alice');
  bob = await newUser(project, 'bob');
  const created = await alice.client
    .from('projects')
    .insert({ user_id: alice.id, name: 'Alice only' })
    .select()
    .single<{ id: string }>();
  projectId = dataOf(created).id;
});
afterAll(async () => {
  await removeUsers();
  await project.stop();
});

describe('row-level security', () => {
  it('lets an owner read and change what is hers', async () => {
    expect(
      dataOf(
        await alice.client
          .from('projects')
          .update({ name: 'Renamed' })
          .eq('id', projectId)
          .select('name')
          .single(),
      ),
    ).toEqual({ name: 'Renamed' });
    expect(dataOf(await alice.client.from('projects').select('name').eq('id', projectId))).toEqual([
      { name: 'Renamed' },
    ]);
  });

  it('shows another user nothing: no row, PGRST116 for a single one', async () => {
    expect(dataOf(await bob.client.from('projects').select('id').eq('id', projectId))).toEqual([]);
    const single = await bob.client.from('projects').select('id').eq('id', projectId).single();
    expect(single.error?.code).toBe('PGRST116');
    expect(single.status).toBe(406);
  });

  it('lets another user change or delete nothing, without an error', async () => {
    const update = await bob.client
      .from('projects')
      .update({ name: 'Stolen' })
      .eq('id', projectId)
      .select();
    expect(update).toMatchObject({ error: null, data: [] });
    expect(await bob.client.from('projects').delete().eq('id', projectId)).toMatchObject({
      error: null,
      status: 204,
    });
    expect(
      dataOf(await service(project).from('projects').select('name').eq('id', projectId).single()),
    ).toEqual({ name: 'Renamed' });
  });

  it('refuses a row in somebody else’s name with 42501 and 403', async () => {
    const answer = await bob.client.from('projects').insert({ user_id: alice.id, name: 'Forged' });
    expect(answer.status).toBe(403);
    expect(answer.error?.code).toBe('42501');
  });

  it('lets anonymous callers read only what is public, and write nothing', async () => {
    expect(
      dataOf(await anonymous(project).from('projects').select('id').eq('id', projectId)),
    ).toEqual([]);
    dataOf(
      await alice.client.from('projects').update({ is_public: true }).eq('id', projectId).select(),
    );
    expect(
      dataOf(await anonymous(project).from('projects').select('id').eq('id', projectId)),
    ).toEqual([{ id: projectId }]);
    const insert = await anonymous(project).from('projects').insert({ user_id: alice.id });
    expect(insert.error?.code).toBe('42501');
    expect(insert.status).toBe(401);
  });

  it('lets the service role pass', async () => {
    expect(
      dataOf(
        await service(project).from('projects').select('user_id').eq('id', projectId).single(),
      ),
    ).toEqual({ user_id: alice.id });
  });

  it('checks the service role’s rows against the tables’ own rules all the same', async () => {
    const orphan = await service(project).from('projects').insert({ user_id: randomUUID() });
    expect(orphan.error?.code).toBe('23503');
    expect(orphan.status).toBe(409);
  });

  it('never mixes two users up under load from both', async () => {
    const mine = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const user = index % 2 === 0 ? alice : bob;
        const seen = dataOf(await user.client.from('users').select('id'));
        return seen.length === 1 && (seen[0] as { id: string }).id === user.id;
      }),
    );
    expect(mine.every(Boolean)).toBe(true);
  });
});

describe('keys and tokens', () => {
  it('asks for the project’s key', async () => {
    const response = await fetch(`${project.url}/rest/v1/projects`);
    expect(response.status).toBe(401);
  });

  it('refuses a token that was changed, or signed by nobody', async () => {
    const [header, payload, signature] = alice.accessToken.split('.') as [string, string, string];
    const forged = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    const asService = Buffer.from(JSON.stringify({ ...forged, role: 'service_role' })).toString(
      'base64url',
    );
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    for (const token of [
      `${header}.${asService}.${signature}`,
      `${unsigned}.${asService}.`,
      'nonsense',
    ]) {
      expect(
        (await raw(project, '/rest/v1/projects', { key: project.anonKey, token })).status,
      ).toBe(401);
    }
  });

  it('gives a user no other role for naming it in a header', async () => {
    const answer = await raw(project, '/rest/v1/users?select=id', {
      key: project.anonKey,
      token: alice.accessToken,
      headers: { role: 'service_role', 'x-role': 'service_role' },
    });
    expect(answer.body).toEqual([{ id: alice.id }]);
  });
});
