import type { Response } from 'express';
import { cancelAction } from '../../runs/cancel-action.js';
import type { IMAGE_ROUTES } from '../../contracts/http-routes/images-and-actions.js';
import type { ActionKind, ActionOutcome } from '../../contracts/rows/actions.js';
import type { PublishedGame, PublishInfo, RemixedGame } from '../../contracts/media/publishing.js';
import type { ImageMade } from '../../contracts/media/images.js';
import { projected } from '../../contracts/rows/projects.js';
import { ActionAnswer } from '../../contracts/wire/http.js';
import { endOfAction, type ActionRow } from '../../contracts/rows/rows.js';
import { outcomeOfEnd, resultOf, whereToAsk, type ActionWorkflows } from '../action-workflows.js';
import type { Handlers } from '../http/mount.js';
import { Refusal } from '../http/refusal.js';
import { imageAnswer, type ImageDeps } from './image-services.js';
import { thumbnailAnswer } from './project-thumbnail.js';
import { videoAnswer, type VideoDeps } from './project-video.js';
import { remixAnswer } from './published-games.js';
import { infoAnswer, publishedAnswer } from './publishing.js';

interface ActionDeps {
  store: ImageDeps['store'];
  actions: Pick<ActionWorkflows, 'cancelAction'>;
  images: ImageDeps['images'];
  config: VideoDeps['config'];
  videos: VideoDeps['videos'];
}

/**
 * Background work of a user beside generations, read and cancelled by its owner (additive; as
 * rest.md §4 for jobs).
 */
export function actionHandlers(
  deps: ActionDeps,
): Pick<Handlers<typeof IMAGE_ROUTES>, 'actionState' | 'actionAnswer' | 'cancelAction'> {
  const { store, actions } = deps;
  return {
    actionState: ({ action }) => projected(ActionAnswer, action),
    async actionAnswer({ res, action }) {
      const end = endOfAction(action);
      if (end === null) throw new Refusal(202, { actionId: action.id }, whereToAsk(action.id));
      try {
        const body = await callAnswer(deps, res, action, outcomeOfEnd(end));
        return { status: 200, body: { ...body } };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { status: error.status, body: { ...error.body } };
      }
    },
    cancelAction: async ({ action }) => ({
      success: true,
      outcome: await cancelAction(actions.cancelAction, store.actions, action.id),
    }),
  };
}

/** As the route of its kind answers; throws what that refuses with (H1). */
function callAnswer(
  deps: ActionDeps,
  res: Response,
  { id, user_id: userId, project_id: projectId, ...row }: ActionRow,
  outcome: ActionOutcome<unknown>,
): Promise<object> | object {
  const kind = row.kind as ActionKind;
  switch (kind) {
    case 'generateImage':
    case 'removeBackground':
      return imageAnswer(deps, res, { id, userId, kind }, outcome as ActionOutcome<ImageMade>);
    case 'generateThumbnail':
      return thumbnailAnswer(projectId ?? '', outcome);
    case 'renderVideo':
      return videoAnswer(deps, projectId ?? '', outcome);
    case 'generatePublishInfo':
      return infoAnswer(outcome as ActionOutcome<PublishInfo>);
    case 'publishGame':
      return publishedAnswer(outcome as ActionOutcome<PublishedGame>);
    case 'remixGame':
      return remixAnswer(outcome as ActionOutcome<RemixedGame>);
    default:
      resultOf(outcome);
      return { success: true };
  }
}
