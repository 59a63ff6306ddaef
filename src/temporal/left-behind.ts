import type { Client } from '@temporalio/client';
import { worksWith, type BuildRange } from '../process/build-range.js';
import { readDeployment, readNotes } from './versions.js';

/** The build that decides: its id in Temporal, and the data that it works with. */
export interface OwnBuild {
  readonly buildId: string;
  readonly range: BuildRange;
}

/** Builds that Temporal knows and that cannot work with the data of this one (U1). */
export async function buildsLeftBehind(client: Client, own: OwnBuild): Promise<string[]> {
  const versions = (await readDeployment(client))?.versions ?? [];
  const left: string[] = [];
  for (const { buildId } of versions) {
    if (buildId === own.buildId) continue;
    const { range } = await readNotes(client, buildId);
    if (!worksWith(range, own.range)) left.push(buildId);
  }
  return left;
}
