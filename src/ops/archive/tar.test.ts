import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ArchiveRefused, packParts, unpackParts } from './tar.js';
import { fileFolder } from '../../../test/support/own-folder.js';

const dir = fileFolder();

async function onDisk(bytes: Uint8Array): Promise<string> {
  const file = path.join(dir, `${performance.now()}.tar.gz`);
  await writeFile(file, bytes);
  return file;
}

type Named = Partial<Header> & Pick<Header, 'name'>;

async function tarOf(...entries: [Named, string][]): Promise<string> {
  const archive = pack();
  for (const [header, text] of entries) archive.entry(header, text);
  archive.finalize();
  return onDisk(gzipSync(await buffer(archive)));
}

describe('an archive of a job', () => {
  it('comes back as it was packed', async () => {
    const parts = new Map([
      ['job.json', Buffer.from('{}')],
      ['recordings/12.jsonl.gz', Buffer.alloc(100_000, 7)],
      ['log.jsonl', Buffer.alloc(0)],
    ]);
    const file = await onDisk(await packParts(parts));
    expect(await unpackParts(file)).toEqual(parts);
  });

  it('is not made when it could not be read again', async () => {
    const large = new Map([['log.jsonl', Buffer.alloc(17 * 1024 * 1024)]]);
    await expect(packParts(large)).rejects.toThrow('log.jsonl is too large');
  });

  it.each<[string, [Named, string][]]>([
    ['"../job.json"', [[{ name: '../job.json' }, '{}']]],
    ['"/etc/passwd"', [[{ name: '/etc/passwd' }, 'x']]],
    ['"recordings/../x"', [[{ name: 'recordings/../x' }, 'x']]],
    ['"recordings/0.jsonl.gz"', [[{ name: 'recordings/0.jsonl.gz' }, 'x']]],
    ['is a symlink', [[{ name: 'job.json', type: 'symlink', linkname: '/etc/passwd' }, '']]],
    ['is a link', [[{ name: 'job.json', type: 'link', linkname: 'log.jsonl' }, '']]],
    ['is a directory', [[{ name: 'recordings', type: 'directory' }, '']]],
    [
      'twice',
      [
        [{ name: 'job.json' }, '{}'],
        [{ name: 'job.json' }, '[]'],
      ],
    ],
    ['has 4194305 bytes', [[{ name: 'recordings/1.jsonl.gz' }, 'x'.repeat(4_194_305)]]],
  ])('is refused: %s', async (why, entries) => {
    const refused = unpackParts(await tarOf(...entries));
    await expect(refused).rejects.toThrow(ArchiveRefused);
    await expect(refused).rejects.toThrow(why);
  });

  it('is refused where it unpacks to more than any holds', async () => {
    const header = await buffer(
      (() => {
        const archive = pack();
        archive.entry({ name: 'job.json' }, 'x');
        archive.finalize();
        return archive;
      })(),
    );
    // Zeros behind the end are as much a bomb as a part of that size.
    const bomb = gzipSync(Buffer.concat([header, Buffer.alloc(300 * 1024 * 1024)]), { level: 1 });
    expect(bomb.length).toBeLessThan(4 * 1024 * 1024);
    await expect(unpackParts(await onDisk(bomb))).rejects.toThrow('unpacks to more');
  });

  it.each([
    ['no gzip at all', Buffer.from('hello')],
    ['half of one', gzipSync(Buffer.alloc(4_096)).subarray(0, 20)],
  ])('is refused: %s', async (_what, bytes) => {
    await expect(unpackParts(await onDisk(bytes))).rejects.toThrow(ArchiveRefused);
  });
});
