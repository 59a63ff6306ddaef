import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { listAll, readAll, type ObjectStore } from '../../../src/objects/object-store.js';
import {
  amendCandidate,
  changeVersion,
  copyVersion,
  restoreVersion,
} from '../../../src/versions/kept/again.js';
import {
  readAiContext,
  readDifference,
  readVersionEdits,
} from '../../../src/versions/kept/details.js';
import {
  createVersions,
  type KeptVersion,
  type VersionRef,
  type Versions,
} from '../../../src/versions/kept/versions.js';
import { encodeVersion } from '../../../src/versions/format/encode.js';
import { openParcel } from '../../../src/versions/format/parcel.js';
import { makeVersion, PlacesInMemory, type GameFiles } from '../../support/versions.js';

/** Versions of a project as objects, over the store that the product has without others. */
const UNKNOWN = 'f'.repeat(40);

let dataDir: string;
let objects: ObjectStore;
let rows: PlacesInMemory;
let lost: VersionRef[];
let versions: Versions;
let projectId: string;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-versions-'));
  objects = createFileObjectStore(dataDir);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));
beforeEach(() => {
  [projectId, rows, lost] = [randomUUID(), new PlacesInMemory(), []];
  versions = opened();
});

/** As another process has them, which remembers nothing. */
function opened(): Versions {
  return createVersions(objects, rows, (version) => lost.push(version));
}

/** Makes a version of these files alone; it counts as published. */
async function publish(files: GameFiles, parent: string | null = null): Promise<KeptVersion> {
  const made = await makeVersion(versions, newWork(), files, { parent });
  rows.publish(projectId, made.revision, made.place);
  return made;
}

const newWork = () => ({ projectId, workId: randomUUID() });
const of = (revision: string): VersionRef => ({ projectId, revision });
const keys = async (prefix = 'p/') => {
  const found: string[] = [];
  for await (const { key } of listAll(objects, prefix)) found.push(key);
  return found;
};

