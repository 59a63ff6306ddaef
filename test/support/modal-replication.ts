import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { replicationWorkflowId } from '../../src/contracts/base/ids.js';
import { volumeRepoOf, type ReplicationReport } from '../../src/contracts/execution/modal.js';
import { openRepo, type Repo } from '../../src/git/process.js';
import type { Player } from './checker.js';
import { dreamcore, volumeFolder } from './modal-story.js';
import type { Stack } from './stack.js';

/** A project's repository on its user's Volume. */
export function volumeRepo(stack: Stack, player: Player): Repo {
  return openRepo(path.join(volumeFolder(stack, player), volumeRepoOf(player.projectId)));
}

/** What the replication that the project's last version asked for says at its end. */
export async function replicated(stack: Stack, { projectId }: Player): Promise<ReplicationReport> {
  const connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
  try {
    return (await new Client({ connection }).workflow
      .getHandle(replicationWorkflowId(projectId))
      .result()) as ReplicationReport;
  } finally {
    await connection.close();
  }
}

/** `npx dreamcore sync --project`; what it says, also when a problem remains. */
export async function syncProject(
  stack: Stack,
  { projectId }: Player,
  ...flags: string[]
): Promise<string> {
  return dreamcore(stack, 'sync', '--project', projectId, ...flags).catch(
    (error: unknown) => (error as { stdout: string }).stdout,
  );
}
