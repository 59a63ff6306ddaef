import { randomUUID } from 'node:crypto';
import { CLIENT_FRAMES } from '../../contracts/wire/client-frames.js';
import { codedError } from '../../contracts/wire/frames.js';
import { jobIdFor } from '../../contracts/base/ids.js';
import { message } from '../../contracts/messages/message.js';
import type { Edit } from '../../contracts/rows/versions.js';
import type { RestoreOutcome } from '../../contracts/durable/workflows.js';
import type { Admitted } from '../admission.js';
import { orNothing } from '../../store/index.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import { readDifference, readVersionEdits } from '../../versions/kept/details.js';
import type { SocketDeps } from './deps.js';
import type { Handler } from './handler.js';

const NO_EDITS: { edits: Edit[]; summary: string } = { edits: [], summary: '' };

export const getVersions: Handler<'getVersions'> = async (
  { store, log },
  session,
  { before, bookmarkedOnly },
  { id: projectId },
) => {
  const list = store.revisions.list(projectId, before, bookmarkedOnly);
  session.send({ type: 'versionsList', projectId, versions: await orNothing(log, list, []) });
};

export const getVersionEdits: Handler<'getVersionEdits'> = async (
  deps,
  session,
  { versionHash, since },
  project,
) => {
  const edits = editsOf(deps, project, versionHash, since);
  session.send({
    type: 'versionEdits',
    projectId: project.id,
    versionHash,
    ...(since === undefined ? {} : { since }),
    ...(await orNothing(deps.log, edits, NO_EDITS)),
  });
};

/** A malformed or unknown hash is not an error: it changed nothing. */
async function editsOf(
  { store, versions }: SocketDeps,
  project: ProjectRow,
  hash: string,
  since: string | undefined,
): Promise<typeof NO_EDITS> {
  const { id: projectId } = project;
  const found = await store.revisions.resolve(projectId, hash);
  if (!found) return NO_EDITS;
  const version = { projectId, revision: found.revision };
  if (since === undefined) return readVersionEdits(versions, version);
  const other = await store.revisions.resolve(projectId, since);
  if (!other) return NO_EDITS;
  const before = { projectId, revision: other.revision };
  return { edits: await readDifference(versions, before, version), summary: '' };
}

/** Names or bookmarks a version; restores are hidden and cannot be marked. */
export const markVersion: Handler<'markVersion'> = async (
  deps,
  session,
  { versionId, name, isBookmarked },
  { id: projectId },
) => {
  const { revisions } = deps.store;
  const found = await revisions.resolve(projectId, versionId);
  if (!found) return session.fail('Version not found');
  await session.changing(projectId, async (follower) => {
    const mark = await revisions.mark(projectId, found.revision, { name, isBookmarked });
    if (!mark) return session.fail('Version not found');
    session.send({ type: 'versionMarked', projectId, versionId, ...mark });
    follower?.knowsMark(found.revision, mark);
  });
};

export const restoreVersion: Handler<'restoreVersion'> = async (deps, session, frame, project) => {
  const { id: projectId, user_id: userId } = project;
  const { versionId } = frame;
  if (!(await deps.store.revisions.head(projectId))) return session.fail('Git not initialized');

  const key = `restore ${projectId} ${versionId} ${frame.messageId ?? ''}`;
  const admitted = await session.once(key, async () => {
    const { messageId = randomUUID() } = frame;
    if (session.follower?.projectId === projectId) session.follower.expect(messageId);
    const actionId = jobIdFor(projectId, messageId);
    const input = { actionId, messageId, userId, projectId, versionId: versionId.toLowerCase() };
    const answered = await deps.admitter.admit({ kind: 'restore', input });
    await keepTrace(deps, answered, input);
    return answered;
  });
  const outcome = outcomeOf(admitted);
  if (outcome === 'jobActive') return session.send(codedError('JOB_ALREADY_ACTIVE'));
  if (outcome === 'denied') return session.fail('Access denied');
  if (!outcome.ok) {
    const { failure } = CLIENT_FRAMES.restoreVersion;
    if (outcome.error === 'OPERATION_FAILED')
      return session.send(codedError(outcome.error, failure));
    return session.fail(outcome.error === 'NothingToRestore' ? 'Git not initialized' : failure);
  }
  deps.store.activityLog.ofProject('restore', projectId, userId, versionId);
  // The undo proposal, if there was one, is answered by this.
  if (project.pending_question?.type === 'restore')
    await deps.store.projects.setPendingQuestion(projectId, null);
  session.send({ type: 'versionRestored', projectId, versionId });
};

/**
 * Writes the chat line about the restore (additive). A failure is logged; nothing depends on it.
 */
async function keepTrace(
  { store, log }: SocketDeps,
  admitted: Admitted,
  { actionId, projectId, versionId }: { actionId: string; projectId: string; versionId: string },
): Promise<void> {
  const outcome = outcomeOf(admitted);
  if (typeof outcome === 'string' || !outcome.ok) return;
  const restored = message('VERSION_RESTORED', { version: versionId });
  await orNothing(
    log,
    store.chatHistory.append({ id: actionId, projectId, role: 'system', message: restored }),
    undefined,
  );
}

function outcomeOf(admitted: Admitted): RestoreOutcome | 'jobActive' | 'denied' {
  if (admitted.kind === 'refused' && admitted.code === 'ACCESS_DENIED') return 'denied';
  if (admitted.kind !== 'answered') return { ok: false, error: 'OPERATION_FAILED' };
  if (admitted.answer.kind === 'restore') return admitted.answer.outcome;
  return admitted.answer.kind === 'generate' ? 'jobActive' : 'denied';
}
