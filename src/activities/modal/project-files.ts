import type { FileActivities } from '../ports/project-files-port.js';
import type { Volume } from './replication/volume.js';

/** Short work with the files on a user's Volume. */
export const modalFileActivities = (volume: Volume): FileActivities => ({
  async removeProjectFiles({ userId, projectId }) {
    if (await volume.exists(userId)) await volume.removeProject(userId, projectId);
  },
  async removeUserFiles({ userId }) {
    if (await volume.exists(userId)) await volume.removeAll(userId);
  },
});
