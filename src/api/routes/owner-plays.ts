import type { PROJECT_ROUTES } from '../../contracts/http-routes/projects.js';
import type { Tapes } from '../../objects/tapes.js';
import type { Store } from '../../store/index.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import type { Versions } from '../../versions/kept/versions.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';

export interface OwnerPlayDeps {
  store: Pick<Store, 'revisions' | 'projects'>;
  versions: Pick<Versions, 'listFiles'>;
  tapes: Pick<Tapes, 'addOwnerPlay' | 'removeProject'>;
}

/**
 * What its owner did in a game, for its next change (P4). It is hostile input: kept as it is,
 * within bounds, and replayed in a box alone.
 */
export function ownerPlayHandlers(
  deps: OwnerPlayDeps,
): Handlers<Pick<typeof PROJECT_ROUTES, 'addOwnerPlay'>> {
  const { store, versions, tapes } = deps;
  return {
    async addOwnerPlay({ user, project: { id: projectId }, body: { revision: prefix, inputs } }) {
      const row = await store.revisions.resolve(projectId, prefix);
      if (row === null) throw refusal(404, 'Version not found');
      const { revision } = row;
      const gameTree = gameTreeOf(await versions.listFiles({ projectId, revision }));
      const place = { userId: user.id, projectId };
      await tapes.addOwnerPlay(place, gameTree, inputs);
      // Of a project that was deleted meanwhile nothing stays (F2).
      if ((await store.projects.get(projectId)) === null) await tapes.removeProject(place);
      return { success: true };
    },
  };
}
