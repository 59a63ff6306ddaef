import { randomUUID } from 'node:crypto';
import { type ClientFrame, codedError } from '../../contracts/frames.js';
import { jobIdFor, VERSION_ID_PATTERN } from '../../contracts/ids.js';
import { sentence } from '../../contracts/sentences.js';
import { type Edit, VersionName } from '../../contracts/versions.js';
import type { RestoreOutcome } from '../../contracts/workflows.js';
import type { Admitted } from '../admission.js';
import { orNothing } from '../../store/index.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { SocketDeps } from './deps.js';
import { ownedProject } from './ownership.js';
import type { Session } from './session.js';

const NO_EDITS: { edits: Edit[]; summary: string } = { edits: [], summary: '' };

export async function getVersions(
  deps: SocketDeps,
  session: Session,
  { projectId, before, bookmarkedOnly }: ClientFrame<'getVersions'>,
): Promise<void> {
  if (!session.isSignedIn() || !projectId) return session.fail('Invalid request');
  const owned = await ownedProject(deps, session.identity.id, projectId);
  if (!owned) return session.fail('Access denied');
  session.send({
    type: 'versionsList',
    projectId: owned.id,
    versions: await orNothing(
      deps.log,
      deps.store.revisions.list(owned.id, before, bookmarkedOnly),
      [],
    ),
  });
}

export async function getVersionEdits(
  deps: SocketDeps,
  session: Session,
  frame: ClientFrame<'getVersionEdits'>,
): Promise<void> {
  const { projectId, versionHash, since } = frame;
  if (!session.isSignedIn() || !projectId || !versionHash) return session.fail('Invalid request');
  const owned = await ownedProject(deps, session.identity.id, projectId);
  if (!owned) return session.fail('Access denied');
  const hash = typeof versionHash === 'string' ? versionHash : '';
  session.send({
    type: 'versionEdits',
    projectId: owned.id,
    versionHash: hash,
    ...(since === undefined ? {} : { since }),
    ...(await orNothing(deps.log, editsOf(deps, owned, hash, since), NO_EDITS)),
  });
}

/** A malformed or unknown hash is not an error: it changed nothing. */
async function editsOf(
  { store, mirror }: SocketDeps,
  project: ProjectRow,
  hash: string,
  since: string | undefined,
): Promise<typeof NO_EDITS> {
  const { id, user_id: userId } = project;
  const found = await store.revisions.resolve(id, hash);
  if (!found) return NO_EDITS;
  if (since === undefined) return mirror.readVersionEdits(userId, id, found.revision);
  const other = await store.revisions.resolve(id, since);
  if (!other) return NO_EDITS;
  return {
    edits: await mirror.readDifference(userId, id, other.revision, found.revision),
    summary: '',
  };
}

/** Names or bookmarks a version; restores cannot be marked, nobody sees them. */
export async function markVersion(
  deps: SocketDeps,
  session: Session,
  { projectId, versionId, name, isBookmarked }: ClientFrame<'markVersion'>,
): Promise<void> {
  if (!session.isSignedIn() || !projectId || !versionId) return session.fail('Invalid request');
  if (name === undefined && isBookmarked === undefined) return session.fail('Invalid request');
  const wanted = VersionName.optional().safeParse(name);
  if (!wanted.success) return session.fail('Invalid version name');
  const owned = await ownedProject(deps, session.identity.id, projectId);
  if (!owned) return session.fail('Access denied');
  const id = typeof versionId === 'string' ? versionId : '';
  const { revisions } = deps.store;
  const found = await revisions.resolve(owned.id, id);
  if (!found) return session.fail('Version not found');
  await session.changing(owned.id, async (follower) => {
    const change = { name: wanted.data, isBookmarked };
    const mark = await revisions.mark(owned.id, found.revision, change);
    if (!mark) return session.fail('Version not found');
    session.send({ type: 'versionMarked', projectId: owned.id, versionId: id, ...mark });
    follower?.knowsMark(found.revision, mark);
  });
}

export async function restoreVersion(
  deps: SocketDeps,
  session: Session,
  frame: ClientFrame<'restoreVersion'>,
): Promise<void> {
  const { projectId, versionId } = frame;
  if (!session.isSignedIn() || !projectId || !versionId) return session.fail('Invalid request');
  if (typeof versionId !== 'string' || !VERSION_ID_PATTERN.test(versionId))
    return session.fail('Invalid version ID format');
  const owned = await ownedProject(deps, session.identity.id, projectId);
  if (!owned) return session.fail('Access denied');
  if (!(await deps.store.revisions.head(owned.id))) return session.fail('Git not initialized');

  const key = `restore ${owned.id} ${versionId} ${frame.messageId ?? ''}`;
  const admitted = await session.once(key, async () => {
    const messageId = frame.messageId ?? randomUUID();
    if (session.follower?.projectId === owned.id) session.follower.expect(messageId);
    const input = {
      actionId: jobIdFor(owned.id, messageId),
      messageId,
      userId: owned.user_id,
      projectId: owned.id,
      versionId: versionId.toLowerCase(),
    };
    const answered = await deps.admitter.admit({ kind: 'restore', input });
    await keepTrace(deps, answered, input);
    return answered;
  });
  const outcome = outcomeOf(admitted);
  if (outcome === 'jobActive') return session.send(codedError('JOB_ALREADY_ACTIVE'));
  if (outcome === 'denied') return session.fail('Access denied');
  if (!outcome.ok) {
    if (outcome.error === 'OPERATION_FAILED')
      return session.send(codedError('OPERATION_FAILED', 'Failed to restore version'));
    return session.fail(
      outcome.error === 'NothingToRestore' ? 'Git not initialized' : 'Failed to restore version',
    );
  }
  deps.store.activityLog.write({
    action: 'restore',
    targetType: 'project',
    targetId: owned.id,
    userId: session.identity.id,
    details: versionId,
  });
  // The undo proposal, if there was one, is answered by this.
  await deps.store.projects.setPendingQuestion(owned.id, null);
  session.send({ type: 'versionRestored', projectId: owned.id, versionId });
}

/**
 * A line of the chat says that the game went back, for whoever opens it later (additive). Nothing
 * depends on it.
 */
async function keepTrace(
  { store, log }: SocketDeps,
  admitted: Admitted,
  { actionId, projectId, versionId }: { actionId: string; projectId: string; versionId: string },
): Promise<void> {
  const outcome = outcomeOf(admitted);
  if (typeof outcome === 'string' || !outcome.ok) return;
  const message = sentence('VERSION_RESTORED', { version: versionId });
  await orNothing(
    log,
    store.chatHistory.append({ id: actionId, projectId, role: 'system', message }),
    undefined,
  );
}

function outcomeOf(admitted: Admitted): RestoreOutcome | 'jobActive' | 'denied' {
  if (admitted.kind === 'refused' && admitted.code === 'ACCESS_DENIED') return 'denied';
  if (admitted.kind !== 'answered') return { ok: false, error: 'OPERATION_FAILED' };
  if (admitted.answer.kind === 'restore') return admitted.answer.outcome;
  return admitted.answer.kind === 'generate' ? 'jobActive' : 'denied';
}
