import type { RenderVideoInput, VideoMade } from '../contracts/media/video.js';
import { answering, proxies } from './common/activity-proxies.js';
import { paidAttempts, reserveStep } from './common/paid-steps.js';
import { runAction } from './common/run-action.js';
import { runWithFallback } from './common/run-with-fallback.js';

/**
 * The video of one fixed version. Its workflow id is that version's (F4): a video that exists is
 * never made again; after a failure the next call may start anew.
 */
export async function renderVideo(input: RenderVideoInput): Promise<VideoMade> {
  return runAction('renderVideo', input, async () => {
    await reserveStep(input.actionId, 'words', 'text');
    const plan = await answering.planVideo(input);
    return runWithFallback({
      workId: input.actionId,
      chooseFor: { userId: input.userId },
      label: '動画を作成中',
      begin: paidAttempts(input.actionId, 'video'),
      run: ({ backend, number }) =>
        proxies(backend).videos.renderVideo({ ...input, ...plan, attempt: number }),
    });
  });
}