describe('reading', () => {
  it('files by revision, byte for byte; what is not there is null', async () => {
    const bytes = Buffer.from('\uFEFFa\r\nb\0c');
    const first = await publish({ 'index.html': bytes, 'js/game.js': 'let x' });
    const second = await publish({ 'index.html': 'new' }, first.revision);
    for (const reader of [versions, opened()]) {
      expect(await reader.readFile(of(first.revision), 'index.html')).toEqual(bytes);
      expect(String(await reader.readFile(of(second.revision), 'index.html'))).toBe('new');
      for (const file of ['missing.html', '../index.html', '', 'js', '/etc/passwd'])
        expect(await reader.readFile(of(first.revision), file)).toBeNull();
      const listed = await reader.listFiles(of(first.revision));
      expect(listed.map((file) => [file.path, file.size])).toEqual([
        ['index.html', bytes.length],
        ['js/game.js', 5],
      ]);
    }
  });

  it('E7: reads the page of a game in one request of the store', async () => {
    let requests = 0;
    const counted: ObjectStore = {
      ...objects,
      range: (...args) => {
        requests += 1;
        return objects.range(...args);
      },
    };
    let head = await publish({ 'index.html': 'a'.repeat(9_000), 'b.js': 'b'.repeat(200_000) });
    for (let version = 0; version < 20; version += 1)
      head = await publish({ 'index.html': `${version}` }, head.revision);
    const cold = createVersions(counted, rows);
    expect(String(await cold.readFile(of(head.revision), 'index.html'))).toBe('19');
    expect(requests).toBe(1);
    await cold.readFile(of(head.revision), 'index.html');
    expect(requests).toBe(1);
  });

  it('what no row names and no work has made is missing, never an older one', async () => {
    await publish({ 'index.html': '1' });
    const ref = { ...newWork(), revision: UNKNOWN };
    for (const read of [
      () => versions.readFile(of(UNKNOWN), 'index.html'),
      () => versions.listFiles(ref),
      () => versions.parcel(ref),
      () => readAiContext(versions, ref),
      () => readVersionEdits(versions, ref),
      () => readDifference(versions, ref, ref),
      () => restoreVersion(versions, newWork(), { from: UNKNOWN, parent: null, subject: '' }),
    ])
      await expect(read()).rejects.toMatchObject({ kind: 'RevisionMissing' });
    expect(lost).toEqual([]);
  });

  it('E7: a row without an object is not moved yet: missing for now, and no loss', async () => {
    rows.publish(projectId, UNKNOWN, null);
    const read = versions.readFile(of(UNKNOWN), 'index.html');
    await expect(read).rejects.toMatchObject({ kind: 'RevisionMissing' });
    expect(lost).toEqual([]);
  });

  it('E7: an object that is gone, or of another version, is a loss and an alert', async () => {
    const first = await publish({ 'index.html': '1' });
    const second = await publish({ 'index.html': '2' }, first.revision);
    await objects.delete(`p/${projectId}/${first.place.workId}/${first.place.sha}`);
    rows.publish(projectId, UNKNOWN, second.place);
    for (const revision of [first.revision, UNKNOWN])
      await expect(opened().readFile(of(revision), 'index.html')).rejects.toMatchObject({
        kind: 'RevisionLost',
      });
    expect(lost).toEqual([of(first.revision), of(UNKNOWN)]);
    expect(String(await opened().readFile(of(second.revision), 'index.html'))).toBe('2');
  });

  it('E7: damage is a loss, and so is an older object that a version has bytes of', async () => {
    const old = { 'old.js': 'let old' };
    const first = await publish({ 'index.html': '1', ...old });
    const second = await publish({ 'index.html': '2', ...old }, first.revision);
    const key = `p/${projectId}/${first.place.workId}/${first.place.sha}`;
    const whole = (await readAll(objects, key))!;
    const damage = [whole.subarray(0, 4), Buffer.alloc(whole.length), whole.subarray(1)];
    for (const bytes of damage) {
      await objects.put(key, bytes);
      const reads = [
        opened().listFiles(of(first.revision)),
        opened().readFile(of(second.revision), 'old.js'),
      ];
      for (const read of reads) await expect(read).rejects.toMatchObject({ kind: 'RevisionLost' });
      expect(String(await opened().readFile(of(second.revision), 'index.html'))).toBe('2');
    }
    await objects.delete(key);
    await expect(opened().parcel(of(second.revision))).rejects.toThrow('is gone');
    const told = damage.flatMap(() => [of(first.revision), of(second.revision)]);
    expect(lost).toEqual([...told, of(second.revision)]);
  });

  it('nothing but ids becomes a key', async () => {
    for (const odd of ['..', '../..', `${projectId}/..`, '', 'x', `${projectId}\0`]) {
      const work = { projectId: odd, workId: randomUUID() };
      const made = makeVersion(versions, work, { 'index.html': '' });
      await expect(made).rejects.toMatchObject({ kind: 'PATH_ESCAPE' });
    }
  });
});

