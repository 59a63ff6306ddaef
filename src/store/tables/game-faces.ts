import { z } from 'zod';
import { call, type Client } from './client.js';

const GameFace = z.object({
  /** Its maker chose one; null = that is not known yet. */
  hasThumbnail: z.boolean().nullable(),
  /** What its version was seen as, else the newest earlier one that was seen; null = none was. */
  screenshot: z.string().nullable(),
});
export type GameFace = z.infer<typeof GameFace>;

/** A game to be shown: a version of a project by its hash, null = the newest one. */
export interface ShownGame {
  readonly projectId: string;
  readonly revision: string | null;
}

/** What there is to show of games. For the service role. */
export function gameFacesTable(client: Client) {
  return {
    /** In the order of the games; one call for all of them. */
    async of(games: readonly ShownGame[]): Promise<GameFace[]> {
      if (games.length === 0) return [];
      const params = {
        projectIds: games.map(({ projectId }) => projectId),
        revisions: games.map(({ revision }) => revision),
      };
      return call(client, 'game_faces', params, z.array(GameFace));
    },

    /** `true` counts for good, `false` while nothing else is known. */
    noteThumbnail: (projectId: string, isKept: boolean): Promise<boolean> =>
      call(client, 'note_thumbnail', { projectId, isKept }, z.boolean()),
  };
}
