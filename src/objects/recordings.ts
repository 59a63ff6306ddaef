import { idInKey, removeBelow, removeOlderThan } from './kept-files.js';
import { listAll, readAll, type ObjectStore } from './object-store.js';

const PREFIX = 'recordings/';
const ENDING = '.jsonl.gz';

/** Names one recording: an attempt of a job of a project. */
export interface RecordingRef {
  readonly projectId: string;
  readonly jobId: string;
  readonly attempt: number;
}

export interface StoredRecording extends RecordingRef {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/**
 * What runs left to be looked at, as objects `recordings/<project>/<job>/<attempt>.jsonl.gz` (E8).
 */
export interface Recordings {
  keep(ref: RecordingRef, bytes: Buffer): Promise<void>;
  /** Of one job, by attempt. */
  list(projectId: string, jobId: string): Promise<StoredRecording[]>;
  /** Null when there is none. */
  read(ref: RecordingRef): Promise<Buffer | null>;
  /** All of a project (F2). */
  removeProject(projectId: string): Promise<void>;
  /** All that are older, of all projects. Returns how many. */
  removeOld(olderThanMs: number): Promise<number>;
}

/** The recordings in an object store. */
export function createRecordings(objects: ObjectStore): Recordings {
  return {
    async keep(ref, bytes) {
      await objects.put(keyOf(ref), bytes);
    },
    async list(projectId, jobId) {
      const found: StoredRecording[] = [];
      for await (const info of listAll(objects, folderOf(projectId, jobId))) {
        const attempt = Number(info.key.split('/').at(-1)?.slice(0, -ENDING.length));
        found.push({ ...info, projectId, jobId, attempt });
      }
      return found.sort((a, b) => a.attempt - b.attempt);
    },
    read: async (ref) => readAll(objects, keyOf(ref)),
    async removeProject(projectId) {
      await removeBelow(objects, `${PREFIX}${idInKey(projectId)}/`);
    },
    removeOld: (olderThanMs) => removeOlderThan(objects, PREFIX, olderThanMs),
  };
}

function keyOf({ projectId, jobId, attempt }: RecordingRef): string {
  return `${folderOf(projectId, jobId)}${attempt}${ENDING}`;
}

function folderOf(projectId: string, jobId: string): string {
  return `${PREFIX}${idInKey(projectId)}/${idInKey(jobId)}/`;
}
