import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { GenerateThumbnailBody } from '../../contracts/actions.js';
import { errorText } from '../../contracts/messages/message.js';
import type { GenerateThumbnailInput, ImageMade } from '../../contracts/images.js';
import { isUuid } from '../../contracts/ids.js';
import type { Screenshots } from '../../objects/screenshots.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import type { StoredFile } from '../../store/files/stored-file.js';
import type { Thumbnails } from '../../store/files/thumbnails.js';
import { orNothing, type Store } from '../../store/index.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { ActionWorkflows } from '../action-workflows.js';
import { mediaTypeOf } from '../assets/media-type.js';
import { assertImage, type SentImageConfig } from '../assets/sent-image.js';
import type { ReceiveUpload } from '../http/request-bodies.js';
import type { Identity } from '../guards/auth.js';
import { sendFileBytes } from '../games/file-response.js';
import { refuse, refusedByLimit, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';
import { logOf } from '../http/request-log.js';

const IMAGES = new Set(['image/webp', 'image/png', 'image/jpeg', 'image/gif']);

export interface ThumbnailDeps {
  config: SentImageConfig;
  guards: Guards;
  store: Pick<Store, 'projects' | 'publishedGames' | 'revisions'>;
  actions: ActionWorkflows;
  thumbnails: Thumbnails;
  screenshots: Pick<Screenshots, 'read'>;
  files: AssetFiles;
  receive: ReceiveUpload;
}

/** A project's image in lists: seen, sent and made (rest.md §9.4–9.6). It is never a version. */
export function projectThumbnailRoutes(deps: ThumbnailDeps): Router {
  const { config, guards, actions, files, receive } = deps;
  const router = Router();
  const addressOf = (projectId: string): string =>
    `/api/projects/${projectId}/thumbnail?t=${Date.now()}`;

  router.get(
    '/api/projects/:projectId/thumbnail',
    guards.visitor(async (req, res, { user }) => {
      const image = await orNothing(logOf(res), visible(deps, req.params['projectId'], user), null);
      if (image === null) return void res.status(404).send('Not found');
      const type = (await mediaTypeOf(image.bytes))?.mime ?? '';
      // What was stored by other hands may be anything.
      sendFileBytes(req, res.set('X-Content-Type-Options', 'nosniff'), image.bytes, {
        type: IMAGES.has(type) ? type : 'image/webp',
        changedAt: image.changedAt,
      });
    }),
  );

  router.post(
    '/api/projects/:projectId/upload-thumbnail',
    guards.projectOwner(async (req, res, { project }) => {
      const upload = await receive(req, res);
      if (upload === null) return;
      if (upload.file === null) return refuse(res, 400, 'No file uploaded');
      try {
        const { bytes } = await files.read(upload.file);
        const type = (await mediaTypeOf(bytes))?.mime ?? '';
        if (!IMAGES.has(type)) return refuse(res, 415, 'Invalid file type');
        assertImage(config, bytes, type);
        if (!(await keepUploaded(deps, project, bytes)))
          return refuse(res, 404, 'Project not found');
      } finally {
        await files.discard(upload.file.path);
      }
      res.json({ success: true, thumbnailUrl: addressOf(project.id) });
    }),
  );

  router.post(
    '/api/projects/:projectId/generate-thumbnail',
    guards.projectOwner(async (req, res, { user, project }) => {
      const { title = null, actionId = randomUUID() } = GenerateThumbnailBody.catch({}).parse(
        takeBody(req),
      );
      const outcome = await actions.perform<ImageMade, GenerateThumbnailInput>({
        kind: 'generateThumbnail',
        workflowId: thumbnailWorkflowId(project.id),
        summary: `thumbnail of ${project.name}`,
        input: { actionId, userId: user.id, projectId: project.id, title },
      });
      if (outcome.ok) res.json({ success: true, thumbnailUrl: addressOf(project.id) });
      else if (outcome.kind === 'BrowserMissing') refuse(res, 503, errorText('BrowserMissing'));
      else if (!refusedByLimit(res, outcome.kind))
        res.status(500).json({
          error: 'Failed to generate thumbnail',
          output: errorText(outcome.kind),
        });
    }),
  );
  return router;
}

/** An upload has no row that ends; its project may go all the same (F2). */
function keepUploaded(
  { store, thumbnails }: ThumbnailDeps,
  { id, user_id: userId }: ProjectRow,
  bytes: Buffer,
): Promise<boolean> {
  return thumbnails.keep(userId, id, bytes, {
    endRow: async () => true,
    projectExists: async () => (await store.projects.get(id)) !== null,
  });
}

/** One at a time for a project: who asks meanwhile waits for the same image. */
function thumbnailWorkflowId(projectId: string): string {
  return `project/${projectId.toLowerCase()}/thumbnail`;
}

/**
 * Everybody sees the image of a published game, otherwise its owner alone. A game that was
 * published before it had one is shown by the screenshot of its version.
 */
async function visible(
  { store, thumbnails, screenshots }: ThumbnailDeps,
  projectId: unknown,
  user: Identity | null,
): Promise<(Pick<StoredFile, 'bytes'> & { changedAt: Date | null }) | null> {
  const project = isUuid(projectId) ? await store.projects.get(projectId) : null;
  if (!project) return null;
  const { id, user_id: userId } = project;
  const isOwner = userId === user?.id;
  const seen = isOwner ? null : await store.publishedGames.get(id);
  if (!isOwner && (seen === null || seen.visibility === 'private')) return null;
  const thumbnail = await thumbnails.read(userId, id);
  if (thumbnail) return thumbnail;
  const game = seen ?? (await store.publishedGames.get(id));
  const name = game && (await store.revisions.resolve(id, game.revision))?.screenshot;
  const bytes = name ? await screenshots.read({ userId, projectId: id }, name) : null;
  return bytes && { bytes, changedAt: null };
}
