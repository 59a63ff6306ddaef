import { AppError } from '../../contracts/errors.js';
import { chatLineIdFor, copiedLineIdFor, rerunProjectIdFor } from '../../contracts/ids.js';
import type { RerunJobInput } from '../../contracts/rerun.js';
import type { JobRow, RevisionRow } from '../../contracts/rows.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { RerunActivities } from '../game-ports.js';
import { followWithMain } from './versions.js';

/** As many as a message is read with. */
const COPIED_LINES = 10;

export interface RerunDeps {
  store: Pick<Store, 'jobs' | 'projects' | 'revisions' | 'remixes' | 'chatHistory' | 'activityLog'>;
  mirror: Mirror;
  log: Log;
}

/** The copy in which an operator has a job done once more: its files first, then its rows. */
export function rerunActivities(deps: RerunDeps): RerunActivities {
  return {
    async copyForRerun(input) {
      const { store } = deps;
      const job = await store.jobs.get(input.jobId);
      const project = job === null ? null : await store.projects.get(job.project_id);
      if (job === null || project === null)
        throw new AppError('ACCESS_DENIED', 'the job or its project is gone');
      const projectId = rerunProjectIdFor(input.actionId);
      const parent = await store.revisions.headAt(job.project_id, job.created_at);
      const revision = parent && (await copyFiles(deps, input, job, parent, projectId));
      await makeRows(deps, input, { projectId, name: project.name, revision });
      await copyChat(deps, job, projectId);
      if (revision !== null) await followWithMain(deps, input.userId, projectId, revision);
      store.activityLog.write({
        action: 'rerun',
        targetType: 'project',
        targetId: projectId,
        userId: input.userId,
        details: job.id,
      });
      return { projectId };
    },
  };
}

/** Everything that the version holds: the run shall find what the one before it found. */
async function copyFiles(
  { mirror }: RerunDeps,
  { actionId, userId }: RerunJobInput,
  job: JobRow,
  { revision }: RevisionRow,
  projectId: string,
): Promise<string> {
  return mirror.commitRemix(userId, projectId, {
    source: { userId: job.user_id, projectId: job.project_id, revision },
    isWanted: () => true,
    actionId,
    subject: subjectOf(job.id),
  });
}

async function makeRows(
  { store }: RerunDeps,
  { actionId, userId, jobId }: RerunJobInput,
  copy: { projectId: string; name: string; revision: string | null },
): Promise<void> {
  const isMade = await store.remixes.create({
    actionId,
    ...copy,
    userId,
    parentId: null,
    subject: subjectOf(jobId),
    chatId: chatLineIdFor(actionId, 'assistant'),
    line: subjectOf(jobId),
  });
  if (!isMade) throw new AppError('RunCancelled', 'the action has ended meanwhile');
}

async function copyChat({ store }: RerunDeps, job: JobRow, projectId: string): Promise<void> {
  const lines = await store.chatHistory.before(job.project_id, job.created_at, COPIED_LINES);
  // One after the other: their order is that of their writing.
  for (const { id, item } of lines)
    await store.chatHistory.append({
      id: copiedLineIdFor(projectId, id),
      projectId,
      role: item.role,
      message: item.content,
    });
}

function subjectOf(jobId: string): string {
  return `Rerun of ${jobId}`;
}
