import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, open, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { absentAs } from '../../src/disk/absent.js';
import { makeFolder, placeFile } from '../../src/disk/durable-files.js';

const FOLDER_MODE = 0o700;

/**
 * Puts a file that never changes at another place: a hard link on the same disk, else a copy with
 * its times. False = it was gone. `scratch` is a folder on the disk of `to`.
 */
export async function placeCopy(from: string, to: string, scratch: string): Promise<boolean> {
  const draft = path.join(scratch, randomUUID());
  try {
    await makeFolder(scratch, FOLDER_MODE);
    if (!(await linkOrCopy(from, draft))) return false;
    await placeFile(draft, to, { folderMode: FOLDER_MODE });
    return true;
  } finally {
    await rm(draft, { force: true });
  }
}

async function linkOrCopy(from: string, draft: string): Promise<boolean> {
  const isLinked = await link(from, draft).then(
    () => true,
    () => false,
  );
  if (isLinked) return true;
  const found = await stat(from).catch(absentAs(null));
  if (found === null) return false;
  return copyDurably(from, draft, found.mtime).then(() => true, absentAs(false));
}

async function copyDurably(from: string, draft: string, changedAt: Date): Promise<void> {
  await copyFile(from, draft, constants.COPYFILE_FICLONE);
  await utimes(draft, changedAt, changedAt);
  const handle = await open(draft, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
