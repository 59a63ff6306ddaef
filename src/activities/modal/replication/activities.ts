import { isUuid } from '../../../contracts/base/ids.js';
import { KEEP_REMOVED_MS } from '../../../contracts/base/retention.js';
import { maySweep } from '../../../domain/limits/sweep-limit.js';
import type { ReplicationActivities } from '../../ports/backend-ports.js';
import { syncProject, type ReplicationDeps } from './sync.js';

const USERS_AT_ONCE = 20;

/** Keeping the Volumes' views, for workers that can reach Modal. */
export function replicationActivities(deps: ReplicationDeps): ReplicationActivities {
  const { store } = deps;
  return {
    replicateProject: ({ userId, projectId, dryRun = false }) =>
      syncProject(deps, { userId, projectId }, dryRun),
    listReplicationTargets: (page) => store.volumeHeads.targets(page),
    listUsersWithOrphans: () =>
      store.volumeHeads.usersWithOrphans(new Date(Date.now() - KEEP_REMOVED_MS), USERS_AT_ONCE),
    removeOrphans: ({ userId, dryRun }) => removeOrphans(deps, userId, dryRun),
  };
}

/**
 * Removes what a user's Volume holds, or was noted to hold, of projects that are gone for as long
 * as removed things are kept (U2).
 */
async function removeOrphans(
  { store, volume, log }: ReplicationDeps,
  userId: string,
  dryRun: boolean,
): Promise<{ removed: number }> {
  if (!(await volume.exists(userId))) return { removed: 0 };
  const [folders, noted] = await Promise.all([
    volume.listProjects(userId),
    store.volumeHeads.notedOf(userId),
  ]);
  const lastSeen = new Map<string, number>();
  for (const { projectId, modifiedAt } of folders) lastSeen.set(projectId, modifiedAt.getTime());
  for (const { projectId, updatedAt } of noted)
    lastSeen.set(projectId, Math.max(lastSeen.get(projectId) ?? 0, updatedAt.getTime()));
  const existing = await store.projects.existing([...lastSeen.keys()].filter(isUuid));
  const gone = [...lastSeen].filter(
    ([projectId, seenMs]) => !existing.has(projectId) && Date.now() - seenMs >= KEEP_REMOVED_MS,
  );
  if (!maySweep({ listed: lastSeen.size, unknown: gone.length })) {
    log.error({ userId, gone: gone.length }, 'too much of a Volume has no row: nothing is removed');
    return { removed: 0 };
  }
  for (const [projectId] of dryRun ? [] : gone) {
    await volume.removeProject(userId, projectId);
    await store.volumeHeads.remove(projectId);
    log.info({ userId, projectId }, 'a folder whose project is gone was removed from the Volume');
  }
  return { removed: gone.length };
}
