import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientFrame, codedError } from '../../contracts/frames.js';
import { jobIdFor, storable } from '../../contracts/ids.js';
import { toProjectBrief, type ProjectRow } from '../../store/tables/projects.js';
import type { SocketDeps } from './deps.js';
import { ownedProject, pageOf, projectsOf, rightsOf } from './ownership.js';
import type { Session, SignedInSession } from './session.js';
import { stopJob } from './job-handlers.js';

const DEFAULT_NAME = 'New Game';
/** A running job is cancelled first; together with the delete itself this may take (A6). */
const DELETE_DEADLINE_MS = 20_000;

const PAGE_SIZE = 30;

export async function listProjects(
  deps: SocketDeps,
  session: Session,
  { limit = session.pageSize ?? PAGE_SIZE, after, filter, query }: ClientFrame<'listProjects'>,
): Promise<void> {
  if (!session.isSignedIn()) return session.fail('Not initialized');
  const page = await pageOf(deps, session.identity, { limit, after, filter, query });
  session.send({ type: 'projectList', ...page, filter, query, after: after ?? null });
}

export async function createProject(
  deps: SocketDeps,
  session: Session,
  { name = DEFAULT_NAME, reuseEmpty = false }: ClientFrame<'createProject'>,
): Promise<void> {
  if (!session.isSignedIn()) return session.fail('Not initialized');
  if (typeof name !== 'string') return session.fail('Invalid message format');
  const { identity } = session;
  const empty = reuseEmpty
    ? await deps.store.projects.findUntouched(identity.id, storable(name))
    : null;
  if (empty) return tellCreated(deps, session, empty);
  if (await deps.store.projects.hasAtLeast(identity.id, deps.config.MAX_PROJECTS_PER_USER))
    return session.send(codedError('PROJECT_LIMIT_EXCEEDED'));
  const project = await rightsOf(deps.store, identity).projects.create(identity.id, storable(name));
  deps.store.activityLog.write({
    action: 'create',
    targetType: 'project',
    targetId: project.id,
    userId: identity.id,
    details: name,
  });
  await tellCreated(deps, session, project);
}

async function tellCreated(
  deps: SocketDeps,
  session: SignedInSession,
  project: ProjectRow,
): Promise<void> {
  const projects = await projectsOf(deps, session);
  session.select(project.id);
  session.send({ type: 'projectCreated', project: toProjectBrief(project), projects });
}

export async function renameProject(
  deps: SocketDeps,
  session: Session,
  { projectId, name }: ClientFrame<'renameProject'>,
): Promise<void> {
  if (!session.isSignedIn() || !projectId || !name || typeof name !== 'string')
    return session.fail('Invalid request');
  const owned = await ownedProject(deps, session.identity.id, projectId);
  if (!owned) return session.fail('Access denied');
  await session.changing(owned.id, async (follower) => {
    const project = await deps.store.projects.rename(owned.id, storable(name));
    if (project)
      deps.store.activityLog.write({
        action: 'rename',
        targetType: 'project',
        targetId: owned.id,
        userId: null,
        details: name,
      });
    session.send({
      type: 'projectRenamed',
      project: project && toProjectBrief(project),
      projects: await projectsOf(deps, session),
    });
    if (project) follower?.knowsName(project.name);
  });
}

export async function getProjectInfo(
  deps: SocketDeps,
  session: Session,
  { projectId }: ClientFrame<'getProjectInfo'>,
): Promise<void> {
  if (!session.isSignedIn() || !projectId) return session.fail('Invalid request');
  const owned = await ownedProject(deps, session.identity.id, projectId);
  if (!owned) return session.fail('Access denied');
  session.send({ type: 'projectInfo', project: toProjectBrief(owned) });
}

export async function deleteProject(
  deps: SocketDeps,
  session: Session,
  { projectId }: ClientFrame<'deleteProject'>,
): Promise<void> {
  if (!session.isSignedIn() || !projectId) return session.fail('Invalid request');
  const owned = await ownedProject(deps, session.identity.id, projectId);
  if (!owned) return session.fail('Access denied');
  const { follower } = session;
  if (follower?.projectId === owned.id) session.follow(null);
  const outcome = await session.once(`delete ${owned.id}`, () => removeProject(deps, owned));
  if (outcome !== 'deleted') session.follow(follower);
  if (outcome === 'denied') return session.fail('Access denied');
  if (outcome === 'failed')
    return session.send(codedError('OPERATION_FAILED', 'Failed to delete project'));
  if (session.projectId === owned.id) session.select(null);
  session.send({
    type: 'projectDeleted',
    projectId: owned.id,
    projects: await projectsOf(deps, session),
  });
}

/** Deletes, and stops the job that is in the way (F2). */
async function removeProject(
  deps: SocketDeps,
  project: ProjectRow,
): Promise<'deleted' | 'denied' | 'failed'> {
  const messageId = randomUUID();
  const input = {
    actionId: jobIdFor(project.id, messageId),
    messageId,
    userId: project.user_id,
    projectId: project.id,
  };
  const deadlineMs = performance.now() + DELETE_DEADLINE_MS;
  while (performance.now() < deadlineMs) {
    const admitted = await deps.admitter.admit({ kind: 'delete', input });
    if (admitted.kind === 'refused') return admitted.code === 'ACCESS_DENIED' ? 'denied' : 'failed';
    if (admitted.kind === 'answered' && admitted.answer.kind === 'delete') return 'deleted';
    if (admitted.kind === 'answered' && admitted.answer.kind === 'generate')
      await stopJob(deps, admitted.answer.job);
    await sleep(50);
  }
  return 'failed';
}
