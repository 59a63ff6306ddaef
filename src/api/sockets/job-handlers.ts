import { poll } from '../../concurrency.js';
import { cancelJob } from '../../runs/cancel-job.js';
import { chatLineIdFor, isUuid } from '../../contracts/base/ids.js';
import { isActive, type JobRow } from '../../contracts/rows/rows.js';
import { terminalFrameOfRow } from '../../stream/frames.js';
import type { SocketDeps } from './deps.js';
import type { Handler } from './handler.js';
import { ownedJob } from './ownership.js';
import type { Session, SignedInSession } from './session.js';

/** A job past its commit point cannot be stopped: `cancel` waits this long for its end. */
const NEARLY_DONE_MS = 5_000;

export const getJobStatus: Handler<'getJobStatus'> = async (deps, session, { jobId }) => {
  const job = await ownedJob(deps, session.identity.id, jobId);
  session.send({ type: 'jobStatus', job });
};

export const subscribeJob: Handler<'subscribeJob'> = (_deps, session, { since }, job) => {
  session.unsubscribe();
  const from = since?.jobId === job.id ? session.afterSent(since) : null;
  // Without `since` a finished job sends nothing more (D3).
  const subscription =
    isActive(job.status) || from
      ? session.subscribe({
          jobId: job.id,
          projectId: job.project_id,
          from: from ?? 'now',
          origin: 'watch',
        })
      : null;
  session.send({ type: 'subscribed', jobId: job.id });
  subscription?.release();
};

/**
 * Stops a job, or takes a message out of its queue (Q3); without `jobId` stops the job that runs in
 * the selected project, or is to run there and was announced to this socket (F1).
 */
export const cancel: Handler<'cancel'> = async (deps, session, { jobId }) => {
  if (!jobId) return cancelSelected(deps, session);
  if (!session.isSignedIn()) return session.fail('Access denied');
  const found = await ownedJob(deps, session.identity.id, jobId);
  const unqueued = found ? null : await unqueue(deps, session, jobId);
  if (unqueued !== null)
    return session.send({ type: 'cancelled', message: 'Job cancelled', jobId: unqueued });
  const job = found ?? (await stopUnopened(deps, session, jobId));
  if (!job) return session.fail('Access denied');
  if (!isActive(job.status)) return sendEnd(session, job);
  await stopAndAnswer(deps, session, job, { message: 'Job cancelled', jobId: job.id });
};

/** The id of the message that was taken out; null = none waits under it. */
async function unqueue(
  { store }: SocketDeps,
  { identity, queue }: SignedInSession,
  jobId: unknown,
): Promise<string | null> {
  if (!isUuid(jobId)) return null;
  const id = jobId.toLowerCase();
  const lineId = chatLineIdFor(id, 'user');
  if (!(await store.queuedMessages.remove(id, identity.id, lineId))) return null;
  queue?.forget(id);
  return id;
}

/** Answers by the end of the row: `cancelled` only when it is cancelled or gone. */
async function stopAndAnswer(
  deps: SocketDeps,
  session: SignedInSession,
  job: JobRow,
  reply: { message: string; jobId?: string },
): Promise<void> {
  const row = await stopJob(deps, job);
  if (!row || row.status === 'cancelled') return session.send({ type: 'cancelled', ...reply });
  // Too late to stop: a subscriber is sent the end by the stream, any other socket from here.
  if (session.subscription?.jobId !== job.id) sendEnd(session, await untilEnded(deps, row));
}

/**
 * An accepted job that no worker has opened yet has no row (A6): its writer is reached by the
 * selected project, and opens the row on the way to its end. Null when the writer has another job.
 */
async function stopUnopened(
  deps: SocketDeps,
  { identity, projectId }: SignedInSession,
  jobId: unknown,
): Promise<JobRow | null> {
  if (!projectId || !isUuid(jobId)) return null;
  const id = jobId.toLowerCase();
  if ((await deps.admitter.cancel(projectId, id)) === 'otherJob') return null;
  const row = await ownedJob(deps, identity.id, id);
  if (row?.status === 'cancelled') await deps.feeds.cancelled(row);
  return row;
}

async function cancelSelected(deps: SocketDeps, session: Session): Promise<void> {
  if (!session.isSignedIn() || !session.projectId) return;
  const job =
    (await deps.store.jobs.active(session.projectId)) ?? (await stopAccepted(deps, session));
  const reply = { message: 'Operation cancelled' };
  if (job && isActive(job.status)) return stopAndAnswer(deps, session, job, reply);
  session.send({ type: 'cancelled', ...reply });
}

/** The job of its subscription may still wait: in a queue (Q3), or for a worker (A6). */
async function stopAccepted(deps: SocketDeps, session: SignedInSession): Promise<JobRow | null> {
  const { subscription, projectId } = session;
  if (subscription === null || subscription.projectId !== projectId) return null;
  const { jobId } = subscription;
  if ((await deps.store.jobs.get(jobId)) !== null) return null;
  if ((await unqueue(deps, session, jobId)) !== null) return null;
  return stopUnopened(deps, session, jobId);
}

function sendEnd(session: Session, row: JobRow): void {
  const frame =
    row.status === 'cancelled'
      ? ({ type: 'cancelled', message: 'Job cancelled', jobId: row.id } as const)
      : terminalFrameOfRow(row);
  if (frame) session.send(frame);
}

async function untilEnded({ store }: SocketDeps, row: JobRow): Promise<JobRow> {
  if (!isActive(row.status)) return row;
  const read = async () => (await store.jobs.get(row.id)) ?? row;
  return poll(read, ({ status }) => !isActive(status), NEARLY_DONE_MS, 100);
}

/**
 * Stops a job (F1); its subscribers here are sent `cancelled` before this resolves. Returns the row
 * afterwards; a job past its commit point is still active or completed in it.
 */
export async function stopJob(
  { admitter, store, feeds }: Pick<SocketDeps, 'admitter' | 'store' | 'feeds'>,
  job: JobRow,
): Promise<JobRow | null> {
  const ask = (projectId: string, jobId: string) => admitter.cancel(projectId, jobId);
  const row = await cancelJob(ask, store.jobs, job);
  if (row?.status === 'cancelled') await feeds.cancelled(row);
  return row;
}
