import { CLOSING_SEQ, isClosing } from '../../src/contracts/durable/stream.js';
import type { Restore, Run } from './actors.js';
import type { Evidence, RevisionFacts, StoredFacts } from './evidence.js';
import { untruths } from './untruths.js';

export interface Verdict {
  lost: string[];
  doubled: string[];
  stuck: string[];
  leaked: string[];
  damaged: string[];
  /** Games that were not played or are not served. */
  unplayed: string[];
}

const ENDED = ['completed', 'failed', 'cancelled'];
/** A failed job is a failed workflow, a cancelled one a cancelled workflow (I4). */
const ENDED_RUNS = ['COMPLETED', 'FAILED', 'CANCELLED'];
/** Why a game is unplayed whose files were not where it was played. */
const FILE_ERRORS = [
  ...['FILE_NOT_FOUND', 'RevisionMissing', 'RevisionLost', 'VersionNotFound', 'OPERATION_FAILED'],
];
const YOUNG_MS = 24 * 60 * 60_000;

/**
 * Judges what is there when all is quiet. Knows nothing of how the product works, only what it
 * promises.
 */
export function judge(everything: Evidence): Verdict {
  const evidence = withoutDeleted(everything);
  return {
    lost: [
      ...lostCalls(evidence),
      ...lostRuns(evidence),
      ...lostRestores(evidence),
      ...lostText(evidence),
      ...lostLines(evidence),
      ...brokenLines(evidence),
      ...untruths(evidence),
    ],
    doubled: [
      ...doubledRevisions(evidence),
      ...doubledLines(evidence),
      ...doubledText(evidence),
      ...doubledCalls(evidence),
    ],
    stuck: stuckThings(evidence),
    leaked: [...leakedThings(evidence), ...leftOfDeleted(everything)],
    damaged: evidence.damaged,
    unplayed: [...evidence.unplayed, ...unplayedVersions(evidence)],
  };
}

/** What is owed to the projects that are still there. */
function withoutDeleted(evidence: Evidence): Evidence {
  const { diary } = evidence;
  const isThere = ({ projectId }: { projectId: string | null }): boolean =>
    projectId === null || !diary.deleted.has(projectId);
  return {
    ...evidence,
    diary: {
      ...diary,
      messages: diary.messages.filter(isThere),
      runs: diary.runs.filter(isThere),
      restores: diary.restores.filter(isThere),
      calls: diary.calls.filter(isThere),
    },
  };
}

/** A project that was deleted has neither rows nor objects. */
function leftOfDeleted({ diary: { deleted }, jobs, revisions, chatLines, stored }: Evidence) {
  const rows = [...jobs, ...revisions, ...chatLines].map(({ project_id }) => project_id);
  const projects = stored.map(({ projectId }) => projectId);
  return [
    ...[...new Set(rows)].filter((id) => deleted.has(id)).map((id) => `rows of project ${id}`),
    ...projects.filter((id) => deleted.has(id)).map((id) => `objects of deleted project ${id}`),
  ];
}

const isTerminated = (terminated: readonly string[], part: string): boolean =>
  terminated.some((each) => each.includes(part));

/**
 * An image or video that was answered is in its row; the same call is answered the same. One whose
 * run an operator has terminated has failed, and may be made when it is asked for again.
 */
function lostCalls({ diary, actions, terminated }: Evidence): string[] {
  const states = new Map(actions.map(({ id, state }) => [id, state]));
  return diary.calls.flatMap(({ actionId, projectId, kind, status, again }) => {
    const run = kind === 'video' ? `project/${projectId}/render/` : actionId;
    const mayChange = status === 500 && isTerminated(terminated, run);
    if (again !== null && again !== status && !mayChange)
      return [`${kind} ${actionId}: answered ${status}, and ${again} when asked again`];
    const state = states.get(actionId);
    // The video of a version is made once, under the id of whoever asked first (F4).
    const isMade = state === 'completed' || (kind === 'video' && state === undefined);
    return status === 200 && !isMade
      ? [`${kind} ${actionId}: answered, but its row says ${state ?? 'nothing'}`]
      : [];
  });
}

