import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Where jobs of other machines lie, a folder each. */
export function importsFolder(dataDir: string): string {
  return path.join(dataDir, 'imports');
}

/** Removes imports that came that long ago, and what a killed one has left. Answers how many. */
export async function removeOldImports(dataDir: string, olderThanMs: number): Promise<number> {
  const folder = importsFolder(dataDir);
  let removed = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const info = await stat(path.join(folder, name)).catch(() => null);
    if (info === null || Date.now() - info.mtimeMs < olderThanMs) continue;
    await rm(path.join(folder, name), { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
