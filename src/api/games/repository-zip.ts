import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { ZipArchive } from 'archiver';
import type { Response } from 'express';
import { repositoryFiles } from '../../versions/kept/repository.js';
import type { Versions } from '../../versions/kept/versions.js';
import { logOf } from '../http/request-log.js';

const FOLDER = 'game.git';

/**
 * Sends all versions of a project as a bare git repository in a zip, read as it is sent. `line`:
 * their revisions, oldest first. Throws before anything is sent when one of them cannot be read; a
 * failure on the way cuts the connection.
 */
export async function sendRepositoryZip(
  versions: Versions,
  projectId: string,
  line: readonly string[],
  res: Response,
): Promise<void> {
  for (const revision of line) await versions.describe({ projectId, revision });
  const gone = new AbortController();
  // What git has compressed is stored as it is.
  const archive = new ZipArchive({ store: true });
  res.set({
    'Content-Type': 'application/zip',
    'Content-Disposition': `attachment; filename="${FOLDER}.zip"`,
  });
  const sent = pipeline(archive, res).finally(() => gone.abort());
  const filled = (async () => {
    for await (const { path, bytes } of repositoryFiles(versions, projectId, line)) {
      const added = once(archive, 'entry', { signal: gone.signal });
      archive.append(bytes, { name: `${FOLDER}/${path}` });
      await added;
    }
    await archive.finalize();
  })().catch((error: unknown) => {
    if (!gone.signal.aborted) logOf(res).error({ err: error }, 'a repository was not sent whole');
    res.destroy();
  });
  await Promise.allSettled([sent, filled]);
}
