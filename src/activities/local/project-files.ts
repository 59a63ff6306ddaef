import { crashPoint } from '../../process/crash-points.js';
import { removeProjectObjects, removeUserObjects } from '../../objects/kept-places.js';
import type { ObjectStore } from '../../objects/object-store.js';
import type { FileActivities } from '../ports/project-files-port.js';

/** Short work with what is kept of projects and users. */
export function localFileActivities({ objects }: { objects: ObjectStore }): FileActivities {
  return {
    async removeProjectFiles(project) {
      await removeProjectObjects(objects, project);
      crashPoint('after-delete-files');
    },

    removeUserFiles: ({ userId }) => removeUserObjects(objects, userId),
  };
}
