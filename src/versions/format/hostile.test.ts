import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256Of } from '../../contracts/base/hashes.js';
import { Random } from '../../../test/chaos/random.js';
import { isFullRun } from '../../../test/scope.js';
import { encodeVersion, type EncodedVersion } from './encode.js';
import { MAGIC, openSegment, TAIL_BYTES } from './framing.js';
import { commitBytes, gitObject, treeOid } from './git-ids.js';
import { foreignFiles, type Manifest, type ManifestFile } from './manifest.js';
import { MAX_OBJECT_BYTES, verifyVersion, type Promised } from './verify.js';

const MIB = 2 ** 20;
const madeAt = new Date(1_790_000_000_000);
const message = { subject: 'x', trailers: { 'Job-Id': 'j' } };
const PAGE = Buffer.from('<!doctype html>'.repeat(20));
const SPRITE = Buffer.from('sprite '.repeat(30));
const OTHER_SHA = sha256Of(Buffer.from('of another job'));
const FLIPS = isFullRun ? 10_000 : 600;

/** What a runner might hand in; what is not given is made to fit the rest. */
interface Draft {
  files?: Loose[];
  segments?: Buffer[];
  commit?: Buffer;
  manifest?: Record<string, unknown>;
  packed?: Buffer;
  tail?: (tail: Buffer) => Buffer;
}
type Loose = Omit<ManifestFile, 'at' | 'mode'> & { at: unknown; mode?: string };

let parent: EncodedVersion;
let promised: Promised & { parent: string };
let kept: ManifestFile[];
/** The candidate that all are made from. */
let good: Buffer;

beforeAll(async () => {
  const files = [
    { path: 'index.html', bytes: PAGE },
    { path: 'a.png', bytes: SPRITE },
    { path: 'b.png', bytes: Buffer.from('b') },
  ];
  parent = await encodeVersion({ parent: null, message, madeAt, kept: [], files });
  kept = foreignFiles(parent.manifest, { workId: 'first', sha: parent.sha });
  promised = { parent: parent.manifest.revision, parentFiles: kept };
  good = object({});
});

const own = (path: string, bytes: Buffer, at: unknown, over: Partial<Loose> = {}): Loose => ({
  path,
  oid: gitObject('blob', bytes).oid,
  sha: sha256Of(bytes),
  size: bytes.length,
  at,
  ...over,
});
const foreign = (path: string, over: Partial<Loose> = {}): Loose => ({
  ...kept.find((file) => file.path === path)!,
  ...over,
});

const NEW_PAGE = Buffer.from('<!doctype html><p>new</p>'.repeat(30));
const SEGMENT = gzipSync(NEW_PAGE);
const page = (over: Partial<Loose> = {}): Loose =>
  own('index.html', NEW_PAGE, [0, SEGMENT.length], over);
const goodFiles = (over: Partial<Loose> = {}) => [foreign('a.png'), foreign('b.png'), page(over)];
/** A page alone, and one beside a file of the parent. */
const alone = (over: Partial<Loose>): Draft => ({ files: [page(over)] });
const beside = (over: Partial<Loose>): Draft => ({ files: [foreign('a.png', over), page()] });
/** A page in a segment of these bytes. */
const segmentOf = (bytes: Buffer): Draft => ({
  segments: [bytes],
  files: [page({ at: [0, bytes.length] })],
});

function object(draft: Draft): Buffer {
  const files = draft.files ?? goodFiles();
  const body = Buffer.concat(draft.segments ?? [SEGMENT]);
  const commit = draft.commit ?? commitOf(files);
  const manifest = {
    v: 1,
    revision: gitObject('commit', commit).oid,
    parent: promised.parent,
    commit: commit.toString('base64'),
    files,
    ...draft.manifest,
  };
  const packed = draft.packed ?? gzipSync(JSON.stringify(manifest));
  const tail = tailOf(body.length, packed.length);
  return Buffer.concat([body, packed, draft.tail?.(tail) ?? tail]);
}

