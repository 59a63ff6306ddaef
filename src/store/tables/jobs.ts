import { z } from 'zod';
import type { Doing } from '../../contracts/messages/doing.js';
import type { PendingQuestion } from '../../contracts/wire/frames.js';
import { AppError } from '../../contracts/base/errors.js';
import { storableJson } from '../../contracts/base/ids.js';
import { ACTIVE_STATES, EndedJob, JobRow, type JobResult } from '../../contracts/rows/rows.js';
import type { RunUsage } from '../../contracts/execution/runner.js';
import type { Language } from '../../contracts/base/language.js';
import {
  codeOf,
  message,
  render,
  withTexts,
  type Message,
} from '../../contracts/messages/message.js';
import { stepOf } from '../../contracts/messages/steps.js';
import type { Backend } from '../../contracts/execution/backends.js';
import type { MessageOptions } from '../../contracts/rows/queued.js';
import { askAll, askFirst, call, type Client } from './client.js';
import { Queued } from './queued-messages.js';

/**
 * Users may insert rows of their own, and older ones exist: a column without a value gets a neutral
 * one.
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

const Opened = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['opened', 'existing']), job: StoredJob }),
  Queued,
  z.object({
    outcome: z.literal('refused'),
    code: z.enum(['USER_LIMIT_EXCEEDED', 'SYSTEM_LIMIT_EXCEEDED', 'ACCESS_DENIED']),
  }),
]);

/** The message of a completed job whose own is lost or cannot be stored. */
const UPDATED = message('GAME_UPDATED');
const UPDATED_TEXTS = withTexts(UPDATED);
const CRASHED_TEXTS = withTexts(message('RunCrashed'));

export interface OpenJob {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string;
  readonly content: string;
  /** Id of the user's chat line. */
  readonly chatId: string;
  readonly maxQueuedJobs: number;
  /** The sender's, as far as the message shows it: V2's text columns are rendered in it. */
  readonly language?: Language | null;
  /** The house pays for it (E9); left out = it is none. */
  readonly isRerun?: boolean;
  /** Of a message that may wait (Q3): behind one of its project, `isAsked` also of its user. */
  readonly queue?: { messageId: string; options: MessageOptions; isAsked: boolean } | undefined;
}

export interface CompleteJob {
  readonly id: string;
  readonly message: Message;
  /** The sender's; left out = Japanese. */
  readonly language?: Language | undefined;
  readonly result: Omit<JobResult, 'message' | 'code' | 'params'>;
  /** The assistant's chat line and its id; null = none. */
  readonly history: Message | null;
  readonly chatId: string;
  readonly pendingQuestion: PendingQuestion | null;
  readonly usage: RunUsage | null;
}

export type Jobs = ReturnType<typeof jobsTable>;

/** Table `jobs`: rows of generations and their life (B), for the service role. */
export function jobsTable(client: Client) {
  const rows = (columns = '*') => client.from('jobs').select(columns);
  const newest = (projectId: string, columns?: string) =>
    rows(columns).eq('project_id', projectId).order('created_at', { ascending: false });
  return {
    get: (jobId: string): Promise<JobRow | null> =>
      askFirst('read the job', rows().eq('id', jobId), StoredJob),

    /** The project's job that is still owed an end. */
    active: (projectId: string): Promise<JobRow | null> =>
      askFirst(
        'find the active job',
        newest(projectId).in('status', ACTIVE_STATES).limit(1),
        StoredJob,
      ),

    /** A project's jobs, newest first. */
    list: (projectId: string, limit: number): Promise<JobRow[]> =>
      askAll('list the jobs', newest(projectId).limit(limit), StoredJob),

    /** How a project's jobs ended, newest first. */
    ends(projectId: string, limit: number): Promise<EndedJob[]> {
      const query = newest(projectId, Object.keys(EndedJob.shape).join(', '));
      return askAll('list how the jobs ended', query.limit(limit), EndedJob);
    },

    ...jobStart(client),
    ...jobProgress(client),
    ...jobEnd(client),
  };
}

/** A function of the database that answers the row afterwards. */
const changed = (client: Client, name: string, params: object): Promise<JobRow | null> =>
  call(client, name, params, StoredJob.nullable());

