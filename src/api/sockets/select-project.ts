import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryItem, ServerFrame, Since } from '../../contracts/wire/frames.js';
import { chatLineIdFor, isUuid } from '../../contracts/base/ids.js';
import { projected, ProjectBrief } from '../../contracts/rows/projects.js';
import { isActive, type EndedJob, type JobRow } from '../../contracts/rows/rows.js';
import { codeOf } from '../../contracts/messages/message.js';
import { START_OF_STREAM } from '../../contracts/durable/stream.js';
import { orNothing } from '../../store/index.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { Subscription } from '../../stream/feeds.js';
import { errorOf } from '../../stream/frames.js';
import { endingOfJob } from '../../stream/job-facts.js';
import { ProjectFollower } from '../../stream/project-follower.js';
import { readTimeCursor } from '../../domain/publishing/place-cursors.js';
import type { HistoryPage, StoredLine } from '../../store/tables/chat-history.js';
import type { ProjectChange } from '../../store/tables/project-changes.js';
import type { SocketDeps } from './deps.js';
import type { Handler } from './handler.js';
import { projectsOf } from './ownership.js';
import type { Session, SignedInSession } from './session.js';

/** Time limit of a reply for the stream's present place. */
const PLACING_TIMEOUT_MS = 500;
/** The newest jobs, of which a failure is shown under its message. */
const JOBS_OF_CHAT = 20;
const NO_LINES: HistoryPage = { lines: [], earlier: null };

/**
 * Selects a project: what happened so far in the reply, what happens from now on as job frames,
 * nothing between the two lost (D4).
 */
export const selectProject: Handler<'selectProject'> = async (
  deps,
  session,
  { since, follow },
  owned,
) => {
  session.select(owned.id);
  session.unsubscribe();
  session.follow(null);
  const before = follow ? await orNothing(deps.log, changeOf(deps, owned.id), null) : null;
  const { subscription, activeJob } = await subscribeFirst(deps, session, owned, { since, follow });
  const [history, versions, project, jobs] = await Promise.all([
    orNothing(deps.log, deps.store.chatHistory.page(owned.id), NO_LINES),
    orNothing(deps.log, deps.store.revisions.list(owned.id), []),
    orNothing(deps.log, deps.store.projects.get(owned.id), null),
    orNothing(deps.log, deps.store.jobs.ends(owned.id, JOBS_OF_CHAT), []),
  ]);
  const { lines, earlier } = history;
  const [newest] = jobs;
  const ending =
    follow && newest?.status === 'completed'
      ? await orNothing(
          deps.log,
          endingOfJob(deps.store, newest.id, deps.config.USER_DAILY_USD),
          null,
        )
      : null;
  // A running job is the answer to a question.
  const asked = project?.pending_question ?? null;
  const lastFailure = failureAtEnd(newest, lines);
  session.send({
    type: 'projectSelected',
    projectId: owned.id,
    history: withFailures(lines, lastFailure ? jobs.slice(1) : jobs),
    ...(earlier !== null && { earlier }),
    versions,
    activeJob,
    pendingQuestion: activeJob && asked?.type !== 'look' ? null : asked,
    ...(follow && project && { project: projected(ProjectBrief, project) }),
    ...(before && { queue: before.queue }),
    ...(ending && { lastEnding: ending }),
    ...(lastFailure && { lastFailure }),
  });
  subscription?.release();
  // Another frame may have selected another project meanwhile.
  if (before && session.projectId === owned.id) {
    const shown = lines.map(({ id }) => id);
    session.follow(createFollower(deps, session, before, shown));
  }
};

/** The lines before those that the client has (additive). */
export const getHistory: Handler<'getHistory'> = async (deps, session, { before }, { id }) => {
  const place = readTimeCursor(before);
  if (!place) return session.fail('Invalid request');
  const { lines, earlier } = await deps.store.chatHistory.page(id, place);
  const history = lines.map(({ item }) => item);
  session.send({ type: 'historyPage', projectId: id, history, earlier });
};