const commitOf = (files: Loose[]): Buffer =>
  commitBytes({ tree: treeOid(files), parent: promised.parent, message, madeAt });

/** The commit of the good candidate with other text. */
const commitWith = (find: string | RegExp, replacement: string): Buffer => {
  const text = String(commitOf(goodFiles()));
  const changed = text.replace(find, () => replacement);
  expect(changed).not.toBe(text);
  return Buffer.from(changed);
};

function tailOf(offset: number, length: number, magic: string = MAGIC.object): Buffer {
  const tail = Buffer.alloc(TAIL_BYTES);
  tail.write(magic, 'latin1');
  tail.writeUIntBE(offset, 4, 6);
  tail.writeUIntBE(length, 10, 6);
  return tail;
}

/** Inflates to `mib` MiB out of a thousandth of that. */
const bomb = (mib: number, fill = ' '): Buffer => {
  const piece = gzipSync(Buffer.alloc(MIB, fill));
  return Buffer.concat(Array.from({ length: mib }, () => piece));
};

/** Many files of the same few bytes. */
const many = (count: number, over: (at: number) => Partial<Loose> = () => ({})): Loose[] =>
  Array.from({ length: count }, (_, at) =>
    own(`f${String(at).padStart(5, '0')}`, SEGMENT, [0, SEGMENT.length], over(at)),
  );

const named = (...paths: string[]): Draft => ({
  files: paths
    .toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map((path) => page({ path })),
});

const reasonOf = (bytes: Buffer, by: Promised = promised): Promise<unknown> =>
  verifyVersion(bytes, by).then(
    () => 'taken',
    (error: { kind?: string; details?: { reason?: string } }) =>
      error.kind === 'CandidateRefused' ? error.details?.reason : error,
  );