/** From the accepted message to the slot. */
function jobStart(client: Client) {
  return {
    /**
     * Row and chat line in one transaction; a row that is there is answered as it is, whatever its
     * state (A7). A queued message leaves its queue, or keeps its place there (Q3).
     */
    open({ isRerun = false, maxQueuedJobs: maxQueued, language, queue, ...job }: OpenJob) {
      const { id, userId, projectId, content, chatId } = job;
      const texts = { language: language ?? 'ja', crashed: CRASHED_TEXTS, updated: UPDATED_TEXTS };
      const params = { id, userId, projectId, content, chatId, maxQueued, isRerun, queue };
      return call(client, 'open_job', { ...params, ...texts }, Opened);
    },

    /**
     * pending → processing; with a place in the queue when it needs a slot (B2), with its progress
     * and, once it is known, the sender's language. The row as it is now, null when gone.
     */
    startProcessing: (
      jobId: string,
      needsSlot: boolean,
      told: { progress: number; message: Message } | null = null,
      language: Language | null = null,
    ): Promise<JobRow | null> =>
      changed(client, 'start_processing', {
        id: jobId,
        needsSlot,
        progress: told?.progress,
        message: told && withTexts(told.message),
        step: stepOf(told?.message ?? null),
        language,
      }),

    /**
     * True while `attempt` is the row's newest and the row is active; the first time counts as the
     * start (B2). The attempt counts as made on `backend` from now on, whatever it was meant for.
     */
    takeSlot: (jobId: string, attempt: number, backend: Backend | null = null): Promise<boolean> =>
      call(client, 'take_slot', { id: jobId, attempt, backend }, z.boolean()),

    /** 1 = next; null when the job does not wait for a slot. */
    queuePosition: (jobId: string): Promise<number | null> =>
      call(client, 'queue_position', { id: jobId }, z.number().int().nullable()),
  };
}

function jobProgress(client: Client) {
  return {
    /**
     * Writes what is given, what the model does, and the time; null when the row is not processing
     * or `attempt` (null = any) is not its newest (B3). Late progress of an attempt that was
     * played or is being saved leaves the step as it is.
     */
    noteProgress: (
      jobId: string,
      attempt: number | null,
      progress: number | null,
      message: Message | null,
      doing: Doing | null = null,
    ): Promise<JobRow | null> =>
      changed(client, 'note_progress', {
        id: jobId,
        attempt,
        progress,
        message: message && withTexts(message),
        step: stepOf(message),
        doing,
      }),
  };
}

function jobEnd(client: Client) {
  return {
    /**
     * Row, chat line and open question in one transaction. Null = it had ended otherwise, or is
     * gone; a repeat answers the row. Values that cannot be stored are left out: a job is never
     * kept open by them.
     */
    complete: (job: CompleteJob): Promise<JobRow | null> => {
      const { id, chatId, language } = job;
      const textOf = (said: Message) => render(said, language);
      const send = (end: Omit<CompleteJob, 'id' | 'chatId' | 'language'>) =>
        changed(client, 'complete_job', {
          id,
          result: storableJson(
            JSON.stringify({
              message: textOf(end.message),
              ...codeOf(end.message),
              ...end.result,
            }),
          ),
          history: end.history && { text: textOf(end.history), ...codeOf(end.history) },
          chatId,
          pendingQuestion: end.pendingQuestion,
          usage: end.usage,
          updated: UPDATED_TEXTS,
        });
      return send(job).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.kind !== 'ValueRefused') throw error;
        const nothing = { history: null, pendingQuestion: null, usage: null };
        return send({ message: UPDATED, result: {}, ...nothing });
      });
    },

    /**
     * Null = it had ended otherwise, or is gone, or is past its commit point and is completed now;
     * a repeat answers the row.
     */
    fail: (jobId: string, error: Message): Promise<JobRow | null> =>
      changed(client, 'fail_job', {
        id: jobId,
        error: withTexts(error),
        updated: UPDATED_TEXTS,
      }),

    /**
     * `too_late` after the commit point or another end (F1); a repeat answers `cancelled` again.
     */
    cancel: (jobId: string): Promise<'cancelled' | 'too_late'> =>
      call(client, 'cancel_job', { id: jobId }, z.enum(['cancelled', 'too_late'])),
  };
}
