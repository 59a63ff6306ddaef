import { randomUUID } from 'node:crypto';
import type { PUBLISHING_ROUTES } from '../../contracts/http-routes/publishing.js';
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
export function videoHandlers({
  config,
  store,
  actions,
  videos,
}: VideoDeps): Pick<Handlers<typeof PUBLISHING_ROUTES>, 'video' | 'generateVideo'> {
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
      if (outcome !== 'made') {
        resultOf(outcome, ({ kind }) => mediaRefusal(kind, FAILED));
        // A newer video may have taken its place, or the project went (F2).
        if (!(await videos.hasAny(project.id))) throw mediaRefusal('RunCrashed', FAILED);
      }
      const movieUrl = `/api/projects/${project.id}/movie?t=${Date.now()}`;
      return { success: true, movieUrl, duration: config.VIDEO_SECONDS };
    },
  };
}
