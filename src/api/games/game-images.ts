import { screenshotUrlOf } from '../../contracts/game/play.js';
import type { ProjectPage } from '../../contracts/wire/frames.js';
import type { Thumbnails } from '../../objects/thumbnails.js';
import type { Store } from '../../store/index.js';
import type { GameFace, ShownGame } from '../../store/tables/game-faces.js';
import type { PublishedGameRow } from '../../store/tables/published-games.js';

export interface GameImageDeps {
  store: Pick<Store, 'gameFaces'>;
  thumbnails: Pick<Thumbnails, 'has'>;
}

/** What a game is shown by, wherever it is; null = there is nothing to show of it yet. */
type GameImage = { readonly screenshot: string } | 'thumbnail' | null;

/** The one rule: the thumbnail that its maker chose, else what a version was seen as. */
export function imageOf({ hasThumbnail, screenshot }: GameFace): GameImage {
  if (hasThumbnail) return 'thumbnail';
  return screenshot === null ? null : { screenshot };
}

/** What there is to show, in the order of the games: one read for all that are known. */
export async function facesOf(
  { store, thumbnails }: GameImageDeps,
  games: readonly ShownGame[],
): Promise<GameFace[]> {
  const faces = await store.gameFaces.of(games);
  const known = faces.map(async (face, at) => {
    const projectId = games[at]?.projectId;
    if (face.hasThumbnail !== null || projectId === undefined) return face;
    const hasThumbnail = await thumbnails.has(projectId);
    await store.gameFaces.noteThumbnail(projectId, hasThumbnail);
    return { ...face, hasThumbnail };
  });
  return Promise.all(known);
}

export const thumbnailUrlOf = (projectId: string): string => `/api/projects/${projectId}/thumbnail`;

/** The page of a list of own projects, with the address of the image of each. */
export async function withImages(deps: GameImageDeps, page: ProjectPage): Promise<ProjectPage> {
  const games = page.projects.map(({ id }) => ({ projectId: id, revision: null }));
  const faces = await facesOf(deps, games);
  const addressOf = (projectId: string, face?: GameFace): string | null => {
    const image = face ? imageOf(face) : null;
    if (image === null) return null;
    return image === 'thumbnail'
      ? thumbnailUrlOf(projectId)
      : screenshotUrlOf(projectId, image.screenshot);
  };
  const projects = page.projects.map((project, at) => ({
    ...project,
    imageUrl: addressOf(project.id, faces[at]),
  }));
  return { ...page, projects };
}

/**
 * Addresses of the images of published games, by the game's id: the same one for a thumbnail and a
 * screenshot. A game with neither is left out.
 */
export async function imageAddresses(
  deps: GameImageDeps,
  games: readonly PublishedGameRow[],
): Promise<Map<string, string>> {
  const shown = games.flatMap(({ projectId, ...game }) =>
    projectId === null ? [] : [{ ...game, projectId }],
  );
  const faces = await facesOf(deps, shown);
  return new Map(
    shown
      .filter((_, at) => faces[at] && imageOf(faces[at]) !== null)
      .map(({ id, projectId, thumbnailUrl, updatedAt }) => {
        const address = `${thumbnailUrlOf(projectId)}?t=${Date.parse(updatedAt)}`;
        return [id, thumbnailUrl ?? address];
      }),
  );
}
