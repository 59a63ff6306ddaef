import { randomUUID } from 'node:crypto';
import { idInKey } from './kept-files.js';
import type { ObjectStore } from './object-store.js';
import {
  hasAnyBelow,
  keepProjectObject,
  readNewest,
  type KeepingRights,
} from './project-objects.js';

export type Thumbnails = ReturnType<typeof createThumbnails>;

/** Prefix of a project's thumbnail. */
export const thumbnailPrefix = (projectId: string): string => `t/${idInKey(projectId)}/`;

/** Thumbnails of projects, as objects `t/<projectId>/<id>`; the newest one is the project's. */
export function createThumbnails(objects: ObjectStore) {
  return {
    has: async (projectId: string) => hasAnyBelow(objects, thumbnailPrefix(projectId)),

    /** Null = the project has none. */
    read: async (projectId: string) => readNewest(objects, thumbnailPrefix(projectId)),

    /** False = it is not wanted any more (F2). Throws `DiskFull`. */
    keep: async (projectId: string, bytes: Buffer, rights: KeepingRights) => {
      const prefix = thumbnailPrefix(projectId);
      return keepProjectObject(objects, { prefix, key: `${prefix}${randomUUID()}` }, bytes, rights);
    },
  };
}
