import type { AdmitQueuedInput, Queueing } from '../../contracts/durable/workflows.js';
import type { NotKept } from './job-port.js';
import type { MessageOptions, QueuePlace } from '../../contracts/rows/queued.js';

/** A message that has met a running job; `queue` left out: it is only noted. */
export interface NotedMessage {
  projectId: string;
  messageId: string;
  content: string;
  userId?: string;
  queue?: Queueing & { options: MessageOptions; maxQueued: number };
}

export type NotedAs =
  | ({ outcome: 'queued' } & QueuePlace)
  | { outcome: 'refused'; code: 'SYSTEM_LIMIT_EXCEEDED' | 'ACCESS_DENIED' | NotKept };

export interface QueueActivities {
  /** Queues the message (Q3), or keeps its text in the chat alone (A4): nothing is answered. */
  noteMessage(input: NotedMessage): Promise<NotedAs | null | void>;
  /** Starts the job of the user's message whose turn it is, once its project's writer has ended. */
  admitQueued(input: AdmitQueuedInput): Promise<void>;
}