/** Nobody pays for an image or video twice. */
function doubledCalls({ paid }: Evidence): string[] {
  const counts = new Map<string, number>();
  for (const { job_id } of paid) counts.set(job_id, (counts.get(job_id) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `action ${id}: paid ${count} times`);
}

export const isClean = (verdict: Verdict): boolean =>
  Object.values(verdict).every((findings: string[]) => findings.length === 0);

const nameOf = ({
  jobId,
  doing,
  attempt,
}: Pick<Run, 'jobId' | 'doing'> & { attempt?: number }): string =>
  `job ${jobId} (${doing}${attempt === undefined ? '' : `, attempt ${attempt}`})`;

function lostRuns({ diary, jobs, revisions }: Evidence): string[] {
  const rows = new Map(jobs.map((job) => [job.id, job]));
  return diary.runs.flatMap((run) => {
    const row = rows.get(run.jobId);
    if (run.end === null)
      return [`${nameOf(run)}: no end was heard; the row says ${row?.status ?? 'nothing'}`];
    // Accepted before any worker saw it, then refused: one clear failure and no row.
    if (!row)
      return run.end === 'failed' ? [] : [`${nameOf(run)}: heard ${run.end}, there is no row`];
    if (ENDED.includes(row.status) && row.status !== run.end)
      return [`${nameOf(run)}: heard ${run.end}, the row says ${row.status}`];
    const hasVersion = revisions.some(({ job_id }) => job_id === run.jobId);
    if (hasVersion && row.status !== 'completed')
      return [`${nameOf(run)}: has a version and is ${row.status}`];
    if (run.doing === 'make' && row.status === 'completed' && !hasVersion)
      return [`${nameOf(run)}: completed without a version`];
    return [];
  });
}

/** Versions whose play came to nothing for want of a file. */
function unplayedVersions({ revisions }: Evidence): string[] {
  return revisions.flatMap(({ play, job_id, ordinal, project_id }) =>
    play?.verdict === 'unplayed' && FILE_ERRORS.includes(play.reason)
      ? [`version ${ordinal} of project ${project_id} (job ${job_id}): ${play.reason}`]
      : [],
  );
}

function lostRestores({ diary, actions, revisions }: Evidence): string[] {
  return diary.restores
    .filter(({ answer }) => answer === 'versionRestored')
    .flatMap(({ actionId }: Restore) => {
      const action = actions.find(({ id }) => id === actionId);
      const hasVersion = revisions.some(({ job_id }) => job_id === actionId);
      return action?.state === 'completed' && hasVersion
        ? []
        : [
            `restore ${actionId}: answered, but its row says ` +
              `${action?.state ?? 'nothing'}${hasVersion ? '' : ' and there is no version'}`,
          ];
    });
}

/** Every accepted message stands in its project's chat. */
function lostLines({ diary, chatLines }: Evidence): string[] {
  const accepted = new Map(diary.runs.map(({ messageId, end }) => [messageId, end]));
  return countBy(
    diary.messages.filter(
      ({ messageId }) => accepted.has(messageId) && accepted.get(messageId) !== 'failed',
    ),
  )
    .filter(({ projectId, content, count }) => linesOf(chatLines, projectId, content) < count)
    .map(
      ({ projectId, content, count }) =>
        `project ${projectId}: fewer than ${count} chat lines 「${content}」`,
    );
}

function doubledLines({ diary, chatLines, jobs }: Evidence): string[] {
  const users = countBy(diary.messages)
    .filter(({ projectId, content, count }) => linesOf(chatLines, projectId, content) > count)
    .map(
      ({ projectId, content, count }) =>
        `project ${projectId}: more than ${count} chat lines 「${content}」`,
    );
  const projects = [...new Set(chatLines.map(({ project_id }) => project_id))];
  const answers = projects.filter((project) => {
    const completed = jobs.filter(
      ({ project_id, status }) => project_id === project && status === 'completed',
    ).length;
    return (
      chatLines.filter(({ project_id, role }) => project_id === project && role === 'assistant')
        .length > completed
    );
  });
  return [
    ...users,
    ...answers.map((project) => `project ${project}: more answers than completed jobs`),
  ];
}

function countBy(
  messages: readonly { projectId: string; content: string }[],
): { projectId: string; content: string; count: number }[] {
  const counts = new Map<string, { projectId: string; content: string; count: number }>();
  for (const { projectId, content } of messages) {
    const key = `${projectId} ${content}`;
    counts.set(key, { projectId, content, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

const linesOf = (lines: Evidence['chatLines'], projectId: string, content: string): number =>
  lines.filter(
    (line) => line.project_id === projectId && line.role === 'user' && line.message === content,
  ).length;

/** Places of the last attempt that a follower did not hear, from 1 to the newest that he heard. */
function lostText({ diary }: Evidence): string[] {
  return diary.runs
    .filter(({ isFollowed, end }) => isFollowed && end === 'completed')
    .flatMap((run) => {
      const attempt = Math.max(0, ...run.places.map((place) => place.attempt));
      const heard = new Set(
        run.places
          .filter((place) => place.attempt === attempt && !isClosing(place))
          .map(({ seq }) => seq),
      );
      const missing = Array.from({ length: Math.max(0, ...heard) }, (_, index) => index + 1).filter(
        (seq) => !heard.has(seq),
      );
      return missing.length > 0
        ? [
            `${nameOf({ ...run, attempt })}: ${missing.length} places of the stream were ` +
              `never heard, from ${missing[0]}`,
          ]
        : [];
    });
}

function doubledText({ diary }: Evidence): string[] {
  return diary.runs
    .filter(({ isFollowed }) => isFollowed)
    .flatMap((run) => {
      const told = run.places
        .filter(({ seq }) => seq < CLOSING_SEQ)
        .map(({ attempt, seq }) => `${attempt}/${seq}`);
      const again = told.filter(
        (place, index) => told.indexOf(place) !== index && told[index - 1] !== place,
      );
      return again.length > 0
        ? [`${nameOf(run)}: heard ${again[0]} again, and ${again.length - 1} other places`]
        : [];
    });
}

function doubledRevisions({ revisions, writers }: Evidence): string[] {
  const jobs = revisions.map(({ job_id }) => job_id);
  const rows = [...new Set(jobs.filter((job, index) => jobs.indexOf(job) !== index))].map(
    (job) => `job ${job}: more than one version`,
  );
  const published = writers
    .filter(({ publishes }) => publishes > 1)
    .map(({ jobId, runId }) => `job ${jobId ?? '?'}: run ${runId} published more than once`);
  return [...rows, ...published];
}

/** The line of versions: rows follow each other, and objects hold what the rows name. */
function brokenLines({ revisions, stored }: Evidence): string[] {
  const projects = [...new Set(revisions.map(({ project_id }) => project_id))];
  return projects.flatMap((project) => {
    const line = revisions
      .filter(({ project_id }) => project_id === project)
      .sort((a, b) => a.ordinal - b.ordinal);
    const objects = stored.find(({ projectId }) => projectId === project);
    if (!objects) return [`project ${project}: has versions and no objects`];
    return line.flatMap((row, index) => brokenRow(row, line[index - 1], index, objects));
  });
}

function brokenRow(
  row: RevisionFacts,
  before: RevisionFacts | undefined,
  index: number,
  { commits }: StoredFacts,
): string[] {
  const name = `version ${row.ordinal} of project ${row.project_id}`;
  const commit = commits[row.revision];
  if (row.ordinal !== index + 1 || row.parent !== (before?.revision ?? null))
    return [`${name}: does not follow the one before`];
  if (!commit) return [`${name}: its object cannot be read`];
  return commit.parent === row.parent && commit.jobId === row.job_id
    ? []
    : [`${name}: row and object disagree`];
}

function stuckThings({ diary, jobs, actions, writers, terminated }: Evidence): string[] {
  return [
    ...jobs
      .filter(({ status }) => !ENDED.includes(status))
      .map(({ id, status }) => `job ${id}: still ${status}`),
    ...actions
      .filter(({ state }) => !ENDED.includes(state))
      .map(({ id, kind, state }) => `${kind} ${id}: still ${state}`),
    ...writers
      .filter(
        ({ status, runId }) => !ENDED_RUNS.includes(status) && !isTerminated(terminated, runId),
      )
      .map(({ projectId, type, status }) => `project ${projectId}: ${type} is ${status}`),
    ...diary.complaints.map(
      ({ projectId, doing, answers, atMs }) =>
        `project ${projectId ?? '(none)'}: ${doing} was not possible at ` +
        `${new Date(atMs).toISOString()} (${answers})`,
    ),
  ];
}

function leakedThings({
  processes,
  scratchFolders,
  stored,
  jobs,
  actions,
  revisions,
}: Evidence): string[] {
  const known = new Set([...jobs, ...actions].map(({ id }) => id));
  const published = new Set(revisions.map(({ revision }) => revision));
  const candidates = stored.flatMap(({ projectId, candidates: all }) =>
    all
      .filter(
        ({ jobId, revision, ageMs }) =>
          !known.has(jobId) || (!published.has(revision) && ageMs > YOUNG_MS),
      )
      .map(({ jobId }) => `candidate of ${jobId} in project ${projectId}`),
  );
  return [
    ...processes.map((process) => `process ${process}`),
    ...scratchFolders.map((folder) => `scratch folder ${folder}`),
    ...candidates,
  ];
}
