import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface HashedFile {
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly sha256: string;
}

/** Writes a stream into a new file, for this user only; it is not synced. */
export async function writeHashed(file: string, body: Readable): Promise<HashedFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measured = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await pipeline(body, measured, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  return { sizeBytes, sha256: hash.digest('hex') };
}
