import type { WorkerConfig } from '../../../config.js';
import { AppError } from '../../../contracts/base/errors.js';
import { thumbnailPrompt } from '../../../domain/game/thumbnail-prompt.js';
import type { ActionImages } from '../../../objects/action-images.js';
import type { Screenshots } from '../../../objects/screenshots.js';
import type { Thumbnails } from '../../../objects/thumbnails.js';
import type { Store } from '../../../store/index.js';
import type { Versions } from '../../../versions/kept/versions.js';
import type { ThumbnailActivities } from '../../ports/game-ports.js';
import { gameTexts } from '../projects/game-texts.js';

export interface ThumbnailDeps {
  config: Pick<WorkerConfig, 'GEMINI_API_KEY'>;
  store: Pick<Store, 'actions' | 'gameFaces' | 'projects' | 'revisions'>;
  versions: Versions;
  images: ActionImages;
  thumbnails: Thumbnails;
  screenshots: Pick<Screenshots, 'read'>;
}

/** What a thumbnail shall show, and putting it in its place. */
export function thumbnailActivities({
  config,
  store,
  versions,
  images,
  thumbnails,
  screenshots,
}: ThumbnailDeps): ThumbnailActivities {
  return {
    async planThumbnail({ actionId, userId, projectId, title }) {
      const [project, head] = await Promise.all([
        store.projects.get(projectId),
        store.revisions.head(projectId),
      ]);
      if (!project) throw new AppError('ACCESS_DENIED', 'the project is gone');
      if (config.GEMINI_API_KEY === undefined) {
        if (!head) throw new AppError('FILE_NOT_FOUND', 'there is no game to be seen yet');
        const seen =
          head.screenshot && (await screenshots.read({ userId, projectId }, head.screenshot));
        if (seen) {
          await images.write(userId, actionId, seen);
          return { kind: 'taken', made: { mimeType: 'image/webp', prompt: null } };
        }
        return { kind: 'screenshot', revision: head.revision };
      }
      const version = head && { projectId, revision: head.revision };
      const description = (await gameTexts(versions, version).spec()) ?? '';
      return {
        kind: 'draw',
        prompt: thumbnailPrompt({ title: title ?? project.name, description }),
      };
    },

    async keepThumbnail({ actionId, userId, projectId, made }) {
      const bytes = await images.read(userId, actionId);
      if (!bytes) throw new AppError('ImageNotMade', 'the image is gone');
      await store.gameFaces.noteThumbnail(projectId, true);
      const isKept = await thumbnails.keep(projectId, bytes, {
        endRow: async () => (await store.actions.complete(actionId, made)) !== null,
        projectExists: async () => (await store.projects.get(projectId)) !== null,
      });
      if (!isKept) throw new AppError('RunCancelled', 'the action or its project has ended');
    },
  };
}
