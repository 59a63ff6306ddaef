import { AppError } from '../contracts/base/errors.js';
import { idInKey } from './kept-files.js';
import { infoOf, type ObjectStore } from './object-store.js';
import {
  hasAnyBelow,
  keepProjectObject,
  readNewest,
  type KeepingRights,
} from './project-objects.js';

const REVISION = /^[0-9a-f]{40}$/;

export type Videos = ReturnType<typeof createVideos>;

/** Prefix of a project's videos. */
export const videoPrefix = (projectId: string): string => `v/${idInKey(projectId)}/`;

/**
 * Videos of projects, as objects `v/<projectId>/<revision>`. A project keeps the video that was
 * made last.
 */
export function createVideos(objects: ObjectStore) {
  return {
    has: async (projectId: string, revision: string): Promise<boolean> =>
      (await infoOf(objects, videoKey(projectId, revision))) !== null,

    /** Whether the project has a video of any revision. */
    hasAny: async (projectId: string) => hasAnyBelow(objects, videoPrefix(projectId)),

    /** The project's video, of any revision. */
    read: async (projectId: string) => readNewest(objects, videoPrefix(projectId)),

    /** In place of videos of other revisions. False = it is not wanted any more (F2). */
    keep: async (
      { projectId, revision }: { projectId: string; revision: string },
      bytes: Buffer,
      rights: KeepingRights,
    ) => {
      const place = { prefix: videoPrefix(projectId), key: videoKey(projectId, revision) };
      return keepProjectObject(objects, place, bytes, rights);
    },
  };
}

/** Where the video of a revision lies. */
export function videoKey(projectId: string, revision: string): string {
  if (!REVISION.test(revision)) throw new AppError('PATH_ESCAPE', 'a revision is a full hash');
  return `${videoPrefix(projectId)}${revision}`;
}
