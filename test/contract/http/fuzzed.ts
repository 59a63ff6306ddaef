import { randomUUID } from 'node:crypto';
import { gameIdFor } from '../../../src/contracts/ids.js';
import { publishedFolders } from '../../../src/store/published-folder.js';
import { uploaded } from './multipart.js';
import { openWorld, PIXEL, type World } from './world.js';

/** A world in which every kind of thing exists, and the names of these things by the parts of addresses. */
export interface Fuzzed { readonly world: World; readonly ids: Readonly<Record<string, readonly string[]>> }

export async function openFuzzed(): Promise<Fuzzed> {
  const unlimited = '100000000';
  const world = await openWorld({ RATE_LIMIT_READS_PER_MIN: unlimited, RATE_LIMIT_WRITES_PER_MIN: unlimited, RATE_LIMIT_AI_PER_MIN: unlimited });
  const { alice, gameId: projectId, jobId, emptyId } = world;
  const asset = await uploaded(world, alice, { bytes: PIXEL, name: 'hero.png' }, { projectId });
  const { gameId, revision, actionId } = await publishWithoutWorkflow(world);
  return {
    world,
    ids: {
      projectId: [projectId, emptyId], jobId: [jobId], userId: [alice.id], id: [asset.id, gameId], alias: [asset.alias], gameId: [gameId], revision: [revision], actionId: [actionId],
      path: ['index.html', 'style.css', 'photo.PNG', 'assets/jump.mp3', 'sub'], library: ['three@0.187.0'], file: ['three.module.js'],
    },
  };
}

/** Row and folder of a published game, as the workflow leaves them. */
async function publishWithoutWorkflow({ database: { store }, alice, gameId: projectId, env }: World): Promise<{ gameId: string; revision: string; actionId: string }> {
  const [gameId, revision, actionId] = [gameIdFor(projectId), 'a'.repeat(40), randomUUID()];
  await store.actions.open({ id: actionId, userId: alice.id, projectId, kind: 'publishGame' });
  await publishedFolders(env['DATA_DIR'] ?? '').write(gameId, revision, [{ path: 'index.html', bytes: Buffer.from('<html></html>') }]);
  const listing = { title: '星よけ', description: '', howToPlay: '', tags: [], visibility: 'public' as const, remix: 'allowed' as const, thumbnailUrl: null };
  await store.publishedGames.publish({ actionId, userId: alice.id, projectId, gameId, revision, listing }, 'h'.repeat(64));
  return { gameId, revision, actionId };
}
