import { decodeJwt } from 'jose';
import { isUuid } from '../../contracts/ids.js';
import type { JobRow } from '../../contracts/rows.js';
import type { ProjectSummary } from '../../contracts/frames.js';
import { orNothing, type Store, type UserStore } from '../../store/index.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { Identity } from '../auth.js';
import type { SocketDeps } from './deps.js';

/**
 * The project, if it is this user's; asked with service credentials, so that an expired token
 * breaks nothing (websocket.md §14 #9).
 */
export async function ownedProject(
  { store, log }: SocketDeps,
  userId: string,
  projectId: unknown,
): Promise<ProjectRow | null> {
  if (!isUuid(projectId)) return null;
  const project = await orNothing(log, store.projects.get(projectId.toLowerCase()), null);
  return project?.user_id === userId ? project : null;
}

/** The job, if it is this user's. */
export async function ownedJob(
  { store, log }: SocketDeps,
  userId: string,
  jobId: unknown,
): Promise<JobRow | null> {
  if (!isUuid(jobId)) return null;
  const job = await orNothing(log, store.jobs.get(jobId.toLowerCase()), null);
  return job?.user_id === userId ? job : null;
}

/**
 * The user's own rights while his token lasts (database.md §3); a socket that outlives it goes on
 * by its checked identity.
 */
export function rightsOf(store: Store, identity: Identity): UserStore {
  return (decodeJwt(identity.token).exp ?? 0) * 1000 > Date.now()
    ? store.asUser(identity.token)
    : store;
}

/** The list that many replies carry. */
export async function projectsOf(
  { store, log }: SocketDeps,
  identity: Identity,
): Promise<ProjectSummary[]> {
  return orNothing(log, rightsOf(store, identity).projects.list(identity.id), []);
}
