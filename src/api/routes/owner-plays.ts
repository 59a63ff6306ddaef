import type { Config } from '../../config.js';
import type { PROJECT_ROUTES } from '../../contracts/http-routes/projects.js';
import type { Tapes } from '../../objects/tapes.js';
import type { Store } from '../../store/index.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import type { Versions } from '../../versions/kept/versions.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';
import type { RenewSearch } from '../search-renewals.js';

export interface OwnerPlayDeps {
  config: Pick<Config, 'PLAY_GAMES' | 'PLAY_SEARCH_LIVES'>;
  store: Pick<Store, 'revisions' | 'projects'>;
  versions: Pick<Versions, 'listFiles'>;
  tapes: Pick<Tapes, 'addOwnerPlay' | 'noteErrors' | 'removeProject'>;
  renewSearch: RenewSearch;
}

/**
 * What its owner did and met in a game, for its next change (P4, P6). It is hostile input: kept as
 * it is, within bounds, replayed in a box alone, and quoted.
 */
export function ownerPlayHandlers(
  deps: OwnerPlayDeps,
): Handlers<Pick<typeof PROJECT_ROUTES, 'addOwnerPlay'>> {
  const { store, versions, tapes, renewSearch } = deps;
  const { PLAY_GAMES, PLAY_SEARCH_LIVES } = deps.config;
  const isSearched = PLAY_GAMES && PLAY_SEARCH_LIVES > 0;
  return {
    async addOwnerPlay({ user, project: { id: projectId }, body }) {
      const { revision: prefix, inputs, errors } = body;
      const row = await store.revisions.resolve(projectId, prefix);
      if (row === null) throw refusal(404, 'Version not found');
      const { revision } = row;
      const gameTree = gameTreeOf(await versions.listFiles({ projectId, revision }));
      const place = { userId: user.id, projectId };
      if (errors.length > 0) await tapes.noteErrors(place, gameTree, errors);
      const isNew = inputs.length > 0 && (await tapes.addOwnerPlay(place, gameTree, inputs));
      // Of a project that was deleted meanwhile nothing stays (F2).
      if ((await store.projects.get(projectId)) === null) await tapes.removeProject(place);
      else if (
        isSearched &&
        isNew &&
        (await store.revisions.head(projectId))?.revision === revision
      )
        void renewSearch({ ...place, revision });
      return { success: true };
    },
  };
}
