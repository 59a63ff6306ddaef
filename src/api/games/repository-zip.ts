import type { Response } from 'express';
import { repositoryFiles } from '../../versions/kept/repository.js';
import type { Versions } from '../../versions/kept/versions.js';
import { sendZip } from '../http/zip-response.js';

const FOLDER = 'game.git';

/**
 * Sends all versions of a project as a bare git repository in a zip, read as it is sent. `line`:
 * their revisions, oldest first. Throws before anything is sent when one of them cannot be read.
 */
export async function sendRepositoryZip(
  versions: Versions,
  projectId: string,
  line: readonly string[],
  res: Response,
): Promise<void> {
  for (const revision of line) await versions.describe({ projectId, revision });
  // What git has compressed is stored as it is.
  const how = { name: `${FOLDER}.zip`, failed: 'a repository was not sent whole', store: true };
  await sendZip(res, how, async (add) => {
    for await (const { path, bytes } of repositoryFiles(versions, projectId, line))
      await add(`${FOLDER}/${path}`, bytes);
  });
}
