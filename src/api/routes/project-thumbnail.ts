import { randomUUID } from 'node:crypto';
import { ERROR_POLICY, type ErrorKind } from '../../contracts/base/errors.js';
import { errorText } from '../../contracts/messages/message.js';
import type { ActionOutcome } from '../../contracts/rows/actions.js';
import type { PUBLISHING_ROUTES } from '../../contracts/http-routes/publishing.js';
import type { GenerateThumbnailInput, ImageMade } from '../../contracts/media/images.js';
import { isUuid } from '../../contracts/base/ids.js';
import type { ProjectPlace } from '../../objects/kept-files.js';
import type { Screenshots } from '../../objects/screenshots.js';
import type { ReceivedFiles } from '../../disk/received-files.js';
import type { StoredFile } from '../../objects/project-objects.js';
import type { Thumbnails } from '../../objects/thumbnails.js';
import { orNothing, type Store } from '../../store/index.js';
import type { GameFace } from '../../store/tables/game-faces.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import { resultOf, type ActionWorkflows } from '../action-workflows.js';
import { mediaTypeOf } from '../assets/media-type.js';
import { assertImage, type SentImageConfig } from '../assets/sent-image.js';
import type { Identity } from '../guards/auth.js';
import { sendFileBytes } from '../games/file-response.js';
import { facesOf, imageOf, thumbnailUrlOf } from '../games/game-images.js';
import type { Handlers } from '../http/mount.js';
import { Refusal, refusal, refusalOf } from '../http/refusal.js';
import { logOf } from '../http/request-log.js';

/** Whole, its square, or three seconds of play. */
type ImageForm = 'whole' | 'card' | 'loop';
type ShownImage = Pick<StoredFile, 'bytes'> & { changedAt: Date | null };

const IMAGES = new Set(['image/webp', 'image/png', 'image/jpeg', 'image/gif']);

export interface ShownImageDeps {
  store: Pick<Store, 'projects' | 'publishedGames' | 'gameFaces'>;
  thumbnails: Pick<Thumbnails, 'has' | 'read'>;
  screenshots: Pick<Screenshots, 'read' | 'readCard' | 'readLoop'>;
}

export interface ThumbnailDeps extends ShownImageDeps {
  config: SentImageConfig;
  actions: ActionWorkflows;
  thumbnails: Thumbnails;
  uploads: Pick<ReceivedFiles, 'read'>;
}

/** A project's image in lists: shown, sent and made (rest.md §9.4–9.6). It is never a version. */
export function thumbnailHandlers(
  deps: ThumbnailDeps,
): Pick<Handlers<typeof PUBLISHING_ROUTES>, 'thumbnail' | 'uploadThumbnail' | 'generateThumbnail'> {
  const { config, actions, uploads } = deps;
  return {
    async thumbnail({ req, res, user, params: { projectId }, query }) {
      const form = query.loop !== undefined ? 'loop' : query.card !== undefined ? 'card' : 'whole';
      const image = await orNothing(logOf(res), shownImage(deps, projectId, { user, form }), null);
      // Most games have none at first, which is no failure.
      if (image === null && form === 'loop') return void res.status(204).end();
      if (image === null) return void res.status(404).send('Not found');
      const type = (await mediaTypeOf(image.bytes))?.mime ?? '';
      // What was stored by other hands may be anything.
      sendFileBytes(req, res.set('X-Content-Type-Options', 'nosniff'), image.bytes, {
        type: IMAGES.has(type) ? type : 'image/webp',
        changedAt: image.changedAt,
      });
    },
    uploadThumbnail: ({ receive, project }) =>
      receive(async ({ file }) => {
        const { bytes } = await uploads.read(file);
        const type = (await mediaTypeOf(bytes))?.mime ?? '';
        if (!IMAGES.has(type)) throw refusal(415, 'Invalid file type');
        assertImage(config, bytes, type);
        if (await keepUploaded(deps, project, bytes)) return made(project.id);
        throw refusal(404, 'Project not found');
      }),
    async generateThumbnail({ req, user, project, body }) {
      const { title = null, actionId = randomUUID() } = body;
      const start = {
        kind: 'generateThumbnail',
        workflowId: thumbnailWorkflowId(project.id),
        summary: `thumbnail of ${project.name}`,
        input: { actionId, userId: user.id, projectId: project.id, title },
      } as const;
      const outcome = await actions.perform<ImageMade, GenerateThumbnailInput>(start, req);
      return thumbnailAnswer(project.id, outcome);
    },
  };
}

const made = (projectId: string) => ({
  success: true as const,
  thumbnailUrl: `${thumbnailUrlOf(projectId)}?t=${Date.now()}`,
});

export function thumbnailAnswer(projectId: string, outcome: ActionOutcome<unknown>) {
  resultOf(outcome, ({ kind }) => mediaRefusal(kind, 'Failed to generate thumbnail'));
  return made(projectId);
}

/**
 * A missing program of the machine has its own code; any other failure is V2's, with its sentence.
 */
export function mediaRefusal(kind: ErrorKind, error: string): Refusal {
  return ERROR_POLICY[kind].http === 503
    ? refusalOf(kind)
    : new Refusal(500, { error, output: errorText(kind), code: kind });
}

/** An upload has no row that ends; its project may go all the same (F2). */
async function keepUploaded(
  { store, thumbnails }: ThumbnailDeps,
  { id }: ProjectRow,
  bytes: Buffer,
): Promise<boolean> {
  // First: of one that is named and not there a list shows a screenshot.
  await store.gameFaces.noteThumbnail(id, true);
  return thumbnails.keep(id, bytes, {
    endRow: async () => true,
    projectExists: async () => (await store.projects.get(id)) !== null,
  });
}

/** One at a time for a project: requests meanwhile wait for the same image. */
const thumbnailWorkflowId = (projectId: string): string =>
  `project/${projectId.toLowerCase()}/thumbnail`;

/**
 * Everybody sees the image of a published game, of the version that is out; otherwise its owner
 * alone, of the newest one.
 */
export async function shownImage(
  deps: ShownImageDeps,
  projectId: unknown,
  { user, form = 'whole' }: { user: Identity | null; form?: ImageForm },
): Promise<ShownImage | null> {
  const { store } = deps;
  const project = isUuid(projectId) ? await store.projects.get(projectId) : null;
  if (!project) return null;
  const { id, user_id: userId } = project;
  const isOwner = userId === user?.id;
  const seen = isOwner ? null : await store.publishedGames.get(id);
  if (!isOwner && (seen === null || seen.visibility === 'private')) return null;
  const game = seen ?? (await store.publishedGames.get(id));
  const [face] = await facesOf(deps, [{ projectId: id, revision: game?.revision ?? null }]);
  return face === undefined ? null : imageIn(deps, { userId, projectId: id }, { ...face, form });
}

/** A loop is that of the version, whatever stands still in its place. */
async function imageIn(
  { thumbnails, screenshots }: ShownImageDeps,
  place: ProjectPlace,
  { form, ...face }: GameFace & { form: ImageForm },
): Promise<ShownImage | null> {
  const seen = { whole: screenshots.read, card: screenshots.readCard, loop: screenshots.readLoop };
  const thumbnail =
    face.hasThumbnail && form !== 'loop' ? await thumbnails.read(place.projectId) : null;
  const image = imageOf({ ...face, hasThumbnail: thumbnail !== null });
  if (image === null || image === 'thumbnail') return thumbnail;
  const bytes = await seen[form](place, image.screenshot);
  return bytes && { bytes, changedAt: null };
}
