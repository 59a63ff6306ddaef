import type { NotKept, OpenedJob } from '../../activities/ports/job-port.js';
import {
  optionsOf,
  type AdmitAnswer,
  type AdmitRequest,
  type GenerateGameInput,
} from '../../contracts/durable/workflows.js';
import { shared } from './activity-proxies.js';
import { classifyFailure } from './failures.js';
import { admitRefused } from './writer-messages.js';

/** A database that cannot open the job refuses it: waiting callers are answered at once (O5). */
export async function openJob(input: GenerateGameInput): Promise<OpenedJob> {
  const { jobId, userId, projectId, content, maxQueuedJobs, messageId, queue, sentBy } = input;
  const { isAsked } = queue ?? {};
  try {
    return await shared.openJob.executeWithOptions(
      { summary: 'Insert the job row and the chat line' },
      [
        {
          ...{ jobId, userId, projectId, content, maxQueuedJobs },
          ...(sentBy !== undefined && { isRerun: true }),
          ...(isAsked !== undefined && {
            mayWait: { messageId, options: optionsOf(input), isAsked },
          }),
        },
      ],
    );
  } catch (error) {
    return { outcome: 'refused', code: notKept(error) };
  }
}

/** Why the database keeps no such message, however often it is sent; throws any other failure. */
function notKept(error: unknown): NotKept {
  const { kind } = classifyFailure(error);
  if (kind !== 'SchemaMismatch' && kind !== 'ValueRefused') throw error;
  return kind;
}

/**
 * The answer to a message that has met a running job (`content` null: other work): it waits (Q3).
 * Null = the job stands for it, as its words are the same or it has noted them (A4).
 */
export async function queueMessage(
  { projectId, content: running }: { projectId: string; content: string | null },
  { messageId, userId, content, queue }: Extract<AdmitRequest, { kind: 'generate' }>,
): Promise<AdmitAnswer | null> {
  // Tapped twice, in a client that does not name its messages.
  if (queue?.isUnnamed && content === running) return null;
  const message = { projectId, messageId, content };
  const queued = await shared
    .noteMessage({ ...message, ...(queue && { userId, queue }) })
    .catch((error: unknown) => ({ outcome: 'refused' as const, code: notKept(error) }));
  if (!queued) return null;
  if (queued.outcome === 'refused') throw admitRefused(queued.code);
  const { jobId, place } = queued;
  return { kind: 'queued', jobId, place };
}
