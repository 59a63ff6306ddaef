import type {
  GeneratePublishInfoInput,
  PublishGameInput,
  PublishInfo,
  PublishedGame,
  UnpublishGameInput,
} from '../../contracts/media/publishing.js';

/** A game becomes public in steps that may each be repeated; the flip is the commit point. */
export interface PublishingActivities {
  /** Words for the publish page, by the model. */
  generatePublishInfo(input: GeneratePublishInfoInput): Promise<PublishInfo>;
  /**
   * Writes the files of the revision, with the libraries and the public assets that they use, as
   * the game's folder of that revision.
   */
  copyGame(input: PublishGameInput): Promise<{ contentHash: string; files: number }>;
  /** Fetches the copy at its public address and compares; `PublishCheckFailed`. */
  checkCopy(
    input: Pick<PublishGameInput, 'gameId' | 'revision'> & { contentHash: string },
  ): Promise<void>;
  /**
   * Puts the game's pointer on the copy and ends the action, in one; `RunCancelled` when that or
   * the project has ended.
   */
  activateRelease(input: PublishGameInput & { contentHash: string }): Promise<PublishedGame>;
  /** Takes the pointer away; nothing there is fine. */
  unpublishGame(input: UnpublishGameInput): Promise<void>;
  /** Removes every copy that the pointer does not name. */
  deleteStaleReleases(input: { gameId: string }): Promise<void>;
}
