import { CancellationScope } from '@temporalio/workflow';
import type { ActionOutcome } from '../contracts/actions.js';
import type { PublishedGame, PublishGameInput } from '../contracts/publishing.js';
import { publishing, shared } from './activity-proxies.js';
import { runAction } from './run-action.js';

/**
 * Makes one fixed version public: its files are copied beside the repositories, fetched at their
 * public address and compared, and only then does the game's row name them. However it ends, the
 * one copy that is left is the one that the row names.
 */
export async function publishGame(input: PublishGameInput): Promise<ActionOutcome<PublishedGame>> {
  const { gameId, revision } = input;
  return runAction('publishGame', input, async () => {
    try {
      const { contentHash } = await publishing.copyGame(input);
      await publishing.checkCopy({ gameId, revision, contentHash });
      return await shared.activateRelease({ ...input, contentHash });
    } finally {
      await CancellationScope.nonCancellable(() => shared.deleteStaleReleases({ gameId }));
    }
  });
}
