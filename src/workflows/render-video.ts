import { ApplicationFailure } from '@temporalio/workflow';
import type { ActionOutcome } from '../contracts/actions.js';
import type { RenderVideoInput, VideoMade } from '../contracts/video.js';
import { answering, localVideos, modalVideos } from './activity-proxies.js';
import { onEitherBackend } from './either-backend.js';
import { runAction } from './run-action.js';

/**
 * The film of one fixed version. Its workflow id is that version's (F4): a film that was made is never made again, and one that was not
 * fails the workflow, so that the next call may begin anew.
 */
export async function renderVideo(input: RenderVideoInput): Promise<ActionOutcome<VideoMade>> {
  const outcome = await runAction('renderVideo', input, async () => {
    const film = { ...input, ...(await answering.planVideo(input)) };
    return onEitherBackend(input, '動画を作成中', (backend) =>
      (backend === 'modal' ? modalVideos : localVideos).renderFilm(film),
    );
  });
  if (!outcome.ok) throw ApplicationFailure.nonRetryable(outcome.detail, outcome.kind);
  return outcome;
}
