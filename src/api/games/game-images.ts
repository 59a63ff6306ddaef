import type { ProjectPage } from '../../contracts/wire/frames.js';
import type { Store } from '../../store/index.js';
import type { Thumbnails } from '../../objects/thumbnails.js';
import type { PublishedGameRow } from '../../store/tables/published-games.js';

export interface GameImageDeps {
  store: { readonly revisions: Pick<Store['revisions'], 'withScreenshot'> };
  thumbnails: Pick<Thumbnails, 'has'>;
}

const thumbnailUrlOf = (projectId: string): string => `/api/projects/${projectId}/thumbnail`;

/** The page of a list: a thumbnail that the maker chose goes before what a version looks like. */
export async function withThumbnails(
  { has }: Pick<Thumbnails, 'has'>,
  page: ProjectPage,
): Promise<ProjectPage> {
  const projects = page.projects.map(async (project) =>
    (await has(project.id)) ? { ...project, imageUrl: thumbnailUrlOf(project.id) } : project,
  );
  return { ...page, projects: await Promise.all(projects) };
}

/**
 * Addresses of the images of published games, by the game's id: its project's thumbnail, else the
 * screenshot of the published version, which has the same address until there is a thumbnail. A
 * game with neither is left out.
 */
export async function imageAddresses(
  { store, thumbnails }: GameImageDeps,
  games: readonly PublishedGameRow[],
): Promise<Map<string, string>> {
  const isThere = await Promise.all(
    games.map(async ({ projectId }) => projectId !== null && (await thumbnails.has(projectId))),
  );
  const without = games.filter(({ projectId }, at) => projectId !== null && !isThere[at]);
  const seen = await store.revisions.withScreenshot(without);
  return new Map(
    games
      .filter(({ projectId, revision }, at) => isThere[at] || seen.has(`${projectId}/${revision}`))
      .map(({ id, projectId, thumbnailUrl, updatedAt }) => {
        const address = `${thumbnailUrlOf(projectId ?? '')}?t=${Date.parse(updatedAt)}`;
        return [id, thumbnailUrl ?? address];
      }),
  );
}
