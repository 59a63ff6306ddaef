import { randomUUID } from 'node:crypto';
import { Router, type Response } from 'express';
import { GenerateMovieBody } from '../../contracts/actions.js';
import { ERROR_POLICY, type ErrorKind } from '../../contracts/errors.js';
import { errorText } from '../../contracts/messages/message.js';
import { renderWorkflowId } from '../../contracts/ids.js';
import type { RenderVideoInput, VideoMade } from '../../contracts/video.js';
import type { Config } from '../../config.js';
import type { Videos } from '../../store/files/videos.js';
import type { Store } from '../../store/index.js';
import type { ActionWorkflows } from '../action-workflows.js';
import { sendFileBytes } from '../games/file-response.js';
import { refuse, refusedByLimit, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';

export interface VideoDeps {
  config: Pick<Config, 'VIDEO_SECONDS'>;
  guards: Guards;
  store: Pick<Store, 'revisions'>;
  actions: ActionWorkflows;
  videos: Videos;
}

/**
 * The video of a game, made and seen by its owner (rest.md §9.7, §9.8). It is never a version; one
 * version has one video (F4).
 */
export function projectVideoRoutes({ config, guards, store, actions, videos }: VideoDeps): Router {
  const router = Router();

  router.get(
    '/api/projects/:projectId/movie',
    guards.projectOwner(async (req, res, { user, project }) => {
      const video = await videos.read(user.id, project.id);
      if (video === null) return void res.status(404).type('html').send('Movie not found');
      sendFileBytes(req, res.set('X-Content-Type-Options', 'nosniff'), video.bytes, {
        type: 'video/mp4',
        changedAt: video.changedAt,
      });
    }),
  );

  router.post(
    '/api/projects/:projectId/generate-movie',
    guards.projectOwner(async (req, res, { user, project }) => {
      const { actionId = randomUUID() } = GenerateMovieBody.catch({}).parse(takeBody(req));
      const head = await store.revisions.head(project.id);
      if (!head) return refuse(res, 404, 'Game code not found');
      const { revision } = head;
      const isMade = (): Promise<boolean> => videos.has(user.id, project.id, revision);
      const outcome = await actions.performOnce<VideoMade, RenderVideoInput>(
        {
          kind: 'renderVideo',
          workflowId: renderWorkflowId(project.id, revision),
          summary: `video of ${project.name}`,
          input: { actionId, userId: user.id, projectId: project.id, revision },
        },
        isMade,
      );
      if (outcome !== 'made') {
        if (!outcome.ok) return refuseVideo(res, outcome.kind);
        // A worker may die after it ended the row and before the video took its place (F2).
        if (!(await videos.hasAny(user.id, project.id))) return refuseVideo(res, 'RunCrashed');
      }
      res.json({
        success: true,
        movieUrl: `/api/projects/${project.id}/movie?t=${Date.now()}`,
        duration: config.VIDEO_SECONDS,
      });
    }),
  );
  return router;
}

/**
 * What the machine lacks is said as such; everything else is V2's failure, with words for a person.
 */
function refuseVideo(res: Response, kind: ErrorKind): void {
  if (refusedByLimit(res, kind)) return;
  const { http } = ERROR_POLICY[kind];
  if (http === 503) refuse(res, 503, errorText(kind));
  else res.status(500).json({ error: 'Failed to render video', output: errorText(kind) });
}
