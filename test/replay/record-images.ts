import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { CANCEL_ACTION_UPDATE } from '../../src/contracts/rows/actions.js';
import type { ErrorKind } from '../../src/contracts/base/errors.js';
import type { ImageMade } from '../../src/contracts/media/images.js';
import { BACKENDS } from '../../src/contracts/execution/backends.js';
import { generateInput, type FakeActivities, type WorkflowEnv } from '../support/workflow-env.js';

export interface Recorder {
  succeed: FakeActivities;
  isWanted: (name: string) => boolean;
  save: (env: WorkflowEnv, name: string, workflowId: string) => Promise<void>;
}

type Make = () => Promise<ImageMade>;
const made: Make = async () => ({ mimeType: 'image/png', prompt: null });
const fail =
  (kind: ErrorKind): Make =>
  async () => {
    throw ApplicationFailure.create({ type: kind, message: kind });
  };
/** Work that goes on until it is stopped. */
export const untilCancelled = async (): Promise<never> => {
  for (;;) {
    Context.current().heartbeat();
    await Context.current().sleep(50);
  }
};
const isHere = (): boolean => Context.current().info.taskQueue === BACKENDS.local.long.image.queue;
/** Well at the second time. */
const failOnce = (kind: ErrorKind): Make => {
  let times = 0;
  return () => (times++ === 0 ? fail(kind)() : made());
};

const onModal: FakeActivities = {
  chooseBackend: async () => ({ backend: 'modal', reason: 'switched to modal', hasVolumes: true }),
};
const byService: FakeActivities = { planCutout: async () => ({ by: 'service' }) };
const withScreenshot: FakeActivities = {
  planThumbnail: async () => ({ kind: 'screenshot', revision: 'b'.repeat(40) }),
};
const [DRAW, CUT] = [
  (make: Make): FakeActivities => ({ drawImage: make }),
  (make: Make): FakeActivities => ({ removeBackground: make }),
];

/**
 * Name, workflow type, and what is other than in a story that ends well at the first time; what is
 * named so is cancelled while it works.
 */
const STORIES: readonly (readonly [name: string, type: string, FakeActivities])[] = [
  ['image-success', 'generateImage', {}],
  ['image-failure', 'generateImage', DRAW(fail('ImageRefused'))],
  ['image-retry', 'generateImage', DRAW(failOnce('ModelOverloaded'))],
  ['image-cancel', 'generateImage', DRAW(untilCancelled)],
  [
    'image-modal-unavailable',
    'generateImage',
    { ...onModal, ...DRAW(() => (isHere() ? made() : fail('ModalUnavailable')())) },
  ],
  ['cutout-success', 'removeBackground', {}],
  ['cutout-failure', 'removeBackground', CUT(fail('ImageUnreadable'))],
  ['cutout-retry', 'removeBackground', CUT(failOnce('RunCrashed'))],
  ['cutout-cancel', 'removeBackground', CUT(untilCancelled)],
  [
    'cutout-by-service',
    'removeBackground',
    { ...byService, removeBackgroundByService: failOnce('CutoutUnavailable') },
  ],
  ['thumbnail-success', 'generateThumbnail', {}],
  ['thumbnail-failure', 'generateThumbnail', DRAW(fail('ImageRefused'))],
  ['thumbnail-retry', 'generateThumbnail', DRAW(failOnce('ImageNotMade'))],
  ['thumbnail-cancel', 'generateThumbnail', DRAW(untilCancelled)],
  ['thumbnail-screenshot', 'generateThumbnail', withScreenshot],
];

const succeedWithImages: FakeActivities = {
  drawImage: made,
  removeBackground: made,
  removeBackgroundByService: made,
  takeScreenshot: made,
  planCutout: async () => ({ by: 'network' }),
  planThumbnail: async () => ({ kind: 'draw', prompt: '星' }),
  keepThumbnail: async () => undefined,
};

/**
 * Images, cut-outs and thumbnails: done well, failed, tried again, cancelled, on Modal and beside
 * it.
 */
export async function recordImages(
  env: WorkflowEnv,
  { succeed, isWanted, save }: Recorder,
): Promise<void> {
  for (const [name, type, overrides] of STORIES) {
    if (!isWanted(name)) continue;
    const workflowId = `image/${name}`;
    const { jobId: actionId, userId, projectId } = generateInput();
    const input = {
      actionId,
      userId,
      projectId: type === 'generateThumbnail' ? projectId : null,
      prompt: '猫',
      title: null,
    };
    await env.withWorkers({ ...succeed, ...succeedWithImages, ...overrides }, async () => {
      const handle = await env.client.workflow.start(type, {
        workflowId,
        taskQueue: 'dreamcore',
        args: [input],
      });
      if (name.endsWith('-cancel')) {
        while (
          !(await handle.describe()).raw.pendingActivities?.some(
            ({ activityType, lastHeartbeatTime }) =>
              /drawImage|removeBackground/.test(activityType?.name ?? '') && lastHeartbeatTime,
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
