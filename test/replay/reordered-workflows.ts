import { proxyActivities } from '@temporalio/workflow';
import type { SharedActivities } from '../../src/activities/ports/shared-set.js';
import type { GenerateGameInput } from '../../src/contracts/durable/workflows.js';

const shared = proxyActivities<SharedActivities>({
  startToCloseTimeout: '20 seconds',
  taskQueue: 'dreamcore',
});

/**
 * The story of generate-game with its first two steps exchanged: what a careless change would look
 * like.
 */
export async function generateGame(input: GenerateGameInput): Promise<void> {
  const ref = { jobId: input.jobId, userId: input.userId, projectId: input.projectId };
  await shared.planGeneration({
    ...ref,
    content: input.content,
    selectedStyle: null,
    autoFix: false,
  });
  await shared.openJob({ ...ref, content: input.content, maxQueuedJobs: input.maxQueuedJobs });
}
