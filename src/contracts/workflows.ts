import type { ErrorKind } from './errors.js';
import type { SelectedStyle } from './client-frames.js';
import type { Cursor, JobEvent, StreamItem } from './stream.js';
import type { JobRow } from './rows.js';

/** Short work and workflow tasks; never shares a queue with long work (G2). */
export const TASK_QUEUE = 'dreamcore';
/** Long local runs: slots = MAX_RUNNING_JOBS per worker. */
export const LOCAL_QUEUE = 'dreamcore-local';

export type Backend = 'local';

/** What the writer of a project is doing (A4). */
export type WriterKind = 'generate' | 'restore' | 'delete';

export interface GenerateGameInput {
  jobId: string;
  messageId: string;
  userId: string;
  projectId: string;
  content: string;
  selectedStyle: SelectedStyle | null;
  autoFix: boolean;
  maxQueuedJobs: number;
}

export interface RestoreVersionInput {
  actionId: string;
  messageId: string;
  userId: string;
  projectId: string;
  versionId: string;
}

export interface DeleteProjectInput {
  actionId: string;
  messageId: string;
  userId: string;
  projectId: string;
}

/** Kept in the workflow's memo, so that a caller whose wait ran out can recognise its own run (A6). */
export interface WriterMemo {
  messageId: string;
  jobId: string;
  kind: WriterKind;
}

export const ADMIT_UPDATE = 'admit';
export const CANCEL_UPDATE = 'cancelJob';

export type AdmitRequest =
  | { kind: 'generate'; messageId: string; userId: string; content: string }
  | { kind: 'restore'; messageId: string; userId: string }
  | { kind: 'delete'; messageId: string; userId: string };

/** Answer of whoever writes the project now; `kind` is the running workflow's, not the caller's (A4). */
export type AdmitAnswer =
  | { kind: 'generate'; jobId: string; isExisting: boolean; job: JobRow }
  | { kind: 'restore'; jobId: string; isExisting: boolean; outcome: RestoreOutcome }
  | { kind: 'delete'; jobId: string; isExisting: boolean };

export type RestoreOutcome = { ok: true; revision: string } | { ok: false; error: 'VersionNotFound' | 'NothingToRestore' | 'OPERATION_FAILED' };

/** Types of the failures that `admit` may answer with; the API maps them (A5, A6, A7). */
export const ADMIT_FAILURE = {
  closing: 'JobClosing',
  userLimit: 'USER_LIMIT_EXCEEDED',
  systemLimit: 'SYSTEM_LIMIT_EXCEEDED',
  denied: 'ACCESS_DENIED',
} as const;

export interface CancelRequest { jobId: string }
/** `tooLate`: the job had passed its commit point or ended; `otherJob`: the project's writer is another one (F1). */
export interface CancelAnswer { outcome: 'cancelled' | 'tooLate' | 'otherJob' }

export const APPEND_SIGNAL = 'append';
export const NEXT_PAGE_UPDATE = 'nextPage';

export interface JobStreamInput {
  jobId: string;
  /** Carried over a continue-as-new. */
  carried?: { items: StreamItem[]; delivered: Cursor; floor: Cursor; closedAtMs: number | null };
}

/** A page of a job's stream after `cursor`. `gap` tells that older items were dropped by the bounded tail. */
export interface StreamPage {
  items: StreamItem[];
  cursor: Cursor;
  ended: boolean;
  gap: boolean;
}

export interface NextPageRequest { after: Cursor; waitMs: number }

/** What planning decided about a message (design §2.3). */
export type Plan =
  | { kind: 'generate'; prompt: string; systemPrompt: string; userText: string; parent: string | null; extraFiles: { path: string; content: string }[] }
  | { kind: 'chat' }
  | { kind: 'question'; message: string; suggestions: string[]; request: string }
  | { kind: 'restoreProposal'; message: string; confirmLabel: string; cancelLabel: string };

/** Why a job ended badly, as the row, the stream and the operator see it. */
export interface JobFailure { kind: ErrorKind; detail: string }

export interface AppendEvents { jobId: string; items: { attempt: number; seq: number; event: JobEvent }[] }
