import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack, type Header } from 'tar-stream';
import { messageOf } from '../../contracts/base/errors.js';
import { limitOf, UNPACKED_LIMIT } from './format.js';

/** Parts by name, in the order of the archive. */
export type Parts = ReadonlyMap<string, Buffer>;

/** The file is no archive of ours, or more than one may be. */
export class ArchiveRefused extends Error {
  override readonly name = 'ArchiveRefused';
  constructor(why: string) {
    super(`This is not an archive of \`dreamcore export\`: ${why}.`);
  }
}

/** Parts as one `tar.gz`. Throws a sentence for a part that is too large to be imported again. */
export async function packParts(parts: Parts): Promise<Buffer> {
  const archive = pack();
  let sum = 0;
  for (const [name, bytes] of parts) {
    sum += bytes.length;
    if (bytes.length > (limitOf(name) ?? 0) || sum > UNPACKED_LIMIT)
      throw new Error(`${name} is too large for an archive (${bytes.length} bytes).`);
    archive.entry({ name, mode: 0o600 }, bytes);
  }
  archive.finalize();
  return buffer(archive.pipe(createGzip()));
}

/**
 * Reads an archive into memory; nothing is written. Throws {@link ArchiveRefused} for whatever
 * `packParts` does not make: other names, links, parts that come twice or unpack to too much.
 */
export async function unpackParts(file: string): Promise<Parts> {
  const { size } = await stat(file);
  if (size > UNPACKED_LIMIT) throw new ArchiveRefused(`it has ${size} bytes`);
  const parts = new Map<string, Buffer>();
  const entries = extract();
  const reading = pipeline(createReadStream(file), createGunzip(), bounded(), entries);
  // It ends by an error of its own when the loop below does.
  reading.catch(() => undefined);
  try {
    for await (const entry of entries) parts.set(nameOf(entry.header, parts), await buffer(entry));
    await reading;
  } catch (error) {
    throw error instanceof ArchiveRefused ? error : new ArchiveRefused(messageOf(error));
  }
  return parts;
}

function nameOf({ name, type, size }: Header, parts: Parts): string {
  const shown = JSON.stringify(name.slice(0, 80));
  if (type !== 'file') throw new ArchiveRefused(`${shown} is a ${type}, not a file`);
  const limit = limitOf(name);
  if (limit === null) throw new ArchiveRefused(`it holds ${shown}`);
  if (parts.has(name)) throw new ArchiveRefused(`it holds ${shown} twice`);
  if (size > limit) throw new ArchiveRefused(`${shown} has ${size} bytes`);
  return name;
}

/** Breaks off where more comes out than any archive of ours holds. */
function bounded(): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > UNPACKED_LIMIT + 1024 * 1024)
        done(new ArchiveRefused('it unpacks to more than any archive holds'));
      else done(null, chunk);
    },
  });
}
