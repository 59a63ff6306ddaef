import { AppError } from '../../../contracts/base/errors.js';
import {
  chatLineIdFor,
  copiedLineIdFor,
  jobIdFor,
  rerunProjectIdFor,
} from '../../../contracts/base/ids.js';
import { projected, ProjectCopy } from '../../../contracts/rows/projects.js';
import type { RerunCopy, RerunJobInput } from '../../../contracts/durable/rerun.js';
import type { JobRow, RevisionRow } from '../../../contracts/rows/rows.js';
import { playOfRound } from '../../../domain/playing/playing.js';
import type { Log } from '../../../telemetry/log.js';
import type { PlayRecords } from '../../../objects/play-records.js';
import type { Store } from '../../../store/index.js';
import type { CreateRemix } from '../../../store/tables/remixes.js';
import { copyVersion } from '../../../versions/kept/again.js';
import {
  absentVersionAs,
  type KeptVersion,
  type VersionRef,
  type Versions,
} from '../../../versions/kept/versions.js';
import type { RerunActivities } from '../../ports/game-ports.js';
import { objectOf } from '../projects/version-object.js';

/** As many as a message is read with. */
const COPIED_LINES = 10;

export interface RerunDeps {
  store: Pick<Store, 'jobs' | 'projects' | 'revisions' | 'remixes' | 'chatHistory' | 'activityLog'>;
  versions: Versions;
  records: Pick<PlayRecords, 'copy'>;
  log: Log;
}

/**
 * The copy in which an operator has a job done once more: its files first, then its rows, then the
 * candidate that is taken, which follows its published version.
 */
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
      const made = parent && (await copyFiles(deps, input, job, parent, projectId));
      const revision = made?.revision ?? null;
      const taken = await takenFrom(deps, input, job, projectId);
      await makeRows(deps, input, {
        ...projected(ProjectCopy, project),
        projectId,
        revision,
        object: made && (await objectOf(deps.versions, projectId, made)),
      });
      await copyChat(deps, job, projectId);
      const candidate =
        taken && (await copyTaken(deps, input, taken, { projectId, parent: revision }));
      store.activityLog.ofProject('rerun', projectId, input.userId, job.id);
      return { projectId, parent: revision, ...(candidate === null ? {} : { candidate }) };
    },
  };
}

/** The candidate that is taken; null = none is. Its play is copied. */
async function takenFrom(
  deps: RerunDeps,
  { actionId, userId, taken }: RerunJobInput,
  job: JobRow,
  projectId: string,
): Promise<VersionRef | null> {
  if (!taken?.candidate) return null;
  const from = { userId: job.user_id, projectId: job.project_id, jobId: job.id };
  const to = { userId, projectId, jobId: jobIdFor(projectId, actionId) };
  const play = playOfRound(0);
  if (taken.play && !(await deps.records.copy({ ...from, play }, { ...to, play })))
    throw new AppError(
      'FILE_NOT_FOUND',
      'what the play of its candidate has seen is not kept any more; do it --from play',
    );
  return candidateOf(deps, job, taken.candidate.revision);
}

/** The candidate of the job in the copy. */
async function copyTaken(
  { versions }: RerunDeps,
  { actionId, jobId }: RerunJobInput,
  source: VersionRef,
  { projectId, parent = null }: RerunCopy,
): Promise<string> {
  const work = { projectId, workId: jobIdFor(projectId, actionId) };
  const next = { source, subject: subjectOf(jobId), parent };
  return (await copyVersion(versions, work, next)).revision;
}

/** What its run made, else the version that it became, else what it had made when it failed. */
async function candidateOf(
  { store, versions }: RerunDeps,
  { id: workId, project_id: projectId }: JobRow,
  made: string | null,
): Promise<VersionRef> {
  const published = (await store.revisions.ofJob(workId))?.revision ?? null;
  const [failed] = await versions.failed({ projectId, workId });
  for (const revision of [made, published, failed?.revision ?? null]) {
    if (revision === null) continue;
    const version = { projectId, revision, workId };
    if (await versions.describe(version).catch(absentVersionAs(null))) return version;
  }
  throw new AppError('RevisionMissing', 'its candidate is not kept any more; do it --from run');
}

/** Everything that the version holds: the run shall find what the one before it found. */
async function copyFiles(
  { versions }: RerunDeps,
  { actionId: workId }: RerunJobInput,
  job: JobRow,
  { revision }: RevisionRow,
  projectId: string,
): Promise<KeptVersion> {
  const source = { projectId: job.project_id, revision };
  const work = { projectId, workId };
  return copyVersion(versions, work, { source, subject: subjectOf(job.id), parent: null });
}

async function makeRows(
  { store }: RerunDeps,
  { actionId, userId, jobId }: RerunJobInput,
  copy: ProjectCopy & Pick<CreateRemix, 'projectId' | 'revision' | 'object'>,
): Promise<void> {
  const isMade = await store.remixes.create({
    actionId,
    ...copy,
    userId,
    parentId: null,
    subject: subjectOf(jobId),
    chatId: chatLineIdFor(actionId, 'assistant'),
    line: { text: subjectOf(jobId) },
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
      message: { text: item.content },
    });
}

const subjectOf = (jobId: string): string => `Rerun of ${jobId}`;
