/** What the life of a message calls in the rest of the page, and what it keeps of one. */
import type { Coded } from '../texts/server-words.js';
import type { Frame, JobRow, OutgoingMessage } from '../types.js';
import type { ChangeReceipt } from './change-receipt.ts';
import type { Line, Look } from './chat-lines.ts';
import type { Ending } from './made-version.tsx';
import type { PendingMessage } from './outbox.js';

/** A message without what each sending of it has anew. */
export interface Sent {
  message: Omit<OutgoingMessage, 'type' | 'messageId' | 'queue' | 'skipStyleSelection'>;
  shown: string;
}

export type Failure = Coded & { message: string };

export interface Answer {
  body: string;
  suggestions: string[];
  changedFiles: boolean;
  ending?: Ending;
  change?: ChangeReceipt | null;
}

export interface JobStory {
  showUser(said: string, shown: string): Line;
  /** This line is of this job. */
  begun(line: Line, jobId: string): void;
  /** Unless it is shown already; the history has it only of a job that exists. */
  showBegun(sent: PendingMessage, job: { jobId: string; isExisting: boolean }): void;
  remove(line: Line): void;
  /** The same answer may come twice. */
  showAnswer(answer: Answer): void;
  showNote(note: string, again: (() => void) | null): void;
  showFailure(failure: Failure, again: (() => boolean) | null): void;
  showLook(look: Look): void;
  askRestore(frame: Frame<'geminiRestore'>): void;
  keepChanges(frame: Frame<'geminiCode'>): void;
  /** The end of a job came without its answer: the server knows it. */
  readAgain(): void;
  notify(outcome: 'done' | 'failed', jobId?: string): void;
  /** The newest message, also of another tab; '' = there is none. */
  readonly lastSaid: string;
}

export const failureOf = ({ error, error_code, error_params }: JobRow): Failure => ({
  ...{ message: error ?? '', code: error_code, params: error_params },
});

/** What is sent again of a message. */
export function lastOf({ frame, shown }: PendingMessage): Sent {
  const { type: _t, messageId: _id, queue: _queue, skipStyleSelection: _skip, ...message } = frame;
  return { message, shown };
}
