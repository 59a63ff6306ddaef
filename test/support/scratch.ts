import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UPLOADS } from '../../src/disk/received-files.js';

/** Scratch folders of runs, and uploads on their way. */
export async function leftInScratch(dataDir: string): Promise<string[]> {
  const scratch = path.join(dataDir, 'scratch');
  return [
    ...(await readdir(scratch).catch(() => [])).filter((name) => name !== UPLOADS),
    ...(await readdir(path.join(scratch, UPLOADS)).catch(() => [])),
  ];
}
