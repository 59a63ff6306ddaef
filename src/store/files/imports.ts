import path from 'node:path';
import { removeOldEntries } from '../../disk/absent.js';

/** Folder of jobs from other machines, a folder each. */
export function importsFolder(dataDir: string): string {
  return path.join(dataDir, 'imports');
}

/** Removes imports older than that, and what an interrupted one has left. Returns their number. */
export function removeOldImports(dataDir: string, olderThanMs: number): Promise<number> {
  return removeOldEntries(importsFolder(dataDir), olderThanMs);
}
