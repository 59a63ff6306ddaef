import type { Client } from '@temporalio/client';
import { compareSchema } from '../contracts/base/schema-range.js';
import type { BuildRange } from '../process/build-range.js';
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

/** Whether a build works with the data that this one has; a build without a range does not. */
export function worksWith(build: BuildRange | null, own: BuildRange): boolean {
  if (build === null) return false;
  const { store } = own;
  return (
    compareSchema(build.schema, own.schema.to) === 'ok' &&
    build.store.from <= store.to &&
    store.to <= build.store.to
  );
}
