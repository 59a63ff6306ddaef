import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askedFor, assetsOfGame } from '../../../src/activities/runner-input/game-assets.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { newAsset as storedAsset } from '../../support/own-assets.js';
import type { TestUser } from '../../support/users.js';
import { publishVersion, versionsIn, type GameFiles } from '../../support/versions.js';

/**
 * Which assets a game may load while it is shown to nobody but us: a video is made of it, or an
 * image taken.
 */
let database: TestDatabase;
let dataDir = '';
let [maker, other]: TestUser[] = [];
beforeAll(async () => {
  database = await startDatabase();
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-game-assets-'));
  [maker, other] = [await database.createUser('maker'), await database.createUser('other')];
});
afterAll(async () => {
  await database?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** What a version of the maker's project may load. */
async function assetsNamedBy(projectId: string, files: GameFiles) {
  const revision = await publishVersion(database, dataDir, maker!, projectId, files);
  const access = {
    store: database.store,
    versions: versionsIn(dataDir, database.store),
  };
  return assetsOfGame(access, { userId: maker!.id, projectId, revision });
}

async function newAsset(
  owner: TestUser,
  stem: string,
  given: { isPublic?: boolean; projectId?: string; set?: string } = {},
): Promise<{ id: string; address: string; key: string }> {
  const asset = await storedAsset(
    database,
    dataDir,
    { userId: owner.id, projectId: given.projectId ?? null },
    {
      bytes: Buffer.from(`${owner.id} ${stem}`),
      extension: '.png',
      stem,
      isPublic: given.isPublic ?? false,
    },
  );
  if (given.set !== undefined)
    await database.sql(`update public.assets set ${given.set} where id = $1`, [asset.id]);
  const address = `/user-assets/${owner.id}/${asset.alias}`;
  return { id: asset.id, address, key: asset.storage_path };
}

it(
  "are its maker's own, by address, by name or by project, and what is everybody's; never " +
    "what is somebody else's, deleted, out of date or elsewhere",
  async () => {
    const project = await database.store.projects.create(maker!.id, '箱');
    const [named, called, byId] = [
      await newAsset(maker!, 'hero'),
      await newAsset(maker!, 'enemy'),
      await newAsset(maker!, 'third'),
    ];
    const linked = await newAsset(maker!, 'boss_1', { projectId: project.id });
    const [shared, secret] = [
      await newAsset(other!, 'shared', { isPublic: true }),
      await newAsset(other!, 'secret'),
    ];
    const gone = await Promise.all([
      newAsset(maker!, 'deleted', { set: 'is_deleted = true' }),
      newAsset(maker!, 'late', { set: `available_until = now() - interval '1 minute'` }),
      newAsset(maker!, 'early', { set: `available_from = now() + interval '1 hour'` }),
      newAsset(maker!, 'elsewhere', { set: `storage_path = '${secret.key}'` }),
      newAsset(maker!, 'system', { set: `storage_path = '/etc/passwd'` }),
    ]);
    await newAsset(maker!, 'unrelated');
    const page = [named, shared, secret, ...gone]
      .map(({ address }) => `<img src="${address}?v=1">`)
      .join('');
    const files = {
      'index.html': `<html>${page}<img src="/user-assets/${randomUUID()}/%00.png"></html>`,
      'assets/js/main.js':
        `const base = '/user-assets/${maker!.id}/'; a.src = base + 'enemy.png'; b.src = ` +
        `"/api/assets/${byId.id}";`,
      'specs/game.md': 'unrelated.png',
    };
    const found = await assetsNamedBy(project.id, files);
    expect(new Map(found.map(({ address, key }) => [address, key]))).toEqual(
      new Map(
        [named, called, linked, shared, { address: `/api/assets/${byId.id}`, key: byId.key }].map(
          ({ address, key }) => [address, key],
        ),
      ),
    );
    expect(found.map((each) => askedFor(each).mimeType)).toEqual(Array(5).fill('image/png'));
  },
);

it('have a type that a page may load, whatever their owner has written into the row', async () => {
  const project = await database.store.projects.create(maker!.id, '型');
  await newAsset(maker!, 'page', { projectId: project.id, set: `mime_type = 'text/html'` });
  const found = await assetsNamedBy(project.id, { 'index.html': '<html></html>' });
  expect(found.map(askedFor)).toEqual([
    { address: `/user-assets/${maker!.id}/page.png`, mimeType: 'application/octet-stream' },
  ]);
});
