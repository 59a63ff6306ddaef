import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { poll } from '../../../concurrency.js';
import type { Config } from '../../../config.js';
import { adoptionWorkflowId, chatLineIdFor, jobIdFor } from '../../../contracts/base/ids.js';
import type { QueuedMessage } from '../../../contracts/rows/queued.js';
import type { Store } from '../../../store/index.js';
import { describeOrNull } from '../../../temporal/describe.js';
import { writerStart } from '../../../temporal/writer-start.js';
import type { NotedMessage, QueueActivities } from '../../ports/queue-port.js';

/** Projects that one round looks at. */
const LIMIT = 200;
/** A writer in its last step ends within this time; the watch takes up what is left. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 50;

export interface QueueDeps {
  store: Pick<Store, 'queuedMessages' | 'chatHistory'>;
  client: Pick<Client, 'workflow'>;
  config: Pick<Config, 'MAX_QUEUED_JOBS' | 'JOB_TIMEOUT_MS'>;
}

/** Messages into the queue, and out of it (Q3). */
export function queueActivities(deps: QueueDeps): QueueActivities {
  return {
    noteMessage: (message) => note(deps, message),
    async admitQueued({ userId }) {
      const admit = () => admitNext(deps, userId);
      await poll(admit, (outcome) => outcome !== 'busy', PATIENCE_MS, LOOK_MS);
    },
  };
}

function note(
  { store }: QueueDeps,
  { projectId, messageId, content, userId, queue }: NotedMessage,
): ReturnType<QueueActivities['noteMessage']> {
  const id = jobIdFor(projectId, messageId);
  const chatId = chatLineIdFor(id, 'user');
  if (queue === undefined || userId === undefined)
    return store.chatHistory.append({
      ...{ id: chatId, projectId, role: 'user' },
      message: { text: content },
    });
  const { isAsked, isUnnamed, options, maxQueued } = queue;
  return store.queuedMessages.add({
    ...{ id, messageId, userId, projectId, content, options, maxQueued },
    chatId: isAsked ? null : chatId,
    joinsEqual: isUnnamed,
  });
}

/**
 * Starts the job of the next message of each user (`userId` null), or of one: the oldest of the
 * project that has waited longest, unless that has a writer. `busy`: all of them have.
 */
export async function admitNext(
  deps: QueueDeps,
  userId: string | null,
): Promise<'started' | 'busy' | 'none'> {
  const heads = await deps.store.queuedMessages.heads(userId, LIMIT);
  const served = new Set<string>();
  for (const head of heads)
    if (!served.has(head.user_id) && (await start(deps, head))) served.add(head.user_id);
  return served.size > 0 ? 'started' : heads.length > 0 ? 'busy' : 'none';
}

/** False = its project has a writer, or goes to another user first. */
async function start({ client, config }: QueueDeps, message: QueuedMessage): Promise<boolean> {
  if (await isHandedOver(client, message.user_id)) return false;
  const { type, options } = writerStart({
    kind: 'generate',
    input: {
      ...message.options,
      jobId: message.id,
      messageId: message.message_id,
      userId: message.user_id,
      projectId: message.project_id,
      content: message.content,
      maxQueuedJobs: config.MAX_QUEUED_JOBS,
      jobTimeoutMs: config.JOB_TIMEOUT_MS,
      queue: { isAsked: true, isUnnamed: false },
    },
  });
  try {
    await client.workflow.start(type, { ...options, workflowIdConflictPolicy: 'FAIL' });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** What a guest has queued begins when his project is his account's (D8): with its rights. */
async function isHandedOver(client: QueueDeps['client'], userId: string): Promise<boolean> {
  const run = await describeOrNull(client, adoptionWorkflowId(userId));
  return run?.status.name === 'RUNNING';
}
