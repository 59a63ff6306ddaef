import type { RemixedGame, RemixGameInput } from '../contracts/media/publishing.js';
import { shared } from './common/activity-proxies.js';
import { replicateVersion } from './replication.js';
import { runAction } from './common/run-action.js';

/**
 * Makes a project of the user's from a published version. No model is called, so nothing is played
 * and nothing costs anything; the Volume is brought up afterwards, as by a restore.
 */
export async function remixGame(input: RemixGameInput): Promise<RemixedGame> {
  const { actionId, userId } = input;
  return runAction('remixGame', input, async () => {
    const made = await shared.makeRemix(input);
    await replicateVersion({ jobId: actionId, userId, projectId: made.projectId });
    return made;
  });
}
