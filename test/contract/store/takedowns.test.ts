import { notice } from '../../../src/contracts/messages/message.js';
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS_DIR } from '../../../src/config.js';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { noteEarlierContents } from '../../../src/activities/shared/publishing/publishing.js';
import { migrate } from '../../../src/store/migrate.js';
import {
  log,
  runSql,
  startDatabase,
  startServer,
  type TestDatabase,
} from '../../support/database.js';
import { copiesIn } from '../../support/objects.js';
import type { TestUser } from '../../support/users.js';
import { publishVersion, versionsIn } from '../../support/versions.js';

/** Take-downs as rows; test/contract/ops/takedown.test.ts attacks them on a running stack. */
const OPERATOR = { id: randomUUID(), email: 'operator@example.test' };
let database: TestDatabase;
let dataDir: string;
let maker: TestUser;
let other: TestUser;
beforeAll(async () => {
  database = await startDatabase();
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-takedowns-'));
  [maker, other] = [await database.createUser('maker'), await database.createUser('other')];
});
afterAll(async () => {
  await database?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const move = (gameId: string, isDown: boolean) =>
  database.store.takedowns.move({
    gameId,
    isDown,
    operator: OPERATOR,
    reason: 'stolen',
    notice: notice('GAME_PUT_BACK', { title: 'title' }),
  });

/** A published game whose copy holds assets of these hashes. */
async function published(user: TestUser, contentHash: string, assetHashes: readonly string[] = []) {
  const { store } = database;
  const { id: projectId } = await store.projects.create(user.id, '題');
  const [gameId, revision] = [gameIdFor(projectId), 'a'.repeat(40)];
  const content = { gameId, projectId, userId: user.id, revision, contentHash, assetHashes };
  expect(await store.takedowns.noteContent(content)).toBe(true);
  await insertGame({ gameId, projectId, userId: user.id, revision });
  return content;
}

async function insertGame(game: {
  gameId: string;
  projectId: string;
  userId: string;
  revision: string;
}) {
  await database.sql(
    `insert into public.games (id, project_id, user_id, title, game_url, revision, content_hash,
       published_at)
     values ($1, $2, $3, '題', '/g', $4, 'x', now())`,
    [game.gameId, game.projectId, game.userId, game.revision],
  );
}

async function asset(user: TestUser, hash: string, isPublic = true): Promise<string> {
  const [row] = await database.sql<{ id: string }>(
    `insert into public.assets (owner_id, filename, storage_path, hash, is_public)
     values ($1, 'a.png', '/a.png', $2, $3) returning id`,
    [user.id, hash, isPublic],
  );
  return row?.id ?? '';
}
const publicAssets = async (...ids: string[]) =>
  Promise.all(ids.map(async (id) => (await database.store.assets.get(id))?.is_public));
const isShown = async (gameId: string) =>
  (await database.store.publishedGames.get(gameId)) !== null;

describe('a take-down', () => {
  it('covers every game of the same content and owner, no other, until put-back', async () => {
    const content = randomUUID();
    const [game, twin] = [await published(maker, content), await published(maker, content)];
    const [different, foreign] = [
      await published(maker, randomUUID()),
      await published(other, content),
    ];
    const shown = () =>
      Promise.all([game, twin, different, foreign].map(({ gameId }) => isShown(gameId)));
    expect(await move(game.gameId, true)).toBe(true);
    expect(await move(game.gameId, true)).toBe(false);
    expect(await shown()).toEqual([false, false, true, true]);
    const { takedowns } = database.store;
    expect(await takedowns.noteContent({ ...game, gameId: randomUUID() })).toBe(false);
    expect(await takedowns.noteContent(foreign)).toBe(true);
    expect(await move(twin.gameId, false)).toBe(true);
    expect(await shown()).toEqual([true, true, true, true]);
    expect(await takedowns.noteContent({ ...game, gameId: randomUUID() })).toBe(true);
    expect(await move(randomUUID(), true)).toBeNull();
  });

  it('hides assets that no other public game of its owner serves, until put-back', async () => {
    const [own, shared, foreign] = [randomUUID(), randomUUID(), randomUUID()];
    const ids = [await asset(maker, own), await asset(maker, shared), await asset(other, foreign)];
    const game = await published(maker, randomUUID(), [own, shared, foreign]);
    await published(maker, randomUUID(), [shared]);
    // The same bytes in a game of another owner keep nothing of this one public.
    await published(other, randomUUID(), [own]);
    await move(game.gameId, true);
    expect(await publicAssets(...ids)).toEqual([false, true, true]);
    const again = await asset(maker, own);
    await database.sql('update public.assets set is_public = true where id = $1', [ids[0]]);
    expect(await publicAssets(again, ...ids)).toEqual([false, false, true, true]);
    await move(game.gameId, false);
    expect(await publicAssets(again, ...ids)).toEqual([true, true, true, true]);
  });

  it('put back shows no asset that was private, or is by its owner’s wish meanwhile', async () => {
    const hash = randomUUID();
    const [shown, unlike, wished] = [
      await asset(maker, hash),
      await asset(maker, hash, false),
      await asset(maker, hash),
    ];
    const game = await published(maker, randomUUID(), [hash]);
    await move(game.gameId, true);
    const later = await asset(maker, hash, false);
    await database.store.assets.update(wished, { is_public: false });
    expect(await publicAssets(shown, unlike, wished, later)).toEqual([false, false, false, false]);
    await move(game.gameId, false);
    expect(await publicAssets(shown, unlike, wished, later)).toEqual([true, false, false, false]);
  });

  it('put back leaves hidden what another one covers, until that is put back, too', async () => {
    const hash = randomUUID();
    const id = await asset(maker, hash);
    const [first, second] = [
      await published(maker, randomUUID(), [hash]),
      await published(maker, randomUUID(), [hash]),
    ];
    await move(first.gameId, true);
    await move(second.gameId, true);
    expect(await publicAssets(id)).toEqual([false]);
    await move(first.gameId, false);
    await move(first.gameId, true);
    await move(second.gameId, false);
    expect(await publicAssets(id)).toEqual([false]);
    await move(first.gameId, false);
    expect(await publicAssets(id)).toEqual([true]);
  });

  it("of an earlier release's game gets its content from house-keeping", async () => {
    const { store } = database;
    const files = { 'index.html': `<body>${randomUUID()}</body>` };
    const make = async () => {
      const { id } = await store.projects.create(maker.id, '題');
      return {
        projectId: id,
        revision: await publishVersion({ store }, dataDir, maker, id, files),
      };
    };
    const [old, copy] = [await make(), await make()];
    const gameId = gameIdFor(old.projectId);
    await insertGame({ gameId, userId: maker.id, ...old });
    const hash = 'd'.repeat(64);
    await copiesIn(dataDir).write(gameId, old.revision, [
      { path: `_assets/${hash}.png`, bytes: Buffer.from('x') },
    ]);
    const id = await asset(maker, hash);
    await move(gameId, true);
    expect(await publicAssets(id)).toEqual([true]);
    const deps = { store, copies: copiesIn(dataDir), versions: versionsIn(dataDir, store) };
    await noteEarlierContents(deps);
    expect(await publicAssets(id)).toEqual([false]);
    expect(await store.takedowns.withoutContent(10)).toEqual([]);
    await insertGame({ gameId: gameIdFor(copy.projectId), userId: maker.id, ...copy });
    await noteEarlierContents(deps);
    const hashes = await contentsOf(gameId, gameIdFor(copy.projectId));
    expect(hashes.length).toBe(2);
    expect(new Set(hashes).size).toBe(1);
  });

  it('made before this release keeps what it held, and outlives project and owner', async () => {
    const server = await startServer();
    try {
      const url = await server.createDatabase();
      const before = readdirSync(MIGRATIONS_DIR).filter((name) => name < '0012');
      const records =
        'create schema dreamcore; create table dreamcore.migrations (name text primary key, ' +
        'hash text not null, applied_at timestamptz not null default now())';
      await runSql(url, records);
      for (const name of before) {
        const sql = await readFile(path.join(MIGRATIONS_DIR, name), 'utf8');
        const hash = createHash('sha256').update(sql).digest('hex');
        await runSql(url, sql);
        await runSql(url, 'insert into dreamcore.migrations values ($1, $2)', [name, hash]);
      }
      const [user, project, game] = [randomUUID(), randomUUID(), randomUUID()];
      await runSql(url, `insert into auth.users (id, email) values ($1, 'Maker@example.test')`, [
        user,
      ]);
      await runSql(url, `insert into public.projects (id, user_id, name) values ($1, $2, '題')`, [
        project,
        user,
      ]);
      await runSql(
        url,
        `insert into public.takedowns (game_id, project_id, reason, created_at)
         values ($1, $2, 'stolen', '2026-01-02T03:04:05Z')`,
        [game, project],
      );
      await migrate(url, log);
      await runSql(url, 'delete from auth.users where id = $1', [user]);
      expect(await runSql(url, 'select * from public.takedowns')).toMatchObject([
        {
          game_id: game,
          project_id: project,
          reason: 'stolen',
          created_at: new Date('2026-01-02T03:04:05Z'),
          user_id: user,
          title: '題',
          owner_digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        },
      ]);
    } finally {
      await server.stop();
    }
  });

  it('made before hidden assets were noted shows at put-back all that it covers', async () => {
    const hash = randomUUID();
    const id = await asset(maker, hash);
    const game = await published(maker, randomUUID(), [hash]);
    await move(game.gameId, true);
    await database.sql('alter table public.takedowns drop column hidden_assets');
    await database.sql(await readFile(path.join(MIGRATIONS_DIR, '0034_hidden_assets.sql'), 'utf8'));
    await move(game.gameId, false);
    expect(await publicAssets(id)).toEqual([true]);
  });
});

const contentsOf = async (...gameIds: string[]): Promise<string[]> =>
  (
    await database.sql<{ content_hash: string }>(
      'select content_hash from public.game_contents where game_id = any ($1)',
      [gameIds],
    )
  ).map(({ content_hash }) => content_hash);

describe('rows that an owner may delete through PostgREST', () => {
  const deleted = async (table: string, id: string): Promise<string | undefined> => {
    const { SUPABASE_URL, SUPABASE_ANON_KEY } = database.config;
    const answer = await fetch(`${SUPABASE_URL}/rest/v1/${table}?id=eq.${id}`, {
      method: 'DELETE',
      headers: { apikey: SUPABASE_ANON_KEY, authorization: `Bearer ${maker.accessToken}` },
    });
    return answer.ok ? undefined : ((await answer.json()) as { code: string }).code;
  };

  it('are projects without work and games that are not published, no others', async () => {
    const { store } = database;
    const empty = await store.projects.create(maker.id, '空');
    const game = await published(maker, randomUUID());
    const made = await store.projects.create(maker.id, '版');
    await publishVersion({ store }, dataDir, maker, made.id, { 'index.html': 'x' });
    const acting = await store.projects.create(maker.id, '作業中');
    const action = { id: randomUUID(), userId: maker.id, projectId: acting.id };
    await store.actions.open({ ...action, kind: 'renderVideo' });
    const codes = [
      await deleted('projects', empty.id),
      await deleted('projects', game.projectId),
      await deleted('projects', made.id),
      await deleted('projects', acting.id),
      await deleted('games', game.gameId),
    ];
    expect(codes).toEqual([undefined, '42501', '42501', '42501', '42501']);
    expect(await store.projects.get(empty.id)).toBeNull();
    expect(await isShown(game.gameId)).toBe(true);
    await move(game.gameId, true);
    await store.publishedGames.remove(game.projectId);
    expect(await deleted('projects', game.projectId)).toBe('42501');
    await move(game.gameId, false);
    expect(await deleted('projects', game.projectId)).toBeUndefined();
  });

  it("a game names one's own project, a project no origin", async () => {
    const { SUPABASE_URL, SUPABASE_ANON_KEY } = database.config;
    const foreign = await database.store.projects.create(other.id, '他人');
    const insert = async (table: string, row: object) => {
      const answer = await fetch(`${SUPABASE_URL}/rest/v1/${table}`, {
        method: 'POST',
        headers: {
          apikey: SUPABASE_ANON_KEY,
          authorization: `Bearer ${maker.accessToken}`,
          'content-type': 'application/json',
          prefer: 'return=representation',
        },
        body: JSON.stringify({ user_id: maker.id, ...row }),
      });
      return (await answer.json()) as { code?: string } & { remixed_from?: string | null }[];
    };
    const game = { title: '題', game_url: '/g', project_id: foreign.id };
    expect((await insert('games', game)).code).toBe('42501');
    const [row] = await insert('projects', { name: '題', remixed_from: foreign.id });
    expect(row?.remixed_from).toBeNull();
  });
});
