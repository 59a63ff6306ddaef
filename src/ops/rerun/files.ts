import { isUtf8 } from 'node:buffer';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CONTEXT_FOLDER } from '../../domain/game/version-paths.js';
import { changedFiles } from '../../versions/format/diff.js';
import { openSegment } from '../../versions/format/framing.js';
import type { ManifestFile } from '../../versions/format/manifest.js';
import type { Parcel } from '../../versions/format/parcel.js';
import { verifyVersion } from '../../versions/format/verify.js';
import { firstLine } from './difference.js';

/** The files of a game that a run left; what is noted about it beside them is not among them. */
export interface LeftFiles {
  readonly files: readonly ManifestFile[];
  read(file: string): Promise<Buffer | null>;
}

/** The files of a version in a parcel. */
export function filesOfParcel(parcel: Parcel): LeftFiles {
  return { files: gameOf(parcel.manifest.files), read: (file) => parcel.read(file) };
}

/** The files of the object that a run made, every byte checked. Throws `CandidateRefused`. */
export async function filesOfObject(object: Buffer, parent: Parcel | null): Promise<LeftFiles> {
  const parentFiles = parent?.manifest.files ?? [];
  const promised = { parent: parent?.manifest.revision ?? null, parentFiles };
  const { manifest } = await verifyVersion(object, promised);
  return {
    files: gameOf(manifest.files),
    async read(name) {
      const file = manifest.files.find((each) => each.path === name);
      if (file === undefined) return null;
      const [offset, length] = file.at;
      if (file.at.length === 2) return openSegment(file, object.subarray(offset, offset + length));
      const same = parentFiles.find(({ sha }) => sha === file.sha);
      return same && parent ? parent.read(same.path) : null;
    },
  };
}

/** Writes them below a folder. */
export async function writeFiles(left: LeftFiles, folder: string): Promise<void> {
  for (const { path: name } of left.files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, (await left.read(name)) ?? '');
  }
}

/** The first file that differs, and where; null = the same files, byte for byte. */
export async function differenceOfFiles(
  recorded: LeftFiles,
  now: LeftFiles,
): Promise<string | null> {
  const [first] = changedFiles(recorded.files, now.files);
  if (first === undefined) return null;
  if (first.before === null) return `${first.path} is new`;
  if (first.after === null) return `${first.path} is not there any more`;
  const [old, made] = await Promise.all([recorded, now].map((side) => side.read(first.path)));
  if (!old || !made || !isUtf8(old) || !isUtf8(made)) return `${first.path} has other bytes`;
  return `${first.path}, ${firstLine(old.toString('utf8'), made.toString('utf8'))}`;
}

function gameOf(files: readonly ManifestFile[]): ManifestFile[] {
  return files.filter((file) => !file.path.startsWith(CONTEXT_FOLDER));
}
