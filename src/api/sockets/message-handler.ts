import { randomUUID } from 'node:crypto';
import type { ClientFrame } from '../../contracts/wire/client-frames.js';
import { type PendingQuestion, codedError, type ServerFrame } from '../../contracts/wire/frames.js';
import { chatLineIdFor, jobIdFor } from '../../contracts/base/ids.js';
import type { MessageOptions, QueuePlace } from '../../contracts/rows/queued.js';
import { isActive, type JobRow } from '../../contracts/rows/rows.js';
import { START_OF_STREAM } from '../../contracts/durable/stream.js';
import { evaluateStyleGate } from '../../domain/styles/style-gate.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import { terminalFrameOfRow } from '../../stream/frames.js';
import { QueuedJobs } from '../../stream/queued-jobs.js';
import { noteWork } from '../../telemetry/tracing.js';
import type { SocketDeps } from './deps.js';
import type { Handler } from './handler.js';
import type { Session } from './session.js';

type MessageFrame = ClientFrame<'message'>;

type Outcome =
  | { kind: 'reply'; frame: ServerFrame }
  | { kind: 'job'; job: JobRow; isExisting: boolean; isOwn: boolean }
  | { kind: 'queued'; job: JobRow; jobId: string; place: number };

/**
 * A chat message: a question back, a job of its own, or a place behind the running one
 * (websocket.md §3.1).
 */
export const message: Handler<'message'> = async (deps, session, frame, project) => {
  const { messageId = randomUUID() } = frame;
  session.follower?.expect(messageId);
  const outcome = await session.once(sameMessageKey(project.id, frame), () =>
    decide(deps, project, frame, messageId).catch((error: unknown) => {
      deps.log.error({ err: error, projectId: project.id }, 'a message could not be admitted');
      return { kind: 'reply', frame: codedError('OPERATION_FAILED') } as const;
    }),
  );
  if (outcome.kind === 'reply') {
    session.follower?.forget(messageId);
    return session.send(outcome.frame);
  }
  if (outcome.kind === 'job') return joinJob(deps, session, project, outcome);
  session.follower?.forget(messageId);
  waitForTurn(deps, session, project, { ...outcome, isShown: frame.queue ?? false });
};

/** Frames with the same key are the same message, tapped twice (A3). */
function sameMessageKey(
  projectId: string,
  { messageId, content, selectedStyle, skipStyleSelection, autoFix, queue }: MessageFrame,
): string {
  const fields = [
    projectId,
    messageId ?? null,
    content,
    selectedStyle ?? null,
    skipStyleSelection ?? false,
    autoFix ?? false,
    queue ?? false,
  ];
  return `message ${JSON.stringify(fields)}`;
}

async function decide(
  deps: SocketDeps,
  project: ProjectRow,
  frame: MessageFrame,
  messageId: string,
): Promise<Outcome> {
  const jobId = jobIdFor(project.id, messageId);
  const lineId = chatLineIdFor(jobId, 'user');
  const {
    job: met,
    isNew,
    queued,
  } = await deps.store.reads.messageState(project.id, jobId, lineId);
  const question = await askForStyle(deps, project, frame, isNew);
  if (question) return { kind: 'reply', frame: question };
  noteWork({ jobId });
  if (queued) return behind(deps, project, queued);
  const isOwn = met?.id === jobId;
  // A message that met a running job, which kept its text: sent again it is that job's (A4).
  if (met && !(isOwn && isActive(met.status)))
    return { kind: 'job', job: met, isExisting: true, isOwn };
  const admitted = await deps.admitter.admit({
    kind: 'generate',
    input: {
      jobId,
      messageId,
      userId: project.user_id,
      projectId: project.id,
      content: frame.content,
      ...optionsIn(frame),
      maxQueuedJobs: deps.config.MAX_QUEUED_JOBS,
      jobTimeoutMs: deps.config.JOB_TIMEOUT_MS,
      ...(deps.config.INSTANCE_URL && { listenerUrl: deps.config.INSTANCE_URL }),
      queue: { isAsked: frame.queue ?? false, isUnnamed: frame.messageId === undefined },
    },
  });
  if (admitted.kind === 'refused') {
    return {
      kind: 'reply',
      frame:
        admitted.code === 'ACCESS_DENIED'
          ? { type: 'error', message: 'Access denied' }
          : codedError(admitted.code),
    };
  }
  if (admitted.kind === 'waiting')
    return { kind: 'job', job: rowToCome(jobId, project), isExisting: false, isOwn: true };
  const { answer } = admitted;
  if (answer.kind === 'queued') return behind(deps, project, answer);
  if (answer.kind !== 'generate') return { kind: 'reply', frame: codedError('OPERATION_FAILED') };
  // The answer holds the row as it was opened; callers that join later get its progress. A job that
  // ended meanwhile is answered all the same, not the next one.
  const id = isOwn ? jobId : answer.jobId;
  const job = answer.isExisting ? ((await deps.store.jobs.get(id)) ?? answer.job) : answer.job;
  return { kind: 'job', job, isExisting: answer.isExisting, isOwn: id === jobId };
}

