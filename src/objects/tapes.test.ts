import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from '../contracts/base/hashes.js';
import type { TapeInput, TapeSet } from '../contracts/game/tape.js';
import { createFileObjectStore } from './file-object-store.js';
import type { ObjectStore } from './object-store.js';
import { createTapes, type Tapes } from './tapes.js';
import { fileFolder } from '../../test/support/own-folder.js';

/** What is kept of a version's plays for the next change (P4). */
const dataDir = fileFolder();
let objects: ObjectStore;
let tapes: Tapes;
let project: { userId: string; projectId: string };
beforeAll(async () => {
  objects = createFileObjectStore(dataDir);
  tapes = createTapes(objects);
});
beforeEach(() => {
  project = { userId: randomUUID(), projectId: randomUUID() };
});

const TREE = 'a'.repeat(64);
const facts = (name: string): TapeSet['tapes'][number]['facts'] => ({
  ...{ moments: 2, series: { [name]: [[0, 1]] }, names: [1, 2], phases: [], words: [] },
  ...{ isOver: false, isWon: false, score: null, stopped: null },
});
const setOf = (name = 'state.x', gameTree = TREE): TapeSet => ({
  gameTree,
  player: 9,
  tapes: [{ seed: 1, inputs: [], forMs: 200, facts: facts(name), from: 'search' }],
  answers: { 'swipe left': true },
});
const play = (atMs: number): TapeInput[] => [{ type: 'keyDown', atMs, key: 'a' }];
const put = (bytes: Buffer) =>
  objects.put(`tapes/${project.userId}/${project.projectId}/${TREE}.json.gz`, bytes);

describe('tapes of a version (P4)', () => {
  it('are read once the version is published, and replaced after a longer search', async () => {
    await tapes.write(project, setOf());
    expect(await tapes.read(project, TREE)).toBeNull();
    await tapes.keep(project, TREE);
    expect(await tapes.read(project, TREE)).toEqual(setOf());
    expect(await tapes.read({ ...project, projectId: randomUUID() }, TREE)).toBeNull();
    await tapes.replace(project, setOf('state.y'));
    expect(await tapes.read(project, TREE)).toEqual(setOf('state.y'));
    await tapes.removeProject(project);
    expect(await tapes.read(project, TREE)).toBeNull();
  });

  it.each<[string, () => Buffer]>([
    ['cut', () => gzipSync(JSON.stringify(setOf())).subarray(0, 60)],
    ['no tapes', () => gzipSync('{"tapes": 1}')],
    ['those of other files', () => gzipSync(JSON.stringify(setOf('x', 'b'.repeat(64))))],
    ['larger than a worker reads', () => gzipSync(Buffer.alloc(17 * 1024 * 1024, ' '))],
  ])('that are %s are as none', async (_, bytes) => {
    await put(bytes());
    expect(await tapes.read(project, TREE)).toBeNull();
  });

  it('that are too large lose the last of them', async () => {
    const [small] = setOf().tapes;
    const noise = Array.from({ length: 140_000 }, () => randomUUID().slice(0, 30));
    const long = { ...small!, facts: { ...facts('x'), words: noise } };
    await tapes.replace(project, { ...setOf(), tapes: [small!, long] });
    expect((await tapes.read(project, TREE))?.tapes).toEqual([small]);
  });

  it('have no other name than the hash of their files', async () => {
    for (const name of ['', '../x', 'A'.repeat(64)])
      await expect(tapes.read(project, name)).rejects.toMatchObject({ kind: 'PATH_ESCAPE' });
  });

  it('begin with what their owner has done: the newest plays, and nothing else', async () => {
    const play = (atMs: number): TapeInput[] => [{ type: 'keyDown', atMs, key: 'a' }];
    for (let at = 0; at < 7; at += 1)
      expect(await tapes.addOwnerPlay(project, TREE, play(at))).toBe(true);
    expect(await tapes.addOwnerPlay(project, TREE, play(6))).toBe(false);
    const read = await tapes.readOwnerPlays(project, TREE);
    expect(read.length).toBe(5);
    expect(read).toContainEqual(play(6));
    expect(await tapes.readOwnerPlays(project, 'b'.repeat(64))).toEqual([]);
    const folder = `tapes/${project.userId}/${project.projectId}/${TREE}/`;
    await objects.put(`${folder}${'c'.repeat(64)}.json`, Buffer.from('[{"type":"eval"}]'));
    expect((await tapes.readOwnerPlays(project, TREE)).length).toBe(4);
  });

  it('have no more than twenty plays of its owner in a project, whatever was played', async () => {
    await tapes.replace(project, setOf());
    await tapes.addOwnerPlay(project, TREE, play(0));
    // Files written within one tick of the kernel have the same time, and so no order.
    const writtenMs = Date.now();
    await expect.poll(() => Date.now()).toBeGreaterThan(writtenMs + 20);
    for (let other = 0; other < 20; other += 1)
      await tapes.addOwnerPlay(project, sha256Of(String(other)), play(other));
    expect(await tapes.readOwnerPlays(project, TREE)).toEqual([]);
    expect(await tapes.readOwnerPlays(project, sha256Of('0'))).toEqual([play(0)]);
    expect(await tapes.read(project, TREE)).toEqual(setOf());
  });
});
