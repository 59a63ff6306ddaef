import { crashPoint } from '../../crash-points.js';
import type { Store } from '../../store/index.js';
import type { DeleteActivities } from '../ports.js';
import { removePublishedCopy } from './publishing.js';

/**
 * Removing a project's rows and its published game; its own files are the backend's business (F2).
 */
export function projectActivities({
  store,
  dataDir,
}: {
  store: Store;
  dataDir: string;
}): DeleteActivities {
  return {
    async removeProjectRows({ actionId, userId, projectId }) {
      const opened = await store.actions.open({ id: actionId, userId, projectId, kind: 'delete' });
      if (opened.outcome === 'refused') return false;
      await store.actions.cancelOthers(projectId, actionId);
      await store.publishedGames.remove(projectId);
      await store.projects.remove(projectId);
      crashPoint('after-delete-rows');
      await removePublishedCopy(dataDir, projectId);
      await store.actions.complete(actionId, null);
      store.activityLog.write({
        action: 'delete',
        targetType: 'project',
        targetId: projectId,
        userId: null,
        details: null,
      });
      return true;
    },
  };
}
