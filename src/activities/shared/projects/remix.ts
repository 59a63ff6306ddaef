import { AppError } from '../../../contracts/base/errors.js';
import { chatLineIdFor, remixProjectIdFor } from '../../../contracts/base/ids.js';
import { projected, ProjectCopy } from '../../../contracts/rows/projects.js';
import { mayRemix, type RemixGameInput } from '../../../contracts/media/publishing.js';
import { message, notice } from '../../../contracts/messages/message.js';
import { isPublishedFile } from '../../../domain/publishing/published-files.js';
import type { Screenshots } from '../../../objects/screenshots.js';
import type { Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import { copyVersion } from '../../../versions/kept/again.js';
import type { Versions } from '../../../versions/kept/versions.js';
import type { ProjectRow } from '../../../store/tables/projects.js';
import type { PublishedGameRow } from '../../../store/tables/published-games.js';
import type { RemixActivities } from '../../ports/game-ports.js';
import { objectOf } from './version-object.js';

export interface RemixDeps {
  store: Pick<Store, 'activityLog' | 'gameFaces' | 'notifications' | 'projects'> &
    Pick<Store, 'publishedGames' | 'remixes' | 'revisions'>;
  versions: Versions;
  screenshots: Pick<Screenshots, 'copy'>;
  log: Log;
}

/** Making one's own project from a published game: its files first, then its rows, in one. */
export function remixActivities(deps: RemixDeps): RemixActivities {
  const { store, versions, screenshots } = deps;
  return {
    async makeRemix(input) {
      const { actionId, userId } = input;
      const game = await allowedGame(deps, input);
      const projectId = remixProjectIdFor(actionId);
      const { id, title } = game;
      const subject = `Remix of ${title}`;
      const made = await copyVersion(
        versions,
        { projectId, workId: actionId },
        { source: game, isWanted: isPublishedFile, subject, parent: null },
      );
      const isMade = await store.remixes.create({
        ...{ actionId, projectId, userId, subject },
        ...projected(ProjectCopy, game.project),
        ...{ name: title, parentId: game.projectId, revision: made.revision },
        object: await objectOf(versions, projectId, made),
        chatId: chatLineIdFor(actionId, 'assistant'),
        line: message('REMIXED_FROM', { title }),
      });
      if (!isMade) throw new AppError('RunCancelled', 'the action has ended meanwhile');
      // Nothing plays a remix: it is shown as what it was made from.
      const [{ screenshot = null } = {}] = await store.gameFaces.of([game]);
      if (screenshot !== null && (await screenshots.copy(game, { userId, projectId }, screenshot)))
        await store.revisions.showAs(projectId, made.revision, screenshot);
      store.activityLog.ofProject('remix', projectId, userId, id);
      await store.notifications.ofGame('remixed', id, userId, notice('GAME_REMIXED', { title }));
      return { projectId };
    },
  };
}

/** The game as it is published now, if the user may see and remix it. */
async function allowedGame(
  { store }: RemixDeps,
  { gameId, userId }: RemixGameInput,
): Promise<PublishedGameRow & { projectId: string; project: ProjectRow }> {
  const game = await store.publishedGames.get(gameId, userId);
  const { projectId = null } = game ?? {};
  const project = projectId === null ? null : await store.projects.get(projectId);
  if (!game || !mayRemix(userId, game) || project === null)
    throw new AppError('ACCESS_DENIED', 'the game is not there, or its maker does not allow it');
  return { ...game, projectId: project.id, project };
}