describe('candidates', () => {
  it('C4: are found by the work that made them, and by nothing else', async () => {
    const work = newWork();
    const first = await makeVersion(versions, work, { 'index.html': '1' });
    const read = (ref: VersionRef) => opened().readFile(ref, 'index.html').then(String);
    expect(await read({ ...work, revision: first.revision })).toBe('1');
    await expect(read(of(first.revision))).rejects.toMatchObject({ kind: 'RevisionMissing' });
    const second = await makeVersion(versions, work, { 'index.html': '2' });
    const found = (await opened().candidates(work)).map(({ revision }) => revision);
    expect(found.sort()).toEqual([first.revision, second.revision].sort());
    expect(await opened().candidates(newWork())).toEqual([]);
  });

  it('C4, E4: a damaged one is passed over, and the others are there', async () => {
    const work = newWork();
    const [bad, good] = [
      await makeVersion(versions, work, { 'index.html': '1' }),
      await makeVersion(versions, work, { 'index.html': '2' }),
    ];
    const below = `p/${projectId}/${work.workId}`;
    await objects.put(`${below}/${bad.place.sha}`, Buffer.alloc(bad.place.sizeBytes));
    await objects.put(`${below}/failed-1`, Buffer.alloc(100));
    const found = await opened().candidates(work);
    expect(found.map(({ revision }) => revision)).toEqual([good.revision]);
    expect(await opened().failed(work)).toEqual([]);
    const read = opened().readFile({ ...work, revision: good.revision }, 'index.html');
    expect(String(await read)).toBe('2');
  });

  it('E3: one that a run hands in is taken only upon the parent that was promised', async () => {
    const parent = await publish({ 'index.html': '1', 'same.js': 'same' });
    const known = await versions.filesToKeep(of(parent.revision));
    const { bytes, manifest } = await encodeVersion(
      {
        parent: parent.revision,
        message: { subject: '題' },
        madeAt: new Date(),
        kept: [],
        files: [
          { path: 'index.html', bytes: Buffer.from('2') },
          { path: 'same.js', bytes: Buffer.from('same') },
        ],
      },
      known,
    );
    const work = newWork();
    await expect(versions.keep(work, bytes, null)).rejects.toMatchObject({
      kind: 'CandidateRefused',
    });
    const broken = Buffer.from(bytes);
    broken.writeUInt8(broken.readUInt8(0) ^ 1, 0);
    const taken = versions.keep(work, broken, parent.revision);
    await expect(taken).rejects.toMatchObject({ kind: 'CandidateRefused' });
    expect(await keys(`p/${projectId}/${work.workId}/`)).toEqual([]);
    const kept = await versions.keep(work, bytes, parent.revision);
    expect(kept.revision).toBe(manifest.revision);
    expect(String(await versions.readFile({ ...work, ...kept }, 'same.js'))).toBe('same');
  });

  it('E4: what a failed attempt left is no candidate, and is read by its job', async () => {
    const work = newWork();
    const draft = { parent: null, message: { subject: '題' }, madeAt: new Date(), kept: [] };
    for (const [attempt, text] of [
      [1, 'half'],
      [2, 'more'],
    ] as const) {
      const files = [{ path: 'index.html', bytes: Buffer.from(text) }];
      const { bytes } = await encodeVersion({ ...draft, files });
      await versions.keepFailed({ ...work, attempt }, bytes, null);
    }
    expect(await versions.candidates(work)).toEqual([]);
    const failed = await versions.failed(work);
    expect(failed.map(({ attempt }) => attempt)).toEqual([2, 1]);
    const revision = failed[0]?.revision ?? '';
    expect(String(await versions.readFile({ ...work, revision }, 'index.html'))).toBe('more');
    const bytes = await versions.parcel({ ...work, revision });
    const parcel = await openParcel(bytes.length, async (at, length) =>
      bytes.subarray(at, at + length),
    );
    expect(String(await parcel.read('index.html'))).toBe('more');
  });

  it('C4: one that gets more files keeps parent, words, time; a repeat is the same', async () => {
    const work = newWork();
    const madeAt = new Date(1_790_000_000_000);
    const made = await makeVersion(versions, work, { 'index.html': '1' }, { madeAt });
    const files = [{ path: 'sprites/cat.webp', bytes: Buffer.from('webp') }];
    const amended = await amendCandidate(versions, work, made.revision, files);
    expect(amended.commit).toMatchObject({ ...made.commit, tree: amended.commit.tree });
    expect((await amendCandidate(opened(), work, made.revision, files)).revision).toBe(
      amended.revision,
    );
    const ref = { ...work, revision: amended.revision };
    expect((await versions.readAll(ref)).map(({ path: name }) => name)).toEqual([
      'index.html',
      'sprites/cat.webp',
    ]);
  });
});

