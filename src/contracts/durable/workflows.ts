import { Backend, queuesOf } from '../execution/backends.js';
import type { ErrorKind } from '../base/errors.js';
import type { TakenGame } from './rerun.js';
import type { WriterAction } from '../rows/actions.js';
import type { MessageOptions, QueuePlace } from '../rows/queued.js';
import type { JobRow } from '../rows/rows.js';
import type { RunUsage } from '../execution/runner.js';
import type { TuneOutcome } from '../game/settings.js';

/** Short work and workflow tasks; never shares a queue with long work (G2). */
export const TASK_QUEUE = 'dreamcore';
/** Answers in words, which wait for a model: a hanging one delays no commit (G2). */
export const ANSWER_QUEUE = 'dreamcore-answers';
/** Copies of games and their checks, which wait for our own address (G2). */
export const PUBLISHING_QUEUE = 'dreamcore-publishing';
/** House-keeping and watching, beside all work with a waiting caller (G2). */
export const MAINTENANCE_QUEUE = 'dreamcore-maintenance';
/** Notifications, which wait for the push services of browsers (G2). */
export const PUSH_QUEUE = 'dreamcore-push';

/** Every queue: a worker of any build and configuration polls all of them (I1). */
export const ALL_QUEUES: readonly string[] = [
  TASK_QUEUE,
  ANSWER_QUEUE,
  PUBLISHING_QUEUE,
  MAINTENANCE_QUEUE,
  PUSH_QUEUE,
  ...Backend.options.flatMap(queuesOf),
];
/** The Worker Deployment whose versions are our builds (I1). */
export const DEPLOYMENT_NAME = 'dreamcore';

/** Type of the failure by which an activity ends because its worker is shut down (I5). */
export const WORKER_SHUTDOWN = 'WorkerShutdown';
export interface WorkerShutdownDetails {
  /** The work goes on without the worker, and the next one takes it up; else it was cut. */
  readonly goesOn: boolean;
}

/** Failure type of an activity whose worker was killed, as its host reports it. */
export const WORKER_DIED = 'WorkerDied';

/** Longest life of a run: a job may wait for a slot; a round that is cut comes again (I1). */
export const JOB_EXECUTION_TIMEOUT = '24 hours';
export const ACTION_EXECUTION_TIMEOUT = '2 hours';
export const ROUND_RUN_TIMEOUT = '15 minutes';

/** What the writer of a project is doing (A4). */
export type WriterKind = 'generate' | 'restore' | 'tune' | 'delete';

/** How a message that cannot begin yet is queued (Q3). */
export interface Queueing {
  /**
   * Its client shows queues: it may wait for another project of its user, and its chat line comes
   * when it begins.
   */
  isAsked: boolean;
  /** Its client gave it no id: equal words are the same message. */
  isUnnamed: boolean;
}

export interface GenerateGameInput extends MessageOptions {
  jobId: string;
  messageId: string;
  userId: string;
  projectId: string;
  content: string;
  /**
   * From the configuration of the API, because a workflow reads none: waiting jobs allowed, longest
   * run (F3).
   */
  maxQueuedJobs: number;
  jobTimeoutMs: number;
  /** The instance of the API that has the sender's socket, where it can be reached alone (Q2). */
  listenerUrl?: string;
  /** Left out by older builds, and by reruns: it does not wait. */
  queue?: Queueing;
  /** Of a rerun: whose message it was. That user's images go with it; the house pays (E9). */
  sentBy?: string | undefined;
  /** Of a rerun that does not begin at the beginning. */
  taken?: TakenGame;
}

/** What of the input was chosen beside the words. */
export function optionsOf({
  selectedStyle,
  autoFix,
  skipStyleSelection,
  disableSkills,
}: MessageOptions): MessageOptions {
  return {
    selectedStyle,
    autoFix,
    ...(skipStyleSelection && { skipStyleSelection }),
    ...(disableSkills && { disableSkills }),
  };
}

export interface RestoreVersionInput extends WriterAction {
  versionId: string;
}

export type DeleteProjectInput = WriterAction;

/**
 * Kept in the workflow's memo, so that a caller whose wait ran out can recognise its own run (A6).
 */
export interface WriterMemo {
  messageId: string;
  jobId: string;
  kind: WriterKind;
}

export const ADMIT_UPDATE = 'admit';
export const CANCEL_UPDATE = 'cancelJob';

export type AdmitRequest =
  | {
      kind: 'generate';
      messageId: string;
      userId: string;
      content: string;
      /** Left out: it is only noted. */
      queue?: Queueing & { options: MessageOptions; maxQueued: number };
    }
  | { kind: Exclude<WriterKind, 'generate'>; messageId: string; userId: string };

/**
 * Answer of the project's current writer; `kind` is the running workflow's, not the caller's (A4),
 * or `queued`: the message waits (Q3).
 */
export type AdmitAnswer =
  | { kind: 'generate'; jobId: string; isExisting: boolean; job: JobRow }
  | ({ kind: 'queued' } & QueuePlace)
  | { kind: 'restore'; jobId: string; isExisting: boolean; outcome: RestoreOutcome }
  | { kind: 'tune'; jobId: string; isExisting: boolean; outcome: TuneOutcome }
  | { kind: 'delete'; jobId: string; isExisting: boolean };

export type RestoreOutcome =
  | { ok: true; revision: string }
  | { ok: false; error: 'VersionNotFound' | 'NothingToRestore' | 'OPERATION_FAILED' };

/** Types of the failures that `admit` may answer with; the API maps them (A5, A6, A7). */
export const ADMIT_FAILURE = {
  closing: 'JobClosing',
  userLimit: 'USER_LIMIT_EXCEEDED',
  systemLimit: 'SYSTEM_LIMIT_EXCEEDED',
  denied: 'ACCESS_DENIED',
} as const;

export interface CancelRequest {
  jobId: string;
}

/** A published version that is searched after its job, or once its owner has played it (P3). */
export interface SearchGameInput {
  userId: string;
  projectId: string;
  revision: string;
}

/** After the end of one of his jobs: the next message of a user that waits is admitted (Q3). */
export interface AdmitQueuedInput {
  userId: string;
}

/** What a run was made by: the model, the version of its program, the runner. */
export interface RunBy {
  model: string;
  claudeCode: string;
  runner: string;
}

/** How a run of `generateGame` ended, for the operator. */
export interface GenerateGameOutcome {
  ended: 'completed' | 'failed' | 'cancelled' | 'refused' | 'existing' | 'queued';
  revision?: string;
  failure?: ErrorKind;
  /** What went wrong, for the operator. */
  detail?: string;
  /** For the operator, as far as it is known: what all of it was counted with, US dollars. */
  costUsd?: number;
  /** The model's report of the run that made the version or the answer. */
  usage?: RunUsage;
  by?: RunBy;
  /** The build that the workflow ended on (I1). */
  build?: string;
}
