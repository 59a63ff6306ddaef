import { unavailable } from '../../contracts/base/errors.js';
import type { S3Client } from './client.js';
import { fieldOf, readDeletions } from './xml.js';

/** Whether what is deleted or replaced in the bucket can return. */
export async function keepsOlderVersions(client: S3Client): Promise<boolean> {
  const answer = await client.text({ method: 'GET', query: { versioning: '' } });
  return fieldOf(answer, 'Status') === 'Enabled';
}

/**
 * Undoes the last delete of a name, or of each name that starts with a folder: its marker goes.
 * Returns how many; none where the bucket keeps no older versions.
 */
export async function undelete(client: S3Client, place: string): Promise<number> {
  if (!(await keepsOlderVersions(client))) return 0;
  let returned = 0;
  let from: Readonly<Record<string, string>> = {};
  for (;;) {
    const query = { versions: '', prefix: place, ...from };
    const page = await client.text({ method: 'GET', query });
    for (const { key, versionId } of readDeletions(page)) {
      if (key !== place && !place.endsWith('/')) continue;
      await client.text({ method: 'DELETE', key, query: { versionId } });
      returned += 1;
    }
    if (fieldOf(page, 'IsTruncated') !== 'true') return returned;
    const next = fieldOf(page, 'NextKeyMarker');
    if (next === '') throw unavailable('the object store lists a page without its next');
    from = { 'key-marker': next, 'version-id-marker': fieldOf(page, 'NextVersionIdMarker') };
  }
}
