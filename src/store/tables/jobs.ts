import { z } from 'zod';
import type { Doing } from '../../contracts/doing.js';
import type { PendingQuestion } from '../../contracts/frames.js';
import { storable } from '../../contracts/ids.js';
import { ACTIVE_STATES, JobRow, type JobResult } from '../../contracts/rows.js';
import type { RunUsage } from '../../contracts/runner.js';
import { sentence } from '../../contracts/sentences.js';
import { stepOf } from '../../contracts/steps.js';
import type { Backend } from '../../contracts/backends.js';
import { ask, askFirst, isRefusedValue, type Client } from './client.js';

/**
 * Users may insert rows of their own, and older ones exist: a column without a value gets the one
 * that says nothing.
 */
export const StoredJob = z
  .looseObject({})
  .transform((raw) => ({
    ...raw,
    status: raw['status'] ?? 'failed',
    progress: raw['progress'] ?? 0,
    created_at: raw['created_at'] ?? new Date(0).toISOString(),
    updated_at: raw['updated_at'] ?? new Date(0).toISOString(),
  }))
  .pipe(JobRow);
const Rows = z.array(StoredJob);

const Opened = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['opened', 'existing']), job: StoredJob }),
  z.object({
    outcome: z.literal('refused'),
    code: z.enum(['USER_LIMIT_EXCEEDED', 'SYSTEM_LIMIT_EXCEEDED', 'ACCESS_DENIED']),
  }),
]);

/** What a job says whose own words cannot be stored. */
const PUBLISHED_MESSAGE = sentence('GAME_UPDATED');

export interface OpenJob {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string;
  readonly content: string;
  /** Id of the user's chat line. */
  readonly chatId: string;
  readonly maxQueuedJobs: number;
  /** The house pays for it (E9); left out = it is none. */
  readonly isRerun?: boolean;
}

export interface CompleteJob {
  readonly id: string;
  readonly result: JobResult;
  /** The assistant's chat line and its id; null = none. */
  readonly history: string | null;
  readonly chatId: string;
  readonly pendingQuestion: PendingQuestion | null;
  readonly usage: RunUsage | null;
}

export type Jobs = ReturnType<typeof jobsTable>;

/** Table `jobs`: rows of generations and their life (B), for the service role. */
export function jobsTable(client: Client) {
  return {
    get: (jobId: string): Promise<JobRow | null> =>
      askFirst('read the job', client.from('jobs').select('*').eq('id', jobId), StoredJob),

    /** The project's job that is still owed an end. */
    async active(projectId: string): Promise<JobRow | null> {
      const query = client
        .from('jobs')
        .select('*')
        .eq('project_id', projectId)
        .in('status', ACTIVE_STATES)
        .order('created_at', { ascending: false })
        .limit(1);
      return askFirst('find the active job', query, StoredJob);
    },

    /** A project's jobs, newest first. */
    list: (projectId: string, limit: number): Promise<JobRow[]> =>
      ask(
        'list the jobs',
        client
          .from('jobs')
          .select('*')
          .eq('project_id', projectId)
          .order('created_at', { ascending: false })
          .limit(limit),
        Rows,
      ),

    ...jobStart(client),
    ...jobProgress(client),
    ...jobEnd(client),
  };
}

