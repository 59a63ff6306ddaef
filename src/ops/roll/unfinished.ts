import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../../contracts/durable/workflows.js';
import { lastPolls, TASK_KIND } from '../../temporal/task-queues.js';
import {
  noteRoll,
  readDeployment,
  readNotes,
  setCurrent,
  setRamping,
} from '../../temporal/versions.js';
import { operatorHere } from '../options.js';

/** A build that a roll was moving, and where from. */
export interface Moved {
  readonly buildId: string;
  /** The build that was current before; null = none was. */
  readonly before: string | null;
}

/** Builds with something left by a roll that has not come to its end. */
export async function unfinishedRolls(client: Client) {
  const versions = (await readDeployment(client))?.versions ?? [];
  const notes = await Promise.all(
    versions.map(async ({ buildId }) => ({ buildId, ...(await readNotes(client, buildId)) })),
  );
  return notes.filter(({ roll, canary }) => roll !== null || canary !== null);
}

/**
 * What was moved goes back, where workers of the build before are there; runs of the new build end
 * where they are. Answers what is so now.
 */
export async function goBack(client: Client, { buildId, before }: Moved): Promise<string> {
  const deployment = await readDeployment(client);
  if (deployment?.ramping?.buildId === buildId)
    await setRamping(client, buildId, 0, operatorHere());
  if (deployment?.current !== buildId || before === null) {
    await noteRoll(client, buildId, 'roll', null);
    return 'Nothing new starts there.';
  }
  if (!(await lastPolls(client, TASK_QUEUE, TASK_KIND.workflow)).has(before))
    return `New runs still start there: build ${before} has no workers any more.`;
  await setCurrent(client, before, operatorHere());
  await noteRoll(client, buildId, 'roll', null);
  return `New runs start on build ${before} again.`;
}
