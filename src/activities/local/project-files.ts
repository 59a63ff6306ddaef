import { crashPoint } from '../../crash-points.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Recordings } from '../../objects/recordings.js';
import { dataFolders } from '../../store/files/data-folders.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { FileActivities } from '../ports.js';

/** Short file work where the mirror itself is the user's store. */
export function localFileActivities({
  mirror,
  records,
  recordings,
  dataDir,
}: {
  mirror: Mirror;
  records: PlayRecords;
  recordings: Pick<Recordings, 'removeProject'>;
  dataDir: string;
}): FileActivities {
  return {
    async removeProjectFiles({ userId, projectId }) {
      await mirror.remove(userId, projectId);
      await records.removeProject(userId, projectId);
      await recordings.removeProject(projectId);
      crashPoint('after-delete-files');
    },

    removeUserFiles: ({ userId }) => dataFolders(dataDir).removeUser(userId),
  };
}
