import type { ObjectStore } from '../../objects/object-store.js';
import { placeOfObject, type ObjectsConfig } from '../../objects/open.js';
import { createRecordings } from '../../objects/recordings.js';
import type { WorkRow } from '../../contracts/rows/operators.js';
import type { Versions } from '../../versions/kept/versions.js';
import type { KeptWork, ShownRecording } from './shown.js';

/** What a job left to be looked at (E8). */
type Left = Pick<WorkRow, 'id' | 'project_id'>;

/** The recordings of its attempts, and where they lie. */
export async function readRecordings(
  { objects, config }: { objects: ObjectStore; config: ObjectsConfig },
  { id, project_id: projectId }: Left,
): Promise<ShownRecording[]> {
  if (projectId === null) return [];
  const recordings = createRecordings(objects);
  return (await recordings.list(projectId, id)).map(({ attempt, sizeBytes, key }) => ({
    attempt,
    bytes: sizeBytes,
    file: placeOfObject(config, key),
  }));
}

/** One of them; null when it is gone. */
export async function readRecording(
  objects: ObjectStore,
  { id: jobId, project_id: projectId }: Left,
  attempt: number,
): Promise<Buffer | null> {
  if (projectId === null) return null;
  return createRecordings(objects).read({ projectId, jobId, attempt });
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
