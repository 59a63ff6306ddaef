import { ApplicationFailure } from '@temporalio/workflow';
import type { ActionOutcome } from '../contracts/actions.js';
import type { RenderVideoInput, VideoMade } from '../contracts/video.js';
import { answering, localVideos, modalVideos } from './activity-proxies.js';
import { runWithFallback } from './either-backend.js';
import { runAction } from './run-action.js';

/**
 * The video of one fixed version. Its workflow id is that version's (F4): a video that was made is
 * never made again, and one that was not fails the workflow, so that the next call may begin anew.
 */
export async function renderVideo(input: RenderVideoInput): Promise<ActionOutcome<VideoMade>> {
  const outcome = await runAction('renderVideo', input, async () => {
    const video = { ...input, ...(await answering.planVideo(input)) };
    return runWithFallback(input, '動画を作成中', (backend) =>
      (backend === 'modal' ? modalVideos : localVideos).renderVideo(video),
    );
  });
  if (!outcome.ok) throw ApplicationFailure.nonRetryable(outcome.detail, outcome.kind);
  return outcome;
}
