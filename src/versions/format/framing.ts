import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { sha256Of } from '../../contracts/base/hashes.js';
import { AppError } from '../../contracts/base/errors.js';
import { isSmallJson } from '../../contracts/base/json-size.js';
import { Manifest, type ManifestFile } from './manifest.js';

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** An object of a version; a parcel, which holds the segments of all of its files. */
export const MAGIC = { object: 'DCV1', parcel: 'DCP1' } as const;
/** Magic, offset and length of the manifest. */
export const TAIL_BYTES = 16;
/** The manifest of 5,000 files with the longest paths that a version may have. */
const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
/** 5,000 files of eleven values each: more would cost memory before they are counted. */
const MAX_MANIFEST_VALUES = 60_000;

/** The refusal of bytes that are no version; `reason` is stable, for tests and logs. */
export const damaged = (reason: string): AppError =>
  new AppError('CandidateRefused', `not a version: ${reason}`, { reason });

/** A file's bytes as a segment: compressed, or as they are where that is not smaller. */
export async function segmentOf(bytes: Buffer): Promise<Buffer> {
  const packed = await deflate(bytes);
  return packed.length < bytes.length ? packed : bytes;
}

/**
 * The bytes of a file out of its segment. Throws `CandidateRefused` unless they are those that the
 * manifest names; never inflates more than their size.
 */
export async function openSegment(file: ManifestFile, segment: Buffer): Promise<Buffer> {
  const { sha, size, at } = file;
  if (segment.length !== at[1]) throw damaged('segment-length');
  const bytes = at[1] === size ? segment : await bounded(segment, size, 'segment');
  if (bytes.length !== size || sha256Of(bytes) !== sha) throw damaged('segment-bytes');
  return bytes;
}

/** The manifest and the tail that follow the segments. */
export async function closing(
  magic: string,
  manifest: Manifest,
  offset: number,
): Promise<Buffer[]> {
  const packed = await deflate(JSON.stringify(manifest));
  const tail = Buffer.alloc(TAIL_BYTES);
  tail.write(magic, 'latin1');
  tail.writeUIntBE(offset, 4, 6);
  tail.writeUIntBE(packed.length, 10, 6);
  return [packed, tail];
}

/** Where the manifest lies. `tail`: the last {@link TAIL_BYTES} of `sizeBytes`. */
export function readTail(
  magic: string,
  tail: Buffer,
  sizeBytes: number,
): { offset: number; length: number } {
  if (tail.length !== TAIL_BYTES || tail.toString('latin1', 0, 4) !== magic) throw damaged('magic');
  const [offset, length] = [tail.readUIntBE(4, 6), tail.readUIntBE(10, 6)];
  if (offset + length + TAIL_BYTES !== sizeBytes) throw damaged('tail');
  return { offset, length };
}

/** The manifest of a whole object, and where its segments end. */
export async function readObject(bytes: Buffer): Promise<{ manifest: Manifest; end: number }> {
  const { offset, length } = readTail(MAGIC.object, bytes.subarray(-TAIL_BYTES), bytes.length);
  return { manifest: await readManifest(bytes.subarray(offset, offset + length)), end: offset };
}

export async function readManifest(packed: Buffer): Promise<Manifest> {
  const json = await bounded(packed, MAX_MANIFEST_BYTES, 'manifest');
  if (!isSmallJson(json, MAX_MANIFEST_VALUES)) throw damaged('manifest-size');
  try {
    return Manifest.parse(JSON.parse(json.toString('utf8')));
  } catch {
    throw damaged('manifest');
  }
}

async function bounded(packed: Buffer, maxBytes: number, what: string): Promise<Buffer> {
  try {
    return await inflate(packed, { maxOutputLength: Math.max(1, maxBytes) });
  } catch {
    throw damaged(what);
  }
}
