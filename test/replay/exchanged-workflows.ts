import { condition, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';
import type { SharedActivities } from '../../src/activities/ports/shared-set.js';
import { ADMIT_UPDATE, type GenerateGameInput } from '../../src/contracts/durable/workflows.js';

const shared = proxyActivities<SharedActivities>({
  startToCloseTimeout: '20 seconds',
  taskQueue: 'dreamcore',
});

/** The story of generate-game which still takes its caller in, and plans before it opens. */
export async function generateGame(input: GenerateGameInput): Promise<void> {
  setHandler(defineUpdate(ADMIT_UPDATE), () => condition(() => false));
  const ref = { jobId: input.jobId, userId: input.userId, projectId: input.projectId };
  await shared.planGeneration({
    ...ref,
    content: input.content,
    selectedStyle: null,
    autoFix: false,
  });
}
