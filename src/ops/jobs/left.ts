import { createFileObjectStore, objectFile } from '../../objects/file-object-store.js';
import { createRecordings } from '../../objects/recordings.js';
import type { WorkRow } from '../../contracts/rows/operators.js';
import type { Versions } from '../../versions/kept/versions.js';
import type { KeptWork, ShownRecording } from './shown.js';

/** What a job left to be looked at (E8), as far as it is on this machine. */
type Left = Pick<WorkRow, 'id' | 'project_id'>;

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

/** Its candidates, and what its failed attempts had made (E4). */
export async function readKept(
  versions: Pick<Versions, 'candidates' | 'failed'>,
  { id: workId, project_id: projectId }: Left,
): Promise<KeptWork[]> {
  if (projectId === null) return [];
  const [candidates, failed] = await Promise.all([
    versions.candidates({ projectId, workId }),
    versions.failed({ projectId, workId }),
  ]);
  return [
    ...candidates.map((made) => ({ ...made, kind: 'candidate' as const, attempt: null })),
    ...failed.map((left) => ({ ...left, kind: 'failed' as const })),
  ].map(({ kind, attempt, revision, manifest }) => ({
    kind,
    attempt,
    revision,
    files: manifest.files.length,
  }));
}
