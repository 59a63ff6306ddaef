import { z } from 'zod';
import { QueuedMessage, QueuePlace, type MessageOptions } from '../../contracts/rows/queued.js';
import { call, type Client } from './client.js';

export const Queued = QueuePlace.extend({ outcome: z.literal('queued') });
const Answer = z
  .discriminatedUnion('outcome', [
    Queued,
    z.object({
      outcome: z.literal('refused'),
      code: z.enum(['SYSTEM_LIMIT_EXCEEDED', 'ACCESS_DENIED']),
    }),
  ])
  .nullable();

/** A message on its way into the queue. */
export interface MessageToQueue {
  readonly id: string;
  readonly messageId: string;
  readonly userId: string;
  readonly projectId: string;
  readonly content: string;
  /** Its chat line; null = the line comes when the job begins. */
  readonly chatId: string | null;
  readonly options: MessageOptions;
  /** Messages that one user may have queued. */
  readonly maxQueued: number;
  /** Equal words at the end of the queue are the same message. */
  readonly joinsEqual: boolean;
}

/** Table `queued_messages` (Q3), for the service role. */
export function queuedMessagesTable(client: Client) {
  return {
    /** Once, however often it is asked for; null = its job has begun. */
    add: (message: MessageToQueue): Promise<z.infer<typeof Answer>> =>
      call(client, 'queue_message', message, Answer),

    has: async (id: string): Promise<boolean> =>
      (await call(client, 'queued_message', { id }, Queued.nullable())) !== null,

    /**
     * The oldest of each project of users without an active job (`userId` null = of all), the
     * project that has waited longest for a job first.
     */
    heads: (userId: string | null, limit: number): Promise<QueuedMessage[]> =>
      call(client, 'queue_heads', { userId, limit }, z.array(QueuedMessage)),

    /** Its job is cancelled; false = it is not in the user's queue. */
    remove: (id: string, userId: string, chatId: string): Promise<boolean> =>
      call(client, 'unqueue_message', { id, userId, chatId }, z.boolean()),
  };
}
