import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../../src/store/tables/client.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let userId: string;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  userId = await database.newUserId();
});

const kept = (): Promise<number> => database.store.keptBytes.of(userId);
const newProject = async (name = '題'): Promise<string> =>
  (await database.store.projects.create(userId, name)).id;

async function addAsset(size: number, name = `${randomUUID()}.png`): Promise<string> {
  const hash = createHash('sha256').update(randomUUID()).digest('hex');
  const created = await database.store.assets.create(
    {
      ownerId: userId,
      stem: name.slice(0, -4),
      extension: '.png',
      originalName: name,
      storagePath: `a/${userId}/${randomUUID()}/${hash}.png`,
      mimeType: 'image/png',
      sizeBytes: size,
      hash,
      isPublic: false,
      projectId: null,
      tags: null,
      description: null,
    },
    1_000_000,
  );
  if (created.outcome !== 'created') throw new Error(created.outcome);
  return created.asset.id;
}

async function addVersion(projectId: string, bytes: number | null): Promise<string> {
  const revision = createHash('sha1').update(randomUUID()).digest('hex');
  await database.sql(
    `insert into public.revisions (project_id, ordinal, revision, job_id, kind, subject,
       object_sha, object_bytes)
     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, 'generate', '題', $4, $5::bigint
     from public.revisions where project_id = $1`,
    [projectId, revision, randomUUID(), bytes === null ? null : 'a'.repeat(64), bytes],
  );
  return revision;
}

describe('L5: what is kept for a user', () => {
  it('goes along with a project that gets another owner', async () => {
    await addVersion(await newProject(), 1_000);
    const projectId = await newProject('二');
    await addVersion(projectId, 20);
    const ownerId = await database.newUserId();
    const move = 'update public.projects set user_id = $2 where id = $1';
    await database.sql(move, [projectId, ownerId]);
    expect([await kept(), await database.store.keptBytes.of(ownerId)]).toEqual([1_000, 20]);
  });

  it('is the sum of his versions and of the files of his assets', async () => {
    expect(await kept()).toBe(0);
    const projectId = await newProject();
    await addVersion(projectId, 1_000);
    const unmoved = await addVersion(projectId, null);
    expect(await kept()).toBe(1_000);
    await database.sql(
      `update public.revisions set object_sha = $2, object_bytes = 500 where revision = $1`,
      [unmoved, 'b'.repeat(64)],
    );
    const asset = await addAsset(30);
    await addAsset(4);
    expect(await kept()).toBe(1_534);
    // A deleted asset counts until its file goes.
    await database.store.assets.softDelete(asset);
    expect(await kept()).toBe(1_534);
    await database.sql('update public.assets set is_stored = false where id = $1', [asset]);
    expect(await kept()).toBe(1_504);
    await database.store.projects.remove(projectId);
    expect(await kept()).toBe(4);
  });

  it('is not raised by a row that its owner writes, and goes down with his delete', async () => {
    const { accessToken, id } = await database.createUser('keeper');
    const { SUPABASE_URL, SUPABASE_ANON_KEY } = database.config;
    const client = connect(SUPABASE_URL, SUPABASE_ANON_KEY, { jwt: accessToken });
    userId = id;
    const asset = await addAsset(70);
    const row = { owner_id: id, filename: 'x', storage_path: 'a/x', size: 5_000, is_stored: true };
    expect((await client.from('assets').insert(row)).error).toBeNull();
    await client.from('assets').update({ size: 0 }).eq('id', asset);
    expect(await kept()).toBe(70);
    expect((await client.from('assets').delete().eq('id', asset)).error).toBeNull();
    expect(await kept()).toBe(0);
  });

  it('goes with the user, whatever he has', async () => {
    await addVersion(await newProject(), 10);
    await addAsset(10);
    await database.store.users.remove(userId);
    expect(await kept()).toBe(0);
    const rows = await database.sql('select from public.volume_sizes where user_id = $1', [userId]);
    expect(rows).toEqual([]);
  });

  it('stays right under writes at the same time', async () => {
    const projects = await Promise.all([newProject(), newProject(), newProject()]);
    await Promise.all(
      projects.flatMap((projectId, at) => [
        ...[1, 2, 3].map((n) => addVersion(projectId, n).catch(() => undefined)),
        addAsset(100 * (at + 1)),
      ]),
    );
    await Promise.all([database.store.projects.remove(projects[0] ?? ''), addAsset(7)]);
    const [sum] = await database.sql<{ bytes: string }>(
      `select (select coalesce(sum(size), 0) from public.assets where owner_id = $1)
         + (select coalesce(sum(object_bytes), 0) from public.revisions r
            join public.projects p on p.id = r.project_id where p.user_id = $1) as bytes`,
      [userId],
    );
    expect(await kept()).toBe(Number(sum?.bytes));
  });
});

it('lists the largest games and files by the names that their owner gave them', async () => {
  const projectId = await newProject('宇宙');
  await addVersion(projectId, 300);
  await addVersion(projectId, 300);
  await addAsset(500, 'theme.png');
  await addAsset(1, 'small.png');
  await newProject('空');
  expect(await database.store.keptBytes.largest(userId, 2)).toEqual([
    { name: '宇宙', bytes: 600 },
    { name: 'theme.png', bytes: 500 },
  ]);
  expect((await database.store.keptBytes.mostKept(1_000)).map((row) => row.user_id)).toContain(
    userId,
  );
});