/** Reason → what is refused for it. */
const PLANTED: Record<string, Record<string, () => Draft | Buffer>> = {
  magic: {
    'no bytes': () => Buffer.alloc(0),
    'a tail cut short': () => good.subarray(-15),
    'another magic': () => ({ tail: (tail) => Buffer.from(tail).fill('DCV2', 0, 4) }),
    'a parcel': () => ({ tail: (tail) => Buffer.from(tail).fill(MAGIC.parcel, 0, 4) }),
    'bytes after the tail': () => Buffer.concat([good, Buffer.from('more')]),
    'the last byte cut off': () => good.subarray(0, -1),
  },
  tail: {
    'the first byte cut off': () => good.subarray(1),
    'bytes before the segments': () => Buffer.concat([Buffer.from('more'), good]),
    'a manifest that begins nowhere': () => ({ tail: () => tailOf(2 ** 47, 1) }),
    'a manifest of no length': () => ({ tail: () => tailOf(SEGMENT.length, 0) }),
  },
  manifest: {
    'no gzip': () => ({ packed: Buffer.from('{"v":1}') }),
    'no JSON': () => ({ packed: gzipSync('{"v":1') }),
    'a bomb of 400 MiB': () => ({ packed: bomb(400) }),
    'another format': () => ({ manifest: { v: 2 } }),
    'a symbolic link': () => alone({ mode: '120000' }),
    'a submodule': () => alone({ mode: '160000' }),
    'a folder as a file': () => alone({ mode: '40000' }),
    'a mode of old': () => alone({ mode: '100664' }),
    'an empty path': () => alone({ path: '' }),
    'a path of a million folders': () => ({
      files: [page({ path: 'a/'.repeat(1e6) })],
      commit: commitOf([]),
    }),
    'a negative place': () => alone({ at: [-1, SEGMENT.length] }),
    'half a byte': () => alone({ at: [0.5, SEGMENT.length] }),
    'a place as text': () => alone({ at: ['0', SEGMENT.length] }),
    'a place beyond all numbers': () => alone({ at: [2 ** 60, 1] }),
    'a negative size': () => alone({ size: -1 }),
    'a place in three parts': () => alone({ at: [0, 1, 'first'] }),
    'a work item with a slash': () => alone({ at: [0, 1, '../first', parent.sha] }),
    'a hash in upper case': () => alone({ sha: sha256Of(NEW_PAGE).toUpperCase() }),
    'a revision that is a path': () => ({ manifest: { revision: '../../x' } }),
  },
  'manifest-size': {
    'a million empty files': () => ({
      packed: gzipSync(`{"v":1,"files":[${'{},'.repeat(1e6)}{}]}`),
    }),
    'a million lists in each other': () => ({ packed: gzipSync('['.repeat(1e6)) }),
    'a million numbers': () => ({ packed: gzipSync(`[${'1,'.repeat(1e6)}1]`) }),
  },
  'object-size': {
    'more bytes than any version has': () => Buffer.alloc(MAX_OBJECT_BYTES + 1),
  },
  'too-many-files': { '5,001 files': () => ({ files: many(5_001) }) },
  'file-too-large': { 'a file of 11 MiB': () => alone({ size: 11 * MIB }) },
  'folder-too-large': {
    'six files of 9 MiB': () => ({ files: many(6, () => ({ size: 9 * MIB })) }),
  },
  order: {
    'files in another order': () => ({ files: [page(), foreign('a.png')] }),
    'a file twice': () => ({ files: [page(), page()] }),
    'folders in the order of git': () => ({
      files: ['a.b', 'a/b', 'a-b'].map((path) => page({ path })),
    }),
  },
  'file-and-folder': { 'a file that is a folder, too': () => named('a', 'a/b') },
  path: {
    'a way out': () => named('../x'),
    'the root': () => named('/x'),
    "git's folder": () => named('.git/config'),
    "git's folder under another name": () => named('a/GIT~1'),
  },
  'path-characters': {
    'a line end': () => named('a\nb'),
    'what turns text': () => named('a\u202eb'),
    'a backslash': () => named('a\\b'),
  },
  'path-too-long': {
    'nine folders': () => named('1/2/3/4/5/6/7/8/9'),
    '201 letters': () => named('x'.repeat(201)),
  },
  'agent-file': { 'orders for a model': () => named('docs/CLAUDE.md') },
  'name-is-option': { 'an option': () => named('--upload-pack=x') },
  'name-twice': {
    'twins by case': () => named('a.js', 'A.js'),
    'twins by form': () => named('\u00e9.js', 'e\u0301.js'),
  },
  repository: { 'a repository': () => named('x/HEAD', 'x/objects/1', 'x/refs/1') },
  commit: {
    'two parents': () => ({
      commit: commitWith('\nauthor', `\nparent ${parent.manifest.revision}\nauthor`),
    }),
    'a further header': () => ({ commit: commitWith('\n\n', '\nencoding x\n\n') }),
    'no message': () => ({ commit: commitWith(/\n\n[^]*/, '\n') }),
    'a zero byte': () => ({ commit: commitWith('\n\nx', '\n\nx\0') }),
    'a date with zeros before it': () => ({ commit: commitWith('> 179', '> 0179') }),
    'a date that no clock shows': () => ({ commit: commitWith('> 179', '> 99999999179') }),
    'no author': () => ({ commit: commitWith(/author .*\n/, '') }),
    'no bytes of a commit': () => ({ commit: Buffer.alloc(0) }),
    'base64 with more in it': () => ({
      manifest: { commit: ` ${commitOf(goodFiles()).toString('base64')}` },
    }),
  },
  revision: {
    'the revision of another commit': () => ({ manifest: { revision: promised.parent } }),
  },
  tree: {
    'the tree of other files': () => ({ commit: commitOf([foreign('a.png'), page()]) }),
    'another mode than the tree has': () => ({
      files: goodFiles({ mode: '100755' }),
      commit: commitOf(goodFiles()),
    }),
  },
  parent: {
    'another parent beside the commit': () => ({ manifest: { parent: OTHER_SHA.slice(0, 40) } }),
    'none beside the commit': () => ({ manifest: { parent: null } }),
    'another parent in the commit': () => ({
      commit: commitWith(`parent ${promised.parent}`, `parent ${OTHER_SHA.slice(0, 40)}`),
    }),
    'a parent in the name of an author': () => ({
      commit: commitWith(/parent .*\nauthor Game/, `author x\rparent ${promised.parent}\r`),
    }),
    'none in the commit': () => ({ commit: commitWith(/parent .*\n/, '') }),
  },
  'foreign-place': {
    'an object of another work item': () => beside({ at: [0, 10, 'second', parent.sha] }),
    'another object of the work item': () =>
      beside({ at: [...kept[0]!.at.slice(0, 3), OTHER_SHA] }),
    'other bytes of the published object': () => beside({ at: [1, ...kept[0]!.at.slice(1)] }),
    'more bytes of the published object': () => beside({ at: [0, 1e6, ...kept[0]!.at.slice(2)] }),
    'the place of another file': () => beside({ at: foreign('b.png').at }),
    'the place with another id': () => beside({ oid: foreign('b.png').oid }),
    'the place with another size': () => beside({ size: 1 }),
    'a place of its own object by name': () =>
      alone({ at: [0, SEGMENT.length, 'mine', sha256Of(good)] }),
  },
  'segment-place': {
    'beyond the segments': () => alone({ at: [0, SEGMENT.length + 1] }),
    'the manifest as a file': () => alone({ at: [SEGMENT.length, 10] }),
    'far beyond all bytes': () => alone({ at: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] }),
    'bytes that no file names': () => ({ segments: [SEGMENT, Buffer.from('hidden')] }),
    'a hole between two files': () => ({
      segments: [SEGMENT, Buffer.from('-'), SPRITE],
      files: [
        own('a', SPRITE, [SEGMENT.length + 1, SPRITE.length]),
        own('b', NEW_PAGE, [0, SEGMENT.length]),
      ],
    }),
    'two that overlap': () => ({
      segments: [Buffer.from('abc')],
      files: [own('a', Buffer.from('ab'), [0, 2]), own('b', Buffer.from('bc'), [1, 2])],
    }),
    'one inside of another': () => ({
      segments: [Buffer.from('abc')],
      files: [own('a', Buffer.from('abc'), [0, 3]), own('b', Buffer.from('a'), [0, 1])],
    }),
    'one place for two contents': () => ({
      files: [own('a', Buffer.from('other'), [0, SEGMENT.length]), page()],
    }),
  },
  segment: {
    'a bomb of 400 MiB': () => segmentOf(bomb(400, 'x')),
    'one byte more than said': () => alone({ size: NEW_PAGE.length - 1 }),
    'bytes of a file that is said to be empty': () => alone({ size: 0 }),
    'no gzip': () => ({ segments: [Buffer.alloc(SEGMENT.length, 'x')] }),
    'an end cut off': () => segmentOf(SEGMENT.subarray(0, -9)),
  },
  'segment-bytes': {
    'fewer bytes than said': () => alone({ size: NEW_PAGE.length + 1 }),
    'another hash': () => alone({ sha: OTHER_SHA }),
    'other bytes of the same length': () => segmentOf(gzipSync(Buffer.alloc(NEW_PAGE.length))),
  },
  oid: { 'another id of git': () => alone({ oid: gitObject('blob', PAGE).oid }) },
};

