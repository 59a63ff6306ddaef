import { decodeJwt } from 'jose';
import { isUuid } from '../../contracts/base/ids.js';
import type { ProjectPage, ProjectSummary } from '../../contracts/wire/frames.js';
import { orNothing, type Store, type UserStore } from '../../store/index.js';
import type { ProjectPageRequest } from '../../store/tables/projects.js';
import { withImages } from '../games/game-images.js';
import type { Identity } from '../guards/auth.js';
import type { SocketDeps } from './deps.js';
import type { SignedInSession } from './session.js';

/**
 * The project, if it is this user's; asked with service credentials, so that an expired token
 * breaks nothing (websocket.md §14 #9).
 */
export const ownedProject = ownedOf((store, id) => store.projects.get(id));

/** The job, if it is this user's. */
export const ownedJob = ownedOf((store, id) => store.jobs.get(id));

function ownedOf<Row extends { user_id: string | null }>(
  get: (store: SocketDeps['store'], id: string) => Promise<Row | null>,
) {
  return async ({ store, log }: SocketDeps, userId: string, id: unknown): Promise<Row | null> => {
    const row = isUuid(id) ? await orNothing(log, get(store, id.toLowerCase()), null) : null;
    return row?.user_id === userId ? row : null;
  };
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

/** The list that many replies carry: all, or the first page where the socket asked for pages. */
export async function projectsOf(
  deps: SocketDeps,
  { identity, pageSize }: SignedInSession,
): Promise<ProjectSummary[]> {
  if (pageSize !== null) return (await pageOf(deps, identity, { limit: pageSize })).projects;
  return allProjects(deps, identity);
}

export async function allProjects(
  { store, log }: SocketDeps,
  identity: Identity,
): Promise<ProjectSummary[]> {
  return orNothing(log, rightsOf(store, identity).projects.list(identity.id), []);
}

const NO_PROJECTS: ProjectPage = { projects: [], next: null, counts: { all: 0, public: 0 } };

/** A page of the list. */
export async function pageOf(
  deps: SocketDeps,
  identity: Identity,
  request: ProjectPageRequest,
): Promise<ProjectPage> {
  const { store, log } = deps;
  const { projects } = rightsOf(store, identity);
  const page = await orNothing(log, projects.page(identity.id, request), NO_PROJECTS);
  return orNothing(log, withImages(deps, page), page);
}
