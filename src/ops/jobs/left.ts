import { listKept } from '../../git/job-refs.js';
import { openRepo } from '../../git/process.js';
import { createFileObjectStore, objectFile } from '../../objects/file-object-store.js';
import { createRecordings } from '../../objects/recordings.js';
import { createMirror } from '../../store/mirror/mirror.js';
import type { WorkRow } from '../../contracts/rows/operators.js';
import type { KeptCommit, ShownRecording } from './shown.js';

/** What a job left to be looked at (E8), as far as it is on this machine. */
type Left = Pick<WorkRow, 'id' | 'user_id' | 'project_id'>;

/** The recordings of its attempts, and where they lie. */
export async function readRecordings(
  dataDir: string,
  { id, project_id: projectId }: Left,
): Promise<ShownRecording[]> {
  if (projectId === null) return [];
  const recordings = createRecordings(createFileObjectStore(dataDir));
  return (await recordings.list(projectId, id)).map(({ attempt, sizeBytes, key }) => ({
    attempt,
    bytes: sizeBytes,
    file: objectFile(dataDir, key),
  }));
}

/** Its candidates, and what it had made when it failed (E4). */
export async function readKept(
  dataDir: string,
  { id, user_id: userId, project_id: projectId }: Left,
): Promise<KeptCommit[]> {
  if (userId === null || projectId === null) return [];
  const repository = createMirror(dataDir).place(userId, projectId);
  const kept = await listKept(openRepo(repository), id);
  return kept.map(({ ref, revision }) => ({ ref, revision, repository }));
}
