import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitFolder } from '../../../test/support/git-commits.js';
import { initBare } from '../../git/refs.js';
import { encodeVersion } from './encode.js';
import { encodeParcel, openParcel, openParcelFile } from './parcel.js';
import { foreignFiles, gameTreeOf } from './manifest.js';
import { verifyVersion } from './verify.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const base = freshFolder();

const FILES = [
  { path: 'index.html', bytes: Buffer.from('<p>one</p>'.repeat(50)) },
  { path: 'a/b.js', bytes: Buffer.from('let x') },
  { path: 'a.b', bytes: Buffer.from('') },
  { path: 'a-b/絵.txt', bytes: Buffer.from('let x') },
];
const madeAt = new Date(1_790_000_000_000);

describe('a version as one object', () => {
  it('P0: its game has the name of its files, whatever the model has noted, and when', async () => {
    const treeOf = async (draft: Partial<Parameters<typeof encodeVersion>[0]>) => {
      const first = { parent: null, message: { subject: 'x' }, madeAt, kept: [], files: FILES };
      return gameTreeOf((await encodeVersion({ ...first, ...draft })).manifest.files);
    };
    const known = await treeOf({});
    const note = { path: '.ai-context/notes.md', bytes: Buffer.from('note') };
    const later = { madeAt: new Date(0), files: [note, ...FILES.toReversed()] };
    expect(known).toMatch(/^[0-9a-f]{64}$/);
    expect(await treeOf(later)).toBe(known);
    const [first, ...rest] = FILES;
    expect(await treeOf({ files: rest })).not.toBe(known);
    expect(await treeOf({ files: [{ ...first!, path: 'a.html' }, ...rest] })).not.toBe(known);
  });

  it('has the id that git gives the same files, message and time', async () => {
    const repo = await initBare(path.join(base, 'repo.git'));
    for (const { path: file, bytes } of FILES) {
      execFileSync('mkdir', ['-p', path.dirname(path.join(base, 'work', file))]);
      await writeFile(path.join(base, 'work', file), bytes);
    }
    const message = { subject: 'a 版', trailers: { 'Job-Id': 'x', Round: '0' } };
    const revision = await commitFolder(repo, path.join(base, 'work'), {
      message: { ...message, madeAt },
      target: { ref: 'refs/heads/main', expected: null, parent: null },
    });
    const draft = { parent: null, message, madeAt, kept: [], files: FILES };
    expect((await encodeVersion(draft)).manifest.revision).toBe(revision);
  });

  it('is taken in when every byte is right, and travels whole as a parcel (E6)', async () => {
    const message = { subject: 'one' };
    const first = await encodeVersion({ parent: null, message, madeAt, kept: [], files: FILES });
    const own = { workId: 'w', sha: first.sha };
    await verifyVersion(first.bytes, { parent: null, parentFiles: [] });
    const kept = foreignFiles(first.manifest, own);
    const second = await encodeVersion({
      ...{ parent: first.manifest.revision, message, madeAt, kept },
      files: [{ path: 'index.html', bytes: Buffer.from('two') }],
    });
    const promised = { parent: first.manifest.revision, parentFiles: kept };
    await verifyVersion(second.bytes, promised);
    const objects = new Map([
      [first.sha, first.bytes],
      ['', second.bytes],
    ]);
    const bytes = await encodeParcel(
      second.manifest,
      async ({ at: [offset, length, , sha = ''] }) =>
        (objects.get(sha) ?? Buffer.alloc(0)).subarray(offset, offset + length),
    );
    const file = path.join(base, 'x.parcel');
    await writeFile(file, bytes);
    for (const parcel of [
      await openParcelFile(file),
      await openParcel(bytes.length, async (at, length) => bytes.subarray(at, at + length)),
    ]) {
      expect(String(await parcel.read('index.html'))).toBe('two');
      expect(String(await parcel.read('a/b.js'))).toBe('let x');
      expect(String(await parcel.read('a-b/絵.txt'))).toBe('let x');
      expect(String(await parcel.read('a.b'))).toBe('');
      expect(await parcel.read('absent')).toBeNull();
    }
  });
});