describe('making a version again', () => {
  it('E5: a restore is the old files upon the head, one however often it is tried', async () => {
    const first = await publish({ 'index.html': 'a\r\n', 'only-then.js': 'x'.repeat(50_000) });
    const second = await publish({ 'index.html': 'b', 'later.js': '2' }, first.revision);
    const work = newWork();
    const next = { from: first.revision, parent: second.revision, subject: '元に戻す' };
    const restored = await restoreVersion(versions, work, next);
    expect(restored.parent).toBe(second.revision);
    expect(restored.revision).not.toBe(first.revision);
    expect(restored.commit.tree).toBe(first.commit.tree);
    expect(restored.place.sizeBytes).toBeLessThan(2_000);
    expect((await restoreVersion(opened(), work, next)).revision).toBe(restored.revision);
    rows.publish(projectId, restored.revision, restored.place);
    const again = await restoreVersion(versions, work, { ...next, parent: restored.revision });
    expect(again.parent).toBe(restored.revision);
  });

  it('E5: a change keeps the other files where they lie', async () => {
    const first = await publish({ 'index.html': '1', 'big.js': 'x'.repeat(50_000) });
    const next = {
      parent: first.revision,
      subject: '題',
      files: [{ path: 'index.html', bytes: Buffer.from('2') }],
    };
    const made = await changeVersion(versions, newWork(), next);
    rows.publish(projectId, made.revision, made.place);
    expect(made.place.sizeBytes).toBeLessThan(2_000);
    expect(String(await versions.readFile(of(made.revision), 'index.html'))).toBe('2');
    expect((await versions.readFile(of(made.revision), 'big.js'))?.length).toBe(50_000);
  });

  it('L1: a copy for another project names nothing of the one that it comes from', async () => {
    const source = await publish({ 'index.html': '1', 'specs/game.md': 'secret' });
    const work = { projectId: randomUUID(), workId: randomUUID() };
    const next = { source: of(source.revision), subject: '題', parent: null };
    const isWanted = (file: string): boolean => file === 'index.html';
    const made = await copyVersion(versions, work, { ...next, isWanted });
    expect(made.manifest.files.map(({ path: name, at }) => [name, at.length])).toEqual([
      ['index.html', 2],
    ]);
    for (const key of await keys(`p/${projectId}/`)) await objects.delete(key);
    const ref = { ...work, revision: made.revision };
    expect(String(await opened().readFile(ref, 'index.html'))).toBe('1');
  });
});

describe('what differs between two versions', () => {
  const lines = (changed: string): string =>
    [...Array.from({ length: 20 }, (_, index) => `line ${index}`), changed, ''].join('\n');
  const differ = (since: KeptVersion, version: KeptVersion) =>
    readDifference(versions, of(since.revision), of(version.revision));

  it('is looked for in fifty files at most, with or without a difference in lines', async () => {
    const filesOf = (text: string) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${n + 100}.js`, `\0${text}`]));
    const first = await publish({ 'index.html': '1', ...filesOf('old') });
    const second = await publish({ 'index.html': '1', ...filesOf('new') }, first.revision);
    const read: string[] = [];
    const reader = {
      ...versions,
      readFile: (version: VersionRef, file: string) => {
        read.push(file);
        return versions.readFile(version, file);
      },
    };
    await readDifference(reader, of(first.revision), of(second.revision));
    expect(new Set(read).size).toBe(50);
  });

  it('is looked for no longer than its time, whatever is left of the files', async () => {
    const filesOf = (name: string) => {
      const text = Array.from({ length: 3_000 }, (_, line) => `${name} ${line}\n`).join('');
      return { 'index.html': `${name}\n`, 'a.js': text, 'b.js': text };
    };
    const first = await publish(filesOf('old'));
    const second = await publish(filesOf('new'), first.revision);
    const differ = (withinMs: number) =>
      readDifference(versions, of(first.revision), of(second.revision), withinMs);
    expect(await differ(0)).toEqual([]);
    const found = await differ(1);
    expect(found.map(({ path: file }) => file)).not.toContain('b.js');
  });

  it('is told of each text file of the game, the page first, in either direction', async () => {
    const first = await publish({ 'index.html': lines('old'), 'a.js': '1\n' });
    const second = await publish({ 'index.html': lines('new'), 'a.js': '1\n' }, first.revision);
    const third = await publish(
      {
        'index.html': lines('newest'),
        'b.js': '2\n',
        'specs/game.md': 'a note',
        '.ai-context/a.json': '{}',
      },
      second.revision,
    );
    const [page, gone, made, ...more] = await differ(first, third);
    expect(page).toEqual({
      path: 'index.html',
      diff: '@@ -18,4 +18,4 @@ line 16\n line 17\n line 18\n line 19\n-old\n+newest\n',
    });
    expect([gone, made]).toEqual([
      { path: 'a.js', diff: '@@ -1 +0,0 @@\n-1\n' },
      { path: 'b.js', diff: '@@ -0,0 +1 @@\n+2\n' },
    ]);
    expect(more).toEqual([]);
    const back = await differ(third, first);
    expect(back[0]).toMatchObject({ diff: expect.stringContaining('-newest\n+old\n') as string });
    expect(await differ(first, first)).toEqual([]);
  });

  it('is bounded: fifty files, and no more text than a page can show', async () => {
    const files = (content: string) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.js`, content]));
    const first = await publish({ 'index.html': '', ...files('a') });
    const second = await publish({ 'index.html': '', ...files('b') }, first.revision);
    expect(await differ(first, second)).toHaveLength(50);
    const large = { 'index.html': 'x'.repeat(300_000), ...files('b') };
    expect(await differ(second, await publish(large, second.revision))).toEqual([]);
  });
});

