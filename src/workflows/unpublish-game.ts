import type { ActionOutcome } from '../contracts/actions.js';
import type { UnpublishGameInput } from '../contracts/publishing.js';
import { shared } from './activity-proxies.js';
import { runAction } from './run-action.js';

/** Takes a game back: first nobody can reach it, then its files go. */
export async function unpublishGame(input: UnpublishGameInput): Promise<ActionOutcome<null>> {
  return runAction('unpublishGame', input, async () => {
    await shared.unpublishGame(input);
    await shared.deleteStaleReleases({ gameId: input.gameId });
    return null;
  });
}
