import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { CANCEL_ACTION_UPDATE } from '../../src/contracts/rows/actions.js';
import { gameIdFor } from '../../src/contracts/base/ids.js';
import { generateInput, type FakeActivities, type WorkflowEnv } from '../support/workflow-env.js';
import { untilCancelled, type Recorder } from './record-images.js';

/** Publishing and its words: done well, refused by the check, cancelled, not the caller's. */
export async function recordPublications(
  env: WorkflowEnv,
  { succeed, save }: Recorder,
): Promise<void> {
  const wrong = async (): Promise<never> => {
    throw ApplicationFailure.nonRetryable('other bytes', 'PublishCheckFailed');
  };
  const stories: [name: string, type: string, FakeActivities][] = [
    ['publish-info', 'generatePublishInfo', {}],
    ['publish-success', 'publishGame', {}],
    ['publish-check-failed', 'publishGame', { checkCopy: wrong }],
    ['publish-denied', 'publishGame', { openAction: async () => 'denied' }],
    ['publish-cancel', 'publishGame', { checkCopy: untilCancelled }],
    ['unpublish', 'unpublishGame', {}],
    ['remix-success', 'remixGame', {}],
    ['remix-denied', 'remixGame', { openAction: async () => 'denied' }],
  ];
  const listing = {
    title: '星よけ',
    description: '',
    howToPlay: '',
    tags: [],
    visibility: 'public',
    remix: 'allowed',
    thumbnailUrl: null,
  };
  for (const [name, type, overrides] of stories) {
    const workflowId = `publication/${name}`;
    const { jobId: actionId, userId, projectId } = generateInput();
    const input = {
      actionId,
      userId,
      projectId,
      gameId: gameIdFor(projectId),
      revision: 'b'.repeat(40),
      listing,
    };
    await env.withWorkers({ ...succeed, ...overrides }, async () => {
      const handle = await env.client.workflow.start(type, {
        workflowId,
        taskQueue: 'dreamcore',
        args: [input],
      });
      if (name === 'publish-cancel') {
        while (
          !(await handle.describe()).raw.pendingActivities?.some(
            ({ activityType }) => activityType?.name === 'checkCopy',
          )
        )
          await sleep(100);
        await handle.executeUpdate(CANCEL_ACTION_UPDATE);
      }
      await handle.result().catch(() => undefined);
    });
    await save(env, name, workflowId);
  }
}