/** What its client chose beside the words. */
function optionsIn(frame: MessageFrame): MessageOptions {
  const { selectedStyle = null, autoFix = false, skipStyleSelection, debugOptions } = frame;
  return {
    selectedStyle,
    autoFix,
    ...(skipStyleSelection ? { skipStyleSelection } : {}),
    ...(debugOptions?.disableSkills ? { disableSkills: true } : {}),
  };
}

/** It waits behind this job of its project, or for one that is still to come. */
async function behind(
  { store }: SocketDeps,
  project: ProjectRow,
  { jobId, place }: QueuePlace,
): Promise<Outcome> {
  const job = (await store.jobs.active(project.id)) ?? rowToCome(jobId, project);
  return { kind: 'queued', job, jobId, place };
}

/**
 * The style gate: a question is kept with the project so that it survives a reload; nothing is
 * started (A2).
 */
async function askForStyle(
  { store }: SocketDeps,
  project: ProjectRow,
  frame: MessageFrame,
  isNewProject: boolean,
): Promise<ServerFrame | null> {
  const { content, skipStyleSelection, selectedStyle } = frame;
  const gate = evaluateStyleGate({ content, isNewProject, skipStyleSelection, selectedStyle });
  if (!gate) return null;
  await store.projects.setPendingQuestion(
    project.id,
    styleQuestion(content, gate, project.pending_question),
  );
  return { type: 'styleOptions', ...gate, originalMessage: content };
}

/** The question as it is kept; a request that an earlier question was about stays with it. */
function styleQuestion(
  content: string,
  gate: NonNullable<ReturnType<typeof evaluateStyleGate>>,
  earlier: PendingQuestion | null,
): PendingQuestion {
  const isAsked = earlier?.type === 'dimension' || earlier?.type === 'style';
  const request = isAsked ? earlier.request : undefined;
  return {
    type: 'style',
    ...gate,
    originalMessage: content,
    ...(request === undefined ? {} : { request }),
  };
}

type Waiting = Extract<Outcome, { kind: 'queued' }>;

/**
 * The answer to a client that shows queues, else V2's literal. Without a follower, which announces
 * the jobs of its project, a plain `jobStarted` comes when its own job begins (Q3).
 */
function waitForTurn(
  deps: SocketDeps,
  session: Session,
  project: ProjectRow,
  { job, jobId, place, isShown }: Waiting & { isShown: boolean },
): void {
  const isNext = job.id === jobId;
  if (isShown) {
    session.send({ type: 'jobStarted', job, isExisting: true, queued: true, jobId, place });
    if (!isNext) listenTo(session, project, job, false);
  } else joinJob(deps, session, project, { kind: 'job', job, isExisting: !isNext, isOwn: isNext });
  if ((isNext && !isShown) || session.follower || session.projectId !== project.id) return;
  const jobOf = (id: string) => deps.store.jobs.get(id);
  const queue = session.queue ?? new QueuedJobs(project.id, session, jobOf);
  queue.expect(jobId);
  // Added once more, it is handed what has begun meanwhile.
  session.waitFor(queue);
}

/** `jobStarted`, and the stream of the job from its start (A8, D3). */
function joinJob(
  { firstTexts }: SocketDeps,
  session: Session,
  project: ProjectRow,
  { job, isExisting, isOwn }: Extract<Outcome, { kind: 'job' }>,
): void {
  session.send({
    type: 'jobStarted',
    job,
    isExisting,
    jobId: job.id,
    ...(isOwn ? {} : { queued: false }),
  });
  if (isOwn && !isExisting) firstTexts.begin(job.id);
  const end = terminalFrameOfRow(job);
  if (end) {
    session.send(end);
    if (end.type === 'completed')
      session.send({ type: 'gameUpdated', userId: job.user_id, projectId: job.project_id });
    return;
  }
  listenTo(session, project, job, isOwn);
}

/** From the start of the job's stream, unless the socket has it already (D3). */
function listenTo(session: Session, project: ProjectRow, job: JobRow, isOwn: boolean): void {
  const { subscription } = session;
  // A message sent again, because its answer was lost with a connection, also missed the beginning
  // of the stream.
  const hasBeginning = !isOwn || !subscription?.isFromNow;
  if (subscription?.jobId === job.id && hasBeginning) return subscription.becomeSender();
  // A socket that switched to another project meanwhile is not subscribed to this one any more
  // (websocket.md §14 #3).
  if (session.projectId !== project.id) return;
  session
    .subscribe({ jobId: job.id, projectId: project.id, from: START_OF_STREAM, origin: 'message' })
    .release();
}

/** The row of an accepted job that no worker has opened yet (A6). */
function rowToCome(jobId: string, { id, user_id }: ProjectRow): JobRow {
  const now = new Date().toISOString();
  return {
    id: jobId,
    user_id,
    project_id: id,
    status: 'pending',
    progress: 0,
    progress_message: null,
    result: null,
    error: null,
    created_at: now,
    updated_at: now,
    attempt: 0,
    slot_at: null,
    queue_no: null,
    last_event_at: null,
    usage: null,
  };
}
