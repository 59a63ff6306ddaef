import { CancellationScope } from '@temporalio/workflow';
import type {
  GeneratePublishInfoInput,
  PublishedGame,
  PublishGameInput,
  PublishInfo,
  UnpublishGameInput,
} from '../contracts/media/publishing.js';
import { answering, inBucket, publishing, shared } from './common/activity-proxies.js';
import { reserveStep } from './common/paid-steps.js';
import { runAction } from './common/run-action.js';

/** Words for the publish page; only the row's result keeps them. */
export async function generatePublishInfo(input: GeneratePublishInfoInput): Promise<PublishInfo> {
  return runAction('generatePublishInfo', input, async () => {
    await reserveStep(input.actionId, 'words', 'text');
    return answering.generatePublishInfo(input);
  });
}

/**
 * Makes one fixed version public: copies its files, fetches them at their public address, compares,
 * and only then lets the game's row name them. However it ends, the one copy that stays is the one
 * that the row names.
 */
export async function publishGame(input: PublishGameInput): Promise<PublishedGame> {
  const { gameId, revision } = input;
  return runAction('publishGame', input, async () => {
    try {
      const { contentHash } = await publishing.copyGame(input);
      await publishing.checkCopy({ gameId, revision, contentHash });
      return await shared.activateRelease({ ...input, contentHash });
    } finally {
      await CancellationScope.nonCancellable(() => inBucket.deleteStaleReleases({ gameId }));
    }
  });
}

/** Unpublishes a game: it becomes unreachable first, then its files are deleted. */
export async function unpublishGame(input: UnpublishGameInput): Promise<null> {
  return runAction('unpublishGame', input, async () => {
    await shared.unpublishGame(input);
    await inBucket.deleteStaleReleases({ gameId: input.gameId });
    return null;
  });
}
