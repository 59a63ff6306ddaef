import { idInKey, removeBelow, removeOlderThan } from './kept-files.js';
import { listAll, readAll, type ObjectInfo, type ObjectStore } from './object-store.js';

const PREFIX = 'recordings/';
const ENDING = '.jsonl.gz';

/** Names one recording: an attempt of a job of a project. */
export interface RecordingRef {
  readonly projectId: string;
  readonly jobId: string;
  readonly attempt: number;
}

export type StoredRecording = RecordingRef & ObjectInfo;

export type Recordings = ReturnType<typeof createRecordings>;

/** Recordings of runs, as objects `recordings/<project>/<job>/<attempt>.jsonl.gz` (E8). */
export function createRecordings(objects: ObjectStore) {
  return {
    keep: async (ref: RecordingRef, bytes: Buffer): Promise<void> => {
      await objects.put(keyOf(ref), bytes);
    },

    /** Of one job, by attempt. */
    list: async (projectId: string, jobId: string): Promise<StoredRecording[]> => {
      const found: StoredRecording[] = [];
      for await (const info of listAll(objects, folderOf(projectId, jobId))) {
        const attempt = Number(info.key.split('/').at(-1)?.slice(0, -ENDING.length));
        found.push({ ...info, projectId, jobId, attempt });
      }
      return found.sort((a, b) => a.attempt - b.attempt);
    },

    /** Null when there is none. */
    read: async (ref: RecordingRef) => readAll(objects, keyOf(ref)),

    /** Removes all of a project (F2). */
    removeProject: async (projectId: string) =>
      removeBelow(objects, `${PREFIX}${idInKey(projectId)}/`),

    /** Removes older ones, of all projects. Returns their number. */
    removeOld: (olderThanMs: number) => removeOlderThan(objects, PREFIX, olderThanMs),
  };
}

const keyOf = ({ projectId, jobId, attempt }: RecordingRef): string =>
  `${folderOf(projectId, jobId)}${attempt}${ENDING}`;

const folderOf = (projectId: string, jobId: string): string =>
  `${PREFIX}${idInKey(projectId)}/${idInKey(jobId)}/`;
