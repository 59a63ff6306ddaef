import type { ErrorKind } from '../../contracts/base/errors.js';
import type { PendingQuestion } from '../../contracts/wire/frames.js';
import type { Message } from '../../contracts/messages/message.js';
import type { Language } from '../../contracts/base/language.js';
import type { PlayReport } from '../../contracts/game/play.js';
import type { PushedEnd } from '../../contracts/media/push.js';
import type { MessageOptions, QueuePlace } from '../../contracts/rows/queued.js';
import type { JobRow } from '../../contracts/rows/rows.js';
import type { RunUsage } from '../../contracts/execution/runner.js';
import type { Cursor, JobEvent } from '../../contracts/durable/stream.js';
import type { Backend } from '../../contracts/execution/backends.js';
import type { CancelAnswer } from '../../contracts/rows/actions.js';
import type { MessageReading } from '../../domain/generation/generation-plan.js';
import type { AttemptActivities } from './attempt-port.js';
import type {
  DesignActivities,
  GenerationPlan,
  MessageToRead,
  PlanGenerationInput,
} from './plan-port.js';
import type { JobRef } from './refs.js';

export interface OpenJobInput extends JobRef {
  content: string;
  maxQueuedJobs: number;
  /** Left out = it is none. */
  isRerun?: true;
  /** Of a message that may wait (Q3). */
  mayWait?: { messageId: string; options: MessageOptions; isAsked: boolean };
}

/** The database cannot keep what is sent to it (O5). */
export type NotKept = 'SchemaMismatch' | 'ValueRefused';

export type OpenedJob =
  | { outcome: 'opened' | 'existing'; job: JobRow }
  | ({ outcome: 'queued' } & QueuePlace)
  | {
      outcome: 'refused';
      code: 'USER_LIMIT_EXCEEDED' | 'SYSTEM_LIMIT_EXCEEDED' | 'ACCESS_DENIED' | NotKept;
    };

export interface Answer {
  message: string;
  suggestions: string[];
}

export interface PublishInput extends JobRef {
  revision: string;
  parent: string | null;
  subject: string;
  /** What its play has found; null or absent = it was not played. */
  play?: PlayReport | null;
  /** Place of the event that it is being saved; left out by older workflows. */
  place?: Cursor;
}

/** A job at its end. `backend`: of its last run; left out where it had none (or is older). */
export interface EndingJob extends JobRef {
  attempt: number;
  backend?: Backend;
}

/** How a job ends well. `event` precedes `completed` in the stream. */
export interface CompleteJobInput extends EndingJob {
  message: Message;
  suggestions: string[];
  mode: 'chat' | 'restore' | null;
  generator: 'claude' | 'haiku';
  /** The published version, for a job that made one. */
  revision: string | null;
  event: Extract<JobEvent, { type: 'chat' | 'restoreProposal' | 'published' }>;
  pendingQuestion: PendingQuestion | null;
  usage: RunUsage | null;
  /** What the play of the version has found. */
  play?: PlayReport;
  /** The sender's: of V2's texts, and of suggestions beside the model's own (left out = none). */
  language?: Language;
}

export interface FailJobInput extends EndingJob {
  kind: ErrorKind;
  detail: string;
}

/**
 * False: the row had ended before. `costUsd`: the job's cost; a worker that cannot determine it, or
 * is of an older build, returns `true`. `push`: the end to notify the user's browsers of;
 * `isAwaited`: a message of the user waits (Q3).
 */
export type ClosedJob = boolean | { costUsd: number; push?: PushedEnd; isAwaited?: true };

export interface JobActivities extends AttemptActivities, DesignActivities {
  /** Inserts the row and the user's line once; answers with what is there (A7). */
  openJob(input: OpenJobInput): Promise<OpenedJob>;
  /** Turns the row into `processing`, opens the stream with `started` (B2). */
  startProcessing(input: JobRef): Promise<void>;
  /** What the small model makes of the message, within 5 s; null = it is away or talks nonsense. */
  readMessage(input: MessageToRead): Promise<MessageReading | null>;
  /** Decides what the message becomes; asks no model. */
  planGeneration(input: PlanGenerationInput): Promise<GenerationPlan>;
  /** Answers in words. */
  answerQuestion(input: JobRef & { content: string; language?: Language }): Promise<Answer>;
  /** The commit point (E4). */
  publishRevision(input: PublishInput): Promise<{ revision: string }>;
  /** History line, row, events, in this order, once (D4). */
  completeJob(input: CompleteJobInput): Promise<ClosedJob>;
  failJob(input: FailJobInput): Promise<ClosedJob>;
  /**
   * Ends the row unless the commit point has passed (F1); then its workflow counts as cancelled
   * (I4).
   */
  cancelJob(input: EndingJob): Promise<CancelAnswer['outcome']>;
  /**
   * What is known of a job that was cancelled, once its runs have ended; of older workers its cost
   * in US dollars, null = unknown.
   */
  costOfJob(input: JobRef): Promise<ClosedJob | number | null>;
  /**
   * Gives a project that still has the default name the game's own; notifies subscribers. Null when
   * it keeps its name.
   */
  nameProject(
    input: JobRef & { revision: string; attempt: number },
  ): Promise<{ name: string } | null>;
}
