import { beforeAll, beforeEach, expect, it } from 'vitest';
import { ownerPlayHandlers } from '../../../src/api/routes/owner-plays.js';
import type { TapeInput } from '../../../src/contracts/game/tape.js';
import { MAX_OWNER_PLAY_BYTES, TAPE_LIMITS } from '../../../src/contracts/game/tape-bounds.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createTapes, type Tapes } from '../../../src/objects/tapes.js';
import { createStore, type Store } from '../../../src/store/index.js';
import { gameTreeOf } from '../../../src/versions/format/manifest.js';
import { log } from '../../support/database.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { publishVersion, versionsIn } from '../../support/versions.js';

/** What an owner has done in a version, as it is kept for the next change of it (P4). */
const stack = sharedStack();
let store: Store;
let tapes: Tapes;
let owner: TestUser;
let projectId: string;
let revision: string;
let gameTree: string;
beforeAll(async () => {
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
  tapes = createTapes(createFileObjectStore(stack.dataDir));
  owner = await createUser(stack.env, 'player');
});
beforeEach(async () => {
  projectId = (await store.projects.create(owner.id, '遊ぶ')).id;
  const files = { 'index.html': '<html></html>', '.ai-context/1.json': '{}' };
  revision = await publishVersion({ store }, stack.dataDir, owner, projectId, files);
  const kept = versionsIn(stack.dataDir, store);
  gameTree = gameTreeOf(await kept.listFiles({ projectId, revision }));
});

const post = async (body: object): Promise<number> => {
  const answer = await fetch(`${stack.baseUrl}/api/projects/${projectId}/plays`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${owner.accessToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  return answer.status;
};
const tapAt = (atMs: number): TapeInput[] => [
  { type: 'down', atMs, finger: 0, x: 1, y: 2, on: '#start' },
  { type: 'up', atMs: atMs + 66, finger: 0 },
];
const kept = () => tapes.readOwnerPlays({ userId: owner.id, projectId }, gameTree);

it('P4: the newest plays of a version are kept, by its files, as they were sent', async () => {
  for (let play = 0; play <= TAPE_LIMITS.tapes; play += 1) {
    const sent = { revision: play === 0 ? revision : revision.slice(0, 7), inputs: tapAt(play) };
    expect(await post(sent)).toBe(200);
  }
  const plays = await kept();
  expect(plays).toHaveLength(TAPE_LIMITS.tapes);
  expect(plays).toContainEqual(tapAt(TAPE_LIMITS.tapes));
});

it('P4: a play beyond its bounds is refused whole', async () => {
  const many = Array.from({ length: TAPE_LIMITS.inputs + 1 }, () => tapAt(1)[1]);
  const long = tapAt(1).map((input) => ({ ...input, on: '猫'.repeat(61) }));
  expect(await post({ revision, inputs: many })).toBe(413);
  expect(await post({ revision, inputs: long })).toBe(400);
  expect(await post({ revision, inputs: tapAt(66_000) })).toBe(400);
  const padded = { revision, inputs: tapAt(1), more: ' '.repeat(MAX_OWNER_PLAY_BYTES) };
  expect(await post(padded)).toBe(413);
  expect(await kept()).toEqual([]);
});

it('P3: the same play of a version renews its search once', async () => {
  const renewed: string[] = [];
  const { addOwnerPlay } = ownerPlayHandlers({
    config: { PLAY_GAMES: true, PLAY_SEARCH_LIVES: 1 },
    ...{ store, tapes, versions: versionsIn(stack.dataDir, store) },
    renewSearch: async (of) => void renewed.push(of.projectId),
  });
  const play = (atMs: number) =>
    addOwnerPlay({
      user: { id: owner.id },
      project: { id: projectId },
      body: { revision, inputs: tapAt(atMs), errors: [] },
    } as unknown as Parameters<typeof addOwnerPlay>[0]);
  await play(1);
  await play(1);
  expect(renewed).toEqual([projectId]);
  await play(2);
  expect(renewed).toEqual([projectId, projectId]);
});

it('P6: the first errors on a phone are kept, the last of a project, by their files', async () => {
  const place = { userId: owner.id, projectId };
  const errors = ['TypeError: x is not a function (index.html:7)'];
  expect(await post({ revision, inputs: [], errors: ['old'] })).toBe(200);
  expect(await post({ revision, inputs: [], errors })).toBe(200);
  expect(await tapes.readErrors(place, gameTree)).toEqual(errors);
  expect(await tapes.readErrors(place, 'f'.repeat(64))).toEqual([]);
  expect(await kept()).toEqual([]);
  for (const refused of [[], ['猫'.repeat(301)], Array.from({ length: 6 }, () => 'x')])
    expect(await post({ revision, inputs: [], errors: refused })).toBe(400);
  await tapes.removeProject(place);
  expect(await tapes.readErrors(place, gameTree)).toEqual([]);
});
