import { createHash, randomUUID } from 'node:crypto';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { assetKey } from '../../../src/objects/assets.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { copiesIn } from '../../support/objects.js';
import { uploaded, type UploadedAsset } from './multipart.js';
import { startTestApi, PIXEL, type TestApi } from './test-api.js';

/** So many, because some are deleted, hidden and dated while others are looked for. */
const ASSETS = 12;

/** An API with which every kind of thing exists, and the names of these things. */
export interface Fuzzed {
  readonly api: TestApi;
  /** By the parts of addresses. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  /** The same where a part means something else, by the beginning of the address. */
  readonly idsBelow: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export async function openFuzzed(): Promise<Fuzzed> {
  const unlimited = '100000000';
  const api = await startTestApi({
    RATE_LIMIT_READS_PER_MIN: unlimited,
    RATE_LIMIT_WRITES_PER_MIN: unlimited,
    RATE_LIMIT_AI_PER_MIN: unlimited,
  });
  const { alice, gameId: projectId, jobId, emptyId } = api;
  const assets: UploadedAsset[] = [];
  for (let at = 0; at < ASSETS; at += 1)
    assets.push(
      await uploaded(
        api,
        alice,
        { bytes: Buffer.concat([PIXEL, Buffer.from([at])]), name: `hero-${at}.png` },
        { projectId },
      ),
    );
  const { gameId, revision, actionId } = await publishWithoutWorkflow(api);
  return {
    api,
    ids: {
      projectId: [projectId, emptyId],
      jobId: [jobId],
      userId: [alice.id],
      alias: assets.map(({ alias }) => alias),
      category: ['effects'],
      gameId: [gameId],
      revision: [revision],
      actionId: [actionId],
      grant: [await grantOf(api)],
      path: ['index.html', 'style.css', 'photo.PNG', 'assets/jump.mp3', 'sub'],
      library: ['three@0.187.0'],
      file: ['three.module.js'],
    },
    idsBelow: {
      '/api/assets/': { id: assets.map(({ id }) => id) },
      '/api/games/': { id: [gameId, projectId] },
      '/api/notifications/': { id: await notificationsOf(api) },
      '/global-assets/': { alias: [await globalAsset(api)] },
    },
  };
}

/** An asset of everybody in `effects`; answers its alias. */
async function globalAsset({ database, env }: TestApi): Promise<string> {
  const hash = createHash('sha256').update(PIXEL).digest('hex');
  const key = assetKey({ ownerId: null, id: randomUUID(), hash, extension: '.png' });
  await createFileObjectStore(env['DATA_DIR'] ?? '').put(key, PIXEL);
  await database.sql(
    'insert into assets (is_global, filename, alias, hash, storage_path, category) values ' +
      "(true, 'boom.png', 'boom.png', 'x', $1, 'effects')",
    [key],
  );
  return 'boom.png';
}

/** Row and folder of a published game, as the workflow leaves them. */
async function publishWithoutWorkflow({
  database: { store },
  alice,
  gameId: projectId,
  env,
}: TestApi): Promise<{ gameId: string; revision: string; actionId: string }> {
  const [gameId, revision, actionId] = [gameIdFor(projectId), 'a'.repeat(40), randomUUID()];
  await store.actions.open({ id: actionId, userId: alice.id, projectId, kind: 'publishGame' });
  await copiesIn(env['DATA_DIR'] ?? '').write(gameId, revision, [
    { path: 'index.html', bytes: Buffer.from('<html></html>') },
  ]);
  const listing = {
    title: '星よけ',
    description: '',
    howToPlay: '',
    tags: [],
    visibility: 'public' as const,
    remix: 'allowed' as const,
    thumbnailUrl: null,
  };
  await store.publishedGames.publish(
    { actionId, userId: alice.id, projectId, gameId, revision, listing },
    'h'.repeat(64),
  );
  return { gameId, revision, actionId };
}

/** What stands behind `~` in the address under which a game of Alice's runs. */
async function grantOf(api: TestApi): Promise<string> {
  const { alice, gameId } = api;
  const { headers } = await api.ask(
    `/game/${alice.id}/${gameId}/index.html?access_token=${alice.accessToken}`,
  );
  const [, grant] = /\/~([^/]+)\//.exec(headers['location'] ?? '') ?? [];
  if (grant === undefined) throw new Error('no signed address was given');
  return grant;
}

async function notificationsOf(api: TestApi): Promise<string[]> {
  const answer = await api.ask('/api/notifications', { as: api.alice });
  return (answer.json() as { notifications: { id: string }[] }).notifications.map(({ id }) => id);
}
