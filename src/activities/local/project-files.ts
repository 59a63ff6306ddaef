import { crashPoint } from '../../process/crash-points.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Screenshots } from '../../objects/screenshots.js';
import type { Recordings } from '../../objects/recordings.js';
import { dataFolders } from '../../store/files/data-folders.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { FileActivities } from '../ports/project-files-port.js';

/** Short file work where the mirror itself is the user's store. */
export function localFileActivities({
  mirror,
  records,
  recordings,
  screenshots,
  dataDir,
}: {
  mirror: Mirror;
  records: PlayRecords;
  recordings: Pick<Recordings, 'removeProject'>;
  screenshots: Pick<Screenshots, 'removeProject' | 'removeUser'>;
  dataDir: string;
}): FileActivities {
  return {
    async removeProjectFiles({ userId, projectId }) {
      await mirror.remove(userId, projectId);
      await records.removeProject(userId, projectId);
      await recordings.removeProject(projectId);
      await screenshots.removeProject({ userId, projectId });
      crashPoint('after-delete-files');
    },

    async removeUserFiles({ userId }) {
      await dataFolders(dataDir).removeUser(userId);
      await screenshots.removeUser(userId);
    },
  };
}