describe('E3: an object from outside', () => {
  const rows = Object.entries(PLANTED).flatMap(([reason, all]) =>
    Object.entries(all).map(([damage, make]) => ({ reason, damage, make })),
  );
  it.each(rows)('is refused for its $reason: $damage', async ({ reason, make }) => {
    const made = make();
    expect(await reasonOf(Buffer.isBuffer(made) ? made : object(made))).toBe(reason);
  });

  it('names nothing of a version that it does not follow', async () => {
    expect(await reasonOf(good)).toBe('taken');
    expect(await reasonOf(good, { ...promised, parentFiles: [] })).toBe('foreign-place');
    expect(await reasonOf(good, { parent: null, parentFiles: kept })).toBe('parent');
    const ofOther = foreignFiles(parent.manifest, { workId: 'other', sha: parent.sha });
    expect(await reasonOf(good, { ...promised, parentFiles: ofOther })).toBe('foreign-place');
  });

  it('may have a commit of another git where one is promised, with no less to check', async () => {
    const of = OTHER_SHA.slice(0, 40);
    const merge = commitWith(/parent .*/, `parent ${of}\nparent ${promised.parent}`);
    const bytes = object({ commit: merge });
    expect(await reasonOf(bytes, { ...promised, commitParent: of })).toBe('taken');
    expect(await reasonOf(bytes, { ...promised, commitParent: null })).toBe('parent');
    expect(await reasonOf(bytes)).toBe('commit');
  });

  it('is refused wherever it is cut', async () => {
    for (let length = 0; length < good.length; length += 7)
      expect(await reasonOf(good.subarray(0, length))).not.toBe('taken');
  });

  it('takes no more memory than it may, whatever it inflates to', async () => {
    const bombs = [
      object({ packed: bomb(1_000) }),
      object({ packed: gzipSync(`{"v":1,"files":[${'{},'.repeat(5e6)}{}]}`) }),
      object({ packed: gzipSync('['.repeat(15 * MIB)) }),
      object({ segments: [bomb(1_000)], files: [page({ at: [0, bomb(1_000).length] })] }),
    ];
    const beforeKib = process.resourceUsage().maxRSS;
    for (const bytes of bombs) expect(await reasonOf(bytes)).not.toBe('taken');
    expect(process.resourceUsage().maxRSS - beforeKib).toBeLessThan(200 * 1024);
  });

  it('has, when it is taken, the content that was meant, whatever bytes were flipped', async () => {
    const random = new Random('flips');
    const content = await contentOf(good);
    let taken = 0;
    for (let flip = 0; flip < FLIPS; flip += 1) {
      const bytes = Buffer.from(good);
      for (let count = random.between(1, 3); count > 0; count -= 1) {
        const at = random.between(0, bytes.length - 1);
        bytes[at] = bytes[at]! ^ (1 << random.between(0, 7));
      }
      if ((await reasonOf(bytes)) !== 'taken') continue;
      taken += 1;
      expect(await contentOf(bytes)).toEqual(content);
    }
    // The head of a gzip has a time and a system in it that mean nothing.
    expect(taken).toBeLessThan(FLIPS / 10);
  });

  it('is taken when it is honest: nothing new, empty files, equal ones, 5,000', async () => {
    const none = object({ segments: [], files: [foreign('a.png'), foreign('index.html')] });
    expect(await reasonOf(none)).toBe('taken');
    const moved = object({ segments: [], files: [foreign('a.png', { path: 'moved.png' })] });
    expect(await reasonOf(moved)).toBe('taken');
    const bytes = ['', '', 'same', 'same', 'x'.repeat(999)].map((text) => Buffer.from(text));
    const files = bytes.map((each, at) => ({ path: `${at}.js`, bytes: each }));
    const draft = { parent: promised.parent, message, madeAt, kept };
    expect(await reasonOf((await encodeVersion({ ...draft, files })).bytes)).toBe('taken');
    const most = Array.from({ length: 4_997 }, (_, at) => ({
      path: `${at % 7}/${at % 11}/${at % 13}/file number ${at}.json`,
      bytes: Buffer.from(String(at)),
    }));
    expect(await reasonOf((await encodeVersion({ ...draft, files: most })).bytes)).toBe('taken');
  });
});

/** What a version that was taken says, and the bytes of its own files. */
async function contentOf(bytes: Buffer): Promise<unknown> {
  const { manifest } = await verifyVersion(bytes, promised);
  const read = async (file: ManifestFile): Promise<[string, unknown]> => [
    file.path,
    file.at.length === 4
      ? file
      : await openSegment(file, bytes.subarray(file.at[0], file.at[0] + file.at[1])),
  ];
  const { revision, commit, files }: Manifest = manifest;
  return { revision, commit, files: await Promise.all(files.map(read)) };
}
