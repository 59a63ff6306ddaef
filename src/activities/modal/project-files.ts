import { z } from 'zod';
import { MODAL_FUNCTION } from '../../contracts/execution/modal.js';
import type { FileActivities } from '../ports/project-files-port.js';
import type { ModalCalls } from './call.js';

/** Where a Volume keeps the files of its user. */
const ROOMS = ['projects', 'assets'];
const Deleted = z.object({ isDeleted: z.boolean() });

/** Short work with the files on a user's Volume. */
export function modalFileActivities({ calls }: { calls: ModalCalls }): FileActivities {
  return {
    async removeProjectFiles({ userId, projectId }) {
      if (!(await calls.hasVolume(userId))) return;
      const input = {
        command: 'files',
        root: '',
        op: 'delete',
        path: `projects/${projectId.toLowerCase()}`,
      } as const;
      await calls.run({ userId, fn: MODAL_FUNCTION.files, input }, Deleted);
    },

    async removeUserFiles({ userId }) {
      if (!(await calls.hasVolume(userId))) return;
      for (const room of ROOMS) {
        const input = { command: 'files', root: '', op: 'delete', path: room } as const;
        await calls.run({ userId, fn: MODAL_FUNCTION.files, input }, Deleted);
      }
    },
  };
}
