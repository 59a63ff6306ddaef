import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { closing, MAGIC, openSegment, readManifest, readTail, TAIL_BYTES } from './framing.js';
import type { Manifest, ManifestFile } from './manifest.js';
import { assertPlainPath } from './scan.js';

/** Reads bytes of a file or a buffer. */
type Read = (offset: number, length: number) => Promise<Buffer>;

/** The whole tree of a version in one piece, as it travels to whatever works on it. */
export interface Parcel {
  /** The version's, with every place as a later version of its project may name it. */
  readonly manifest: Manifest;
  /** Null when there is no such file. Throws `CandidateRefused` for damaged bytes. */
  read(path: string): Promise<Buffer | null>;
}

/** `segmentFor` returns a file's segment as it is stored. */
export async function encodeParcel(
  manifest: Manifest,
  segmentFor: (file: ManifestFile) => Promise<Buffer>,
): Promise<Buffer> {
  const segments: Buffer[] = [];
  for (const file of firstOfEach(manifest.files)) segments.push(await segmentFor(file));
  const offset = segments.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([...segments, ...(await closing(MAGIC.parcel, manifest, offset))]);
}

export async function openParcelFile(file: string): Promise<Parcel> {
  const { size } = await withFile(file, (handle) => handle.stat());
  return openParcel(size, (offset, length) =>
    withFile(file, async (handle) => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    }),
  );
}

export function openParcelBytes(bytes: Buffer): Promise<Parcel> {
  return openParcel(bytes.length, async (offset, length) =>
    bytes.subarray(offset, offset + length),
  );
}

/** Opens what `read` reads: a parcel of `sizeBytes`. Throws `CandidateRefused` for other bytes. */
export async function openParcel(sizeBytes: number, read: Read): Promise<Parcel> {
  const start = Math.max(0, sizeBytes - TAIL_BYTES);
  const { offset, length } = readTail(MAGIC.parcel, await read(start, TAIL_BYTES), sizeBytes);
  const manifest = await readManifest(await read(offset, length));
  const segments = new Map<string, { file: ManifestFile; at: number }>();
  let next = 0;
  for (const file of firstOfEach(manifest.files)) {
    segments.set(file.sha, { file, at: next });
    next += file.at[1];
  }
  const shas = new Map(manifest.files.map(({ path, sha }) => [path, sha]));
  return {
    manifest,
    async read(path) {
      const segment = segments.get(shas.get(path) ?? '');
      if (!segment) return null;
      return openSegment(segment.file, await read(segment.at, segment.file.at[1]));
    },
  };
}

/**
 * Fills `folder` with the files of a parcel, byte for byte. `accept` chooses paths. Files that are
 * there already are never overwritten: it throws.
 */
export async function unpackParcel(
  parcel: Parcel,
  folder: string,
  accept: (path: string) => boolean,
): Promise<void> {
  for (const { path } of parcel.manifest.files) {
    if (!accept(path)) continue;
    assertPlainPath(path);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), (await parcel.read(path)) ?? '', { flag: 'wx' });
  }
}

/** Equal bytes travel once. */
function firstOfEach(files: readonly ManifestFile[]): ManifestFile[] {
  return [...new Map(files.toReversed().map((file) => [file.sha, file])).values()].reverse();
}

async function withFile<T>(
  file: string,
  work: (handle: Awaited<ReturnType<typeof open>>) => Promise<T>,
): Promise<T> {
  const handle = await open(file, 'r');
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
