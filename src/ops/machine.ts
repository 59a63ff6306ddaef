import { access, constants, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.js';
import type { Finding } from './report.js';

const MIB = 1024 * 1024;
const NEEDED_DISK_BYTES = 512 * MIB;

/** Where the data goes: writable, and with room. */
export async function checkDataDir({ DATA_DIR }: Pick<Config, 'DATA_DIR'>): Promise<Finding[]> {
  const folder = await nearestFolder(DATA_DIR);
  const isWritable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  const { bavail, bsize } = await statfs(folder);
  return [
    {
      what: 'DATA_DIR',
      verdict: isWritable ? 'ok' : 'missing',
      remedy: 'give this account the right to write there, or set another DATA_DIR',
      detail: `${DATA_DIR}${folder === DATA_DIR ? '' : ' (is made at the first start)'}${
        isWritable ? '' : ` – ${folder} is ` + 'not writable'
      }`,
    },
    diskSpace(bavail * bsize),
  ];
}

/** Decides on the room on the disk by its bytes alone. */
export function diskSpace(freeBytes: number): Finding {
  return {
    what: 'disk space',
    verdict: freeBytes >= NEEDED_DISK_BYTES ? 'ok' : 'missing',
    detail: `${Math.floor(freeBytes / MIB)} MiB free (needs ${NEEDED_DISK_BYTES / MIB})`,
    remedy: 'make room, or set DATA_DIR to another disk',
  };
}

async function nearestFolder(wanted: string): Promise<string> {
  const isThere = await stat(wanted).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isThere || path.dirname(wanted) === wanted ? wanted : nearestFolder(path.dirname(wanted));
}