describe('what a version changed (generation.md §13)', () => {
  const note = (fields: object): string =>
    JSON.stringify({
      timestamp: '2026-01-01T00:00:00Z',
      userPrompt: '速く',
      aiSummary: '速くしました',
      skills: [],
      generator: 'claude',
      ...fields,
    });
  const edit = { path: 'index.html', old_string: 'a', new_string: 'b' };
  const editsOf = ({ revision }: KeptVersion) => readVersionEdits(versions, of(revision));
  const contextOf = ({ revision }: KeptVersion) => readAiContext(versions, of(revision));

  it('the edits of the newest note, with its summary', async () => {
    const made = await publish({
      'index.html': 'b',
      '.ai-context/2026-01-01T00-00-00.json': note({ aiSummary: '古い', edits: [] }),
      '.ai-context/2026-02-01T00-00-00.json': note({ edits: [edit] }),
    });
    expect(await editsOf(made)).toEqual({ edits: [edit], summary: '速くしました' });
    expect(await contextOf(made)).toMatchObject({
      userPrompt: '速く',
      generator: 'claude',
      suggestions: [],
    });
  });

  it('without edits in the note: what happened to index.html, as one diff', async () => {
    const context = { '.ai-context/a.json': note({ edits: [] }) };
    const first = await publish({ 'index.html': 'line one\n', ...context });
    const second = await publish({ 'index.html': 'line two\n', ...context }, first.revision);
    const { edits, summary } = await editsOf(second);
    expect(summary).toBe('速くしました');
    expect(edits).toEqual([{ diff: expect.stringMatching(/-line one\n\+line two\n/) as string }]);
    expect((await editsOf(first)).edits).toEqual([
      { diff: expect.stringContaining('+line one') as string },
    ]);
  });

  it('neither: none', async () => {
    const first = await publish({ 'index.html': 'same', 'a.js': '1' });
    const second = await publish({ 'index.html': 'same', 'a.js': '2' }, first.revision);
    expect(await editsOf(second)).toEqual({ edits: [], summary: '' });
    expect(await contextOf(second)).toBeNull();
  });

  it('a note that cannot be read counts as none; odd fields count as not noted', async () => {
    for (const text of ['{"aiSummary":', '[]', 'null', '\0\xff', '7'])
      expect(
        await contextOf(await publish({ 'index.html': '1', '.ai-context/a.json': text })),
      ).toBeNull();
    const odd = note({ aiSummary: 7, edits: [{ path: 1 }], generator: 'x' });
    expect(
      await contextOf(await publish({ 'index.html': '1', '.ai-context/a.json': odd })),
    ).toMatchObject({ aiSummary: '', edits: [], generator: 'unknown', userPrompt: '速く' });
  });
});
