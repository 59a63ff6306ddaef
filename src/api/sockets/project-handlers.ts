import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_FRAMES } from '../../contracts/wire/client-frames.js';
import { PROJECTS_PER_PAGE } from '../../contracts/wire/sizes.js';
import { codedError } from '../../contracts/wire/frames.js';
import { jobIdFor } from '../../contracts/base/ids.js';
import { projected, ProjectBrief } from '../../contracts/rows/projects.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { SocketDeps } from './deps.js';
import type { Handler } from './handler.js';
import { pageOf, projectsOf, rightsOf } from './ownership.js';
import type { SignedInSession } from './session.js';
import { stopJob } from './job-handlers.js';

/** A running job is cancelled first; together with the delete itself this may take (A6). */
const DELETE_DEADLINE_MS = 20_000;

/** Projects of a guest; the database holds to it, too. */
const GUEST_PROJECTS = 1;

export const listProjects: Handler<'listProjects'> = async (
  deps,
  session,
  { limit = session.pageSize ?? PROJECTS_PER_PAGE, after, filter, query },
) => {
  const page = await pageOf(deps, session.identity, { limit, after, filter, query });
  session.send({ type: 'projectList', ...page, filter, query, after: after ?? null });
};

export const createProject: Handler<'createProject'> = async (
  deps,
  session,
  { name, reuseEmpty },
) => {
  const { identity } = session;
  const { projects, activityLog } = deps.store;
  const empty = reuseEmpty ? await projects.findUntouched(identity.id, name) : null;
  if (empty) return sendCreated(deps, session, empty);
  const most = identity.isGuest ? GUEST_PROJECTS : deps.config.MAX_PROJECTS_PER_USER;
  if (await projects.hasAtLeast(identity.id, most))
    return session.send(
      codedError(identity.isGuest ? 'GUEST_PROJECT_LIMIT' : 'PROJECT_LIMIT_EXCEEDED'),
    );
  const project = await rightsOf(deps.store, identity).projects.create(identity.id, name);
  activityLog.ofProject('create', project.id, identity.id, name);
  await sendCreated(deps, session, project);
};

async function sendCreated(
  deps: SocketDeps,
  session: SignedInSession,
  project: ProjectRow,
): Promise<void> {
  const projects = await projectsOf(deps, session);
  session.select(project.id);
  session.send({ type: 'projectCreated', project: projected(ProjectBrief, project), projects });
}

export const renameProject: Handler<'renameProject'> = (
  deps,
  session,
  { projectId: _, ...fields },
  { id },
) =>
  session.changing(id, async (follower) => {
    const project = await deps.store.projects.edit(id, fields);
    if (project) deps.store.activityLog.ofProject('rename', id, null, fields.name);
    session.send({
      type: 'projectRenamed',
      project: project && projected(ProjectBrief, project),
      projects: await projectsOf(deps, session),
    });
    if (project) follower?.knowsFields(project);
  });

export const getProjectInfo: Handler<'getProjectInfo'> = (_deps, session, _frame, project) =>
  session.send({ type: 'projectInfo', project: projected(ProjectBrief, project) });

export const deleteProject: Handler<'deleteProject'> = async (deps, session, _frame, project) => {
  const { id } = project;
  const { follower } = session;
  if (follower?.projectId === id) session.follow(null);
  const outcome = await session.once(`delete ${id}`, () => removeProject(deps, project));
  if (outcome !== 'deleted') session.follow(follower);
  if (outcome === 'denied') return session.fail('Access denied');
  if (outcome === 'failed')
    return session.send(codedError('OPERATION_FAILED', CLIENT_FRAMES.deleteProject.failure));
  if (session.projectId === id) session.select(null);
  session.send({
    type: 'projectDeleted',
    projectId: id,
    projects: await projectsOf(deps, session),
  });
};

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
