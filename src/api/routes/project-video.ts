import { randomUUID } from 'node:crypto';
import type { PUBLISHING_ROUTES } from '../../contracts/http-routes/publishing.js';
import type { ActionOutcome } from '../../contracts/rows/actions.js';
import { renderWorkflowId } from '../../contracts/base/ids.js';
import type { RenderVideoInput, VideoMade } from '../../contracts/media/video.js';
import type { Config } from '../../config.js';
import type { Videos } from '../../objects/videos.js';
import type { Store } from '../../store/index.js';
import { resultOf, type ActionWorkflows } from '../action-workflows.js';
import { sendFileBytes } from '../games/file-response.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';
import { mediaRefusal } from './project-thumbnail.js';

export interface VideoDeps {
  config: Pick<Config, 'VIDEO_SECONDS'>;
  store: Pick<Store, 'revisions'>;
  actions: ActionWorkflows;
  videos: Videos;
}

const FAILED = 'Failed to render video';

/**
 * The video of a game, made and seen by its owner (rest.md §9.7, §9.8). It is never a version; one
 * version has one video (F4).
 */
export function videoHandlers(
  deps: VideoDeps,
): Pick<Handlers<typeof PUBLISHING_ROUTES>, 'video' | 'generateVideo'> {
  const { store, actions, videos } = deps;
  return {
    async video({ req, res, project }) {
      const video = await videos.read(project.id);
      if (video === null) return void res.status(404).type('html').send('Movie not found');
      sendFileBytes(req, res.set('X-Content-Type-Options', 'nosniff'), video.bytes, {
        type: 'video/mp4',
        changedAt: video.changedAt,
      });
    },
    async generateVideo({ req, user, project, body: { actionId = randomUUID() } }) {
      const head = await store.revisions.head(project.id);
      if (!head) throw refusal(404, 'Game code not found');
      const { revision } = head;
      const outcome = await actions.performOnce<VideoMade, RenderVideoInput>(
        {
          kind: 'renderVideo',
          workflowId: renderWorkflowId(project.id, revision),
          summary: `video of ${project.name}`,
          input: { actionId, userId: user.id, projectId: project.id, revision },
        },
        req,
        () => videos.has(project.id, revision),
      );
      return videoAnswer(deps, project.id, outcome);
    },
  };
}

export async function videoAnswer(
  { config, videos }: Pick<VideoDeps, 'config' | 'videos'>,
  projectId: string,
  outcome: ActionOutcome<unknown> | 'made',
) {
  if (outcome !== 'made') {
    resultOf(outcome, ({ kind }) => mediaRefusal(kind, FAILED));
    // A newer video may have taken its place, or the project went (F2).
    if (!(await videos.hasAny(projectId))) throw mediaRefusal('RunCrashed', FAILED);
  }
  const movieUrl = `/api/projects/${projectId}/movie?t=${Date.now()}`;
  return { success: true as const, movieUrl, duration: config.VIDEO_SECONDS };
}
