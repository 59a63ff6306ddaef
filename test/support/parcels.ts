import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeVersion, type EncodedVersion } from '../../src/versions/format/encode.js';
import { foreignFiles } from '../../src/versions/format/manifest.js';
import { encodeParcel } from '../../src/versions/format/parcel.js';
import type { GameFiles } from './versions.js';

/** A first version of these files. */
export function firstVersion(files: GameFiles): Promise<EncodedVersion> {
  return encodeVersion({
    parent: null,
    message: { subject: 'x' },
    madeAt: new Date(1_790_000_000_000),
    kept: [],
    files: Object.entries(files).map(([file, content]) => ({
      path: file,
      bytes: Buffer.from(content),
    })),
  });
}

/** The parcel of a first version. */
export function parcelOf({ manifest, sha, bytes }: EncodedVersion): Promise<Buffer> {
  const files = foreignFiles(manifest, { workId: 'first', sha });
  return encodeParcel({ ...manifest, files }, async ({ at: [offset, length] }) =>
    bytes.subarray(offset, offset + length),
  );
}

/** Puts the parcel of a first version into `folder`. Returns the file. */
export async function writeParcel(folder: string, files: GameFiles): Promise<string> {
  const file = path.join(folder, `${randomUUID()}.parcel`);
  await writeFile(file, await parcelOf(await firstVersion(files)));
  return file;
}
