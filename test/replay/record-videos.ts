import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { CANCEL_ACTION_UPDATE } from '../../src/contracts/rows/actions.js';
import { renderWorkflowId } from '../../src/contracts/base/ids.js';
import type { VideoMade } from '../../src/contracts/media/video.js';
import { BACKENDS } from '../../src/contracts/execution/backends.js';
import type { FakeActivities, WorkflowEnv } from '../support/workflow-env.js';
import { untilCancelled, type Recorder } from './record-images.js';

const REVISION = 'b'.repeat(40);
const made = async (): Promise<VideoMade> => ({ revision: REVISION, seconds: 7 });
const fail = async (type: string): Promise<never> => {
  throw ApplicationFailure.nonRetryable(type, type);
};
const isOnModal = (): boolean =>
  Context.current().info.taskQueue === BACKENDS.modal.long.agent.queue;
const onModal: FakeActivities = {
  chooseBackend: async () => ({ backend: 'modal', reason: 'switched to modal', hasVolumes: true }),
};

/** What is other than in a story that ends well at the first time. */
const STORIES: Readonly<Record<string, FakeActivities>> = {
  'render-video-success': {},
  'render-video-failure': { renderVideo: () => fail('BrowserMissing') },
  'render-video-cancel': { renderVideo: untilCancelled },
  'render-video-denied': { openAction: async () => 'denied' },
  'render-video-modal-unavailable': {
    ...onModal,
    renderVideo: () => (isOnModal() ? fail('ModalUnavailable') : made()),
  },
};

const succeedWithVideos: FakeActivities = {
  planVideo: async () => ({
    title: '星よけ',
    story: {
      tagline: '星をよける',
      scenes: ['よけて', '集めて', 'あそぼう'],
      colours: { background: '#1b1446', accent: '#ffb800' },
    },
  }),
  renderVideo: made,
};

/**
 * Videos: made here and on Modal, not made, stopped, not the caller's, and away from a Modal that
 * is down.
 */
export async function recordVideos(
  env: WorkflowEnv,
  { succeed, isWanted, save }: Recorder,
): Promise<void> {
  for (const [name, overrides] of Object.entries(STORIES)) {
    if (!isWanted(name)) continue;
    const input = {
      actionId: randomUUID(),
      userId: randomUUID(),
      projectId: randomUUID(),
      revision: REVISION,
    };
    const workflowId = renderWorkflowId(input.projectId, REVISION);
    await env.withWorkers({ ...succeed, ...succeedWithVideos, ...overrides }, async () => {
      const handle = await env.client.workflow.start('renderVideo', {
        workflowId,
        taskQueue: 'dreamcore',
        args: [input],
      });
      if (name === 'render-video-cancel') {
        while (
          !(await handle.describe()).raw.pendingActivities?.some(
            ({ activityType, lastHeartbeatTime }) =>
              activityType?.name === 'renderVideo' && lastHeartbeatTime,
          )
        )
          await sleep(100);
        await handle.executeUpdate(CANCEL_ACTION_UPDATE);
      }
      // A failed or cancelled action is a failed or cancelled workflow (I4).
      await handle.result().catch(() => undefined);
    });
    await save(env, name, workflowId);
  }
}
