import path from 'node:path';
import { removeOldEntries } from '../../disk/absent.js';

/** Folder of jobs from other machines, a folder each. */
export const importsFolder = (dataDir: string): string => path.join(dataDir, 'imports');

/** Removes imports older than that, and what an interrupted one has left. Returns their number. */
export const removeOldImports = (dataDir: string, olderThanMs: number): Promise<number> =>
  removeOldEntries(importsFolder(dataDir), olderThanMs);
