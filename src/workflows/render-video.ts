import { ApplicationFailure } from '@temporalio/workflow';
import type { ActionOutcome } from '../contracts/actions.js';
import type { RenderVideoInput, VideoMade } from '../contracts/video.js';
import { answering, localVideos, modalVideos } from './activity-proxies.js';
import { runAction } from './run-action.js';
import { runWithFallback } from './run-with-fallback.js';

/**
 * The video of one fixed version. Its workflow id is that version's (F4): a video that exists is
 * never made again. A failed action fails the workflow, so that the next call may start anew.
 */
export async function renderVideo(input: RenderVideoInput): Promise<ActionOutcome<VideoMade>> {
  const outcome = await runAction('renderVideo', input, async () => {
    const plan = await answering.planVideo(input);
    return runWithFallback({
      workId: input.actionId,
      chooseFor: { userId: input.userId },
      label: '動画を作成中',
      run: ({ backend, number }) => {
        const set = backend === 'modal' ? modalVideos : localVideos;
        return set.renderVideo({ ...input, ...plan, attempt: number });
      },
    });
  });
  if (!outcome.ok) throw ApplicationFailure.nonRetryable(outcome.detail, outcome.kind);
  return outcome;
}