/** From the accepted message to the slot. */
function jobStart(client: Client) {
  return {
    /**
     * Row and chat line in one transaction; a row that is there is answered as it is, whatever its
     * state (A7).
     */
    open: ({ id, userId, projectId, content, chatId, maxQueuedJobs, isRerun }: OpenJob) =>
      ask(
        'open the job',
        client.rpc('open_job', {
          p_id: id,
          p_user_id: userId,
          p_project_id: projectId,
          p_content: content,
          p_chat_id: chatId,
          p_max_queued: maxQueuedJobs,
          p_is_rerun: isRerun ?? false,
        }),
        Opened,
      ),

    /**
     * pending → processing; with a place in the queue when it needs a slot (B2), and with what is
     * told of it. The row as it is now, null when gone.
     */
    startProcessing: (
      jobId: string,
      needsSlot: boolean,
      told: { progress: number; message: string } | null = null,
    ): Promise<JobRow | null> =>
      ask(
        'start the job',
        client.rpc('start_processing', {
          p_id: jobId,
          p_needs_slot: needsSlot,
          p_progress: told?.progress ?? null,
          p_message: told?.message ?? null,
          p_step: stepOf(told?.message ?? null),
        }),
        StoredJob.nullable(),
      ),

    /**
     * True while `attempt` is the row's newest and the row is active; the first time counts as the
     * start (B2). The attempt counts as made on `backend` from now on, whatever it was meant for.
     */
    takeSlot: (jobId: string, attempt: number, backend: Backend | null = null): Promise<boolean> =>
      ask(
        'take the slot',
        client.rpc('take_slot', { p_id: jobId, p_attempt: attempt, p_backend: backend }),
        z.boolean(),
      ),

    /** 1 = next; null when the job does not wait for a slot. */
    queuePosition: (jobId: string): Promise<number | null> =>
      ask(
        'read the queue',
        client.rpc('queue_position', { p_id: jobId }),
        z.number().int().nullable(),
      ),
  };
}

/** While it is made. */
function jobProgress(client: Client) {
  return {
    /**
     * Writes what is given, what the model does, and the time; null when the row is not processing
     * or `attempt` (null = any) is not its newest (B3). What is told late of an attempt that was
     * played or is being saved leaves the step as it is.
     */
    noteProgress: (
      jobId: string,
      attempt: number | null,
      progress: number | null,
      message: string | null,
      doing: Doing | null = null,
    ): Promise<JobRow | null> =>
      ask(
        'note progress',
        client.rpc('note_progress', {
          p_id: jobId,
          p_attempt: attempt,
          p_progress: progress,
          p_message: message,
          p_step: stepOf(message),
          p_doing: doing,
        }),
        StoredJob.nullable(),
      ),
  };
}

/** The three ends. */
function jobEnd(client: Client) {
  return {
    /**
     * Row, chat line and open question in one transaction. Null = it had ended otherwise, or is
     * gone; a repeat answers the row. Values that cannot be stored are left out: a job is never
     * kept open by them.
     */
    complete: ({
      id,
      result,
      history,
      chatId,
      pendingQuestion,
      usage,
    }: CompleteJob): Promise<JobRow | null> => {
      const send = (said: Partial<CompleteJob>): Promise<JobRow | null> =>
        ask(
          'complete the job',
          client.rpc('complete_job', {
            p_id: id,
            p_result: JSON.stringify(said.result ?? { message: PUBLISHED_MESSAGE }),
            p_history: said.history == null ? null : storable(said.history),
            p_chat_id: chatId,
            p_pending_question: said.pendingQuestion ?? null,
            p_usage: said.usage ?? null,
          }),
          StoredJob.nullable(),
        );
      return send({ result, history, pendingQuestion, usage }).catch((error: unknown) => {
        if (!isRefusedValue(error)) throw error;
        return send({});
      });
    },

    /**
     * Null = it had ended otherwise, or is gone, or is past its commit point and is completed now;
     * a repeat answers the row.
     */
    fail: (jobId: string, error: string): Promise<JobRow | null> =>
      ask(
        'fail the job',
        client.rpc('fail_job', { p_id: jobId, p_error: storable(error) }),
        StoredJob.nullable(),
      ),

    /**
     * `too_late` after the commit point or another end (F1); a repeat answers `cancelled` again.
     */
    cancel: (jobId: string): Promise<'cancelled' | 'too_late'> =>
      ask(
        'cancel the job',
        client.rpc('cancel_job', { p_id: jobId }),
        z.enum(['cancelled', 'too_late']),
      ),
  };
}
