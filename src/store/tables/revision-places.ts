import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { RevisionRow } from '../../contracts/rows/rows.js';
import type { ObjectPlace } from '../../versions/format/manifest.js';
import { askFirst, type Client } from './client.js';
import { NOWHERE } from './unmoved-versions.js';

export const PLACE_FIELDS = 'job_id, object_sha, object_bytes';
export const PlacedRow = RevisionRow.pick({ job_id: true, object_sha: true, object_bytes: true });
type PlacedRow = z.infer<typeof PlacedRow>;

/** Versions whose places a process remembers; each takes some 300 bytes. */
const REMEMBERED = 20_000;

/**
 * Where the objects of published versions lie. What any read of a row has shown is remembered: the
 * place of a published version never changes.
 */
export class KnownPlaces {
  private readonly places = new LRUCache<string, ObjectPlace>({ max: REMEMBERED });

  /** Remembers the place of the row's version, if it has one; returns the row. */
  take<T extends RevisionRow | null>(row: T): T {
    if (row) this.remember(row.project_id, row.revision, placeIn(row));
    return row;
  }

  /** A version that no store held may be found later. */
  private remember(projectId: string, revision: string, place: ObjectPlace | null): void {
    if (place !== null && place.sha !== NOWHERE.sha)
      this.places.set(keyOf(projectId, revision), place);
  }

  /** Of the object of a published version; `place` null = not moved to an object yet. */
  async read(
    client: Client,
    projectId: string,
    revision: string,
  ): Promise<{ place: ObjectPlace | null } | null> {
    const known = this.places.get(keyOf(projectId, revision));
    if (known) return { place: known };
    const query = client
      .from('revisions')
      .select(PLACE_FIELDS)
      .eq('project_id', projectId)
      .eq('revision', revision)
      .limit(1);
    const row = await askFirst('find the object of a version', query, PlacedRow);
    if (row === null) return null;
    const place = placeIn(row);
    this.remember(projectId, revision, place);
    return { place };
  }
}

const keyOf = (projectId: string, revision: string): string =>
  `${projectId.toLowerCase()} ${revision}`;

/** Null = the version is not moved to an object yet. */
export function placeIn({
  job_id: workId,
  object_sha: sha,
  object_bytes,
}: PlacedRow): ObjectPlace | null {
  if (sha == null || object_bytes == null) return null;
  return { workId, sha, sizeBytes: object_bytes };
}
