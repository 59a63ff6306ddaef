import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';

/**
 * The entries of a ZIP file, read from its central directory: name → bytes. Throws when it is
 * damaged.
 */
export function unzip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1) throw new Error('no end of central directory');
  const entries = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('no central directory entry');
    const [method, packedSize, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(data, data + packedSize);
    entries.set(name, method === 0 ? packed : inflateRawSync(packed));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * What lies on the disk when somebody opens it with the system's `unzip`: path → text, of all that
 * has come to be in an empty folder's parent. Where there is no such program, as {@link unzip}.
 */
export async function unpacked(zip: Buffer): Promise<Map<string, string>> {
  const above = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-zip-'));
  const folder = path.join(above, 'a', 'game');
  try {
    await mkdir(folder, { recursive: true });
    const file = path.join(above, 'game.zip');
    await writeFile(file, zip);
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    await promisify(execFile)('unzip', ['-q', file, '-d', folder], { env });
    await rm(file);
    const entries = await readdir(above, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    return new Map(
      await Promise.all(
        files.map(async ({ parentPath, name }): Promise<[string, string]> => {
          const found = path.join(parentPath, name);
          return [path.relative(folder, found), await readFile(found, 'utf8')];
        }),
      ),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return new Map([...unzip(zip)].map(([name, bytes]) => [name, bytes.toString('utf8')]));
  } finally {
    await rm(above, { recursive: true, force: true });
  }
}
