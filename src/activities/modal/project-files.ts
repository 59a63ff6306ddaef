import { z } from 'zod';
import { MODAL_FUNCTION } from '../../contracts/execution/modal.js';
import { largestOf, type FolderSize } from '../../store/files/folder-size.js';
import type { FileActivities } from '../ports/project-files-port.js';
import type { ModalCalls } from './call.js';

/** Where a Volume keeps the files of its user. */
const ROOMS = ['projects', 'assets'];
const Usage = z.object({
  sizeBytes: z.number(),
  children: z.array(z.object({ path: z.string(), sizeBytes: z.number() })),
});
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

/**
 * What a user's files take up on the Volume (Modal has no such question); null = there is no
 * Volume.
 */
export async function measureVolume(calls: ModalCalls, userId: string): Promise<FolderSize | null> {
  if (!(await calls.hasVolume(userId))) return null;
  const rooms = await Promise.all(
    ROOMS.map(async (room) => {
      const input = { command: 'files', root: '', op: 'usage', path: room } as const;
      return {
        room,
        ...(await calls.run({ userId, fn: MODAL_FUNCTION.files, input }, Usage)).result,
      };
    }),
  );
  const things = rooms.flatMap(({ room, children }) =>
    children.map(({ path, sizeBytes }) => ({ path: `${room}/${path}`, bytes: sizeBytes })),
  );
  return {
    bytes: rooms.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    largest: largestOf(things),
  };
}
