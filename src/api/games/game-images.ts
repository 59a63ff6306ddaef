import type { Store } from '../../store/index.js';
import type { Thumbnails } from '../../store/files/thumbnails.js';
import type { PublishedGameRow } from '../../store/tables/published-games.js';

export interface GameImageDeps {
  store: { readonly revisions: Pick<Store['revisions'], 'withScreenshot'> };
  thumbnails: Pick<Thumbnails, 'has'>;
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
  const found = new Map<string, string>();
  const without: { gameId: string; projectId: string; revision: string; address: string }[] = [];
  for (const { id, userId, projectId, revision, thumbnailUrl, updatedAt } of games) {
    if (projectId === null) continue;
    const own = `/api/projects/${projectId}/thumbnail?t=${Date.parse(updatedAt)}`;
    const address = thumbnailUrl ?? own;
    if (await thumbnails.has(userId, projectId)) found.set(id, address);
    else without.push({ gameId: id, projectId, revision, address });
  }
  if (without.length === 0) return found;
  const seen = await store.revisions.withScreenshot(
    without.map(({ projectId }) => projectId),
    without.map(({ revision }) => revision),
  );
  for (const { gameId, projectId, revision, address } of without)
    if (seen.some((row) => row.project_id === projectId && row.revision === revision))
      found.set(gameId, address);
  return found;
}