/** The failure of the project's newest job, while its message is the last line of the chat. */
function failureAtEnd(
  newest: EndedJob | undefined,
  history: readonly StoredLine[],
): Extract<ServerFrame, { type: 'projectSelected' }>['lastFailure'] {
  const last = history.findLast(({ item }) => item.role !== 'system');
  if (newest?.status !== 'failed' || last?.id !== chatLineIdFor(newest.id, 'user'))
    return undefined;
  return { jobId: newest.id, content: last.item.content, ...failureOf(newest) };
}

const failureOf = (job: EndedJob) => ({ error: job.error ?? '', ...codeOf(errorOf(job)) });

/** Lines as a client gets them, each message with what it failed by. */
function withFailures(lines: readonly StoredLine[], jobs: readonly EndedJob[]): HistoryItem[] {
  const failed = jobs.filter(({ status }) => status === 'failed');
  const failures = new Map(failed.map((job) => [chatLineIdFor(job.id, 'user'), failureOf(job)]));
  return lines.map(({ id, item }) => {
    const failure = failures.get(id);
    return failure ? { ...item, failure } : item;
  });
}

async function changeOf({ store }: SocketDeps, projectId: string): Promise<ProjectChange | null> {
  const [news] = await store.projectChanges.since(new Map([[projectId, -1]]));
  return news && 'changeNo' in news ? news : null;
}

/** Follows the project from the moment at which it was like `before` (K1). */
function createFollower(
  deps: SocketDeps,
  session: SignedInSession,
  before: ProjectChange,
  shown: readonly string[],
): ProjectFollower {
  const { store } = deps;
  const projectId = before.id;
  const follower = new ProjectFollower(
    before,
    shown,
    {
      send: (frame) => session.send(frame),
      subscribe: (jobId) => session.hear(jobId),
      get subscribedJob() {
        return session.subscription?.jobId ?? null;
      },
    },
    {
      change: () => changeOf(deps, projectId),
      job: (jobId) => store.jobs.get(jobId),
      lines: (ids) => store.chatHistory.lines(projectId, ids),
      projects: () => projectsOf(deps, session),
    },
  );
  if (session.subscription) follower.knowsJob(session.subscription.jobId);
  return follower;
}

interface Watched {
  subscription: Subscription | null;
  activeJob: JobRow | null;
}
const NOTHING_WATCHED: Watched = { subscription: null, activeJob: null };

/**
 * Subscribes to the active job before its row is read for the reply; a job that ended in between is
 * not subscribed to.
 */
async function subscribeFirst(
  { store: { jobs }, log }: SocketDeps,
  session: Session,
  project: ProjectRow,
  { since, follow }: { since?: Since | undefined; follow?: boolean | undefined },
): Promise<Watched> {
  const active = await orNothing(log, jobs.active(project.id), null);
  // Another frame may have selected another project meanwhile, here and below.
  if (session.projectId !== project.id) return NOTHING_WATCHED;
  if (active) {
    const from =
      since?.jobId === active.id
        ? session.afterSent(since)
        : // A second tab has what a design has named before, too.
          active.status === 'pending' || follow
          ? START_OF_STREAM
          : 'now';
    const subscription = session.subscribe({
      jobId: active.id,
      projectId: project.id,
      from,
      origin: 'watch',
    });
    await Promise.race([subscription.placed, sleep(PLACING_TIMEOUT_MS, undefined, { ref: false })]);
    const row = await orNothing(log, jobs.get(active.id), active);
    if (row && isActive(row.status)) return { subscription, activeJob: row };
    if (since?.jobId === active.id) return { subscription, activeJob: null };
    if (session.projectId === project.id) session.unsubscribe();
    return NOTHING_WATCHED;
  }
  const ended =
    since && isUuid(since.jobId)
      ? await orNothing(log, jobs.get(since.jobId.toLowerCase()), null)
      : null;
  const isHere = ended?.project_id === project.id && session.projectId === project.id;
  if (!since || !isHere) return NOTHING_WATCHED;
  // The job ended while the client was away: the rest comes from its stream, or its end from the
  // row (D3).
  return {
    subscription: session.subscribe({
      jobId: ended.id,
      projectId: project.id,
      from: session.afterSent(since),
      origin: 'watch',
    }),
    activeJob: null,
  };
}
