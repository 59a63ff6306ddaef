import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../config.js';
import { builtFile } from '../process/programs.js';
import { readWorkerBuild, WORKER_BUILD_FILE } from '../process/worker-build.js';

/**
 * The folder of the build that this program is part of, or of another one by its id. Throws a
 * sentence when it is not on this machine.
 */
export async function findBuild(
  wanted: string | undefined,
): Promise<{ id: string; folder: string }> {
  const here = path.dirname(builtFile(WORKER_BUILD_FILE));
  const folders = [here, ...(wanted === undefined ? [] : await otherBuilds())];
  const known: string[] = [];
  for (const folder of folders) {
    const build = await readWorkerBuild(folder).catch(() => null);
    if (build === null) continue;
    known.push(build.buildId);
    if (wanted === undefined || build.buildId === wanted) return { id: build.buildId, folder };
  }
  throw new Error(
    `Build ${wanted ?? ''} is not on this machine; there are: ${known.join(', ') || 'none'}.`,
  );
}

async function otherBuilds(): Promise<string[]> {
  const folder = path.join(PROJECT_ROOT, 'dist/builds');
  return (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name));
}
