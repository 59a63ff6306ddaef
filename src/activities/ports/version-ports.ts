import type { TuneGameInput, TuneOutcome } from '../../contracts/game/settings.js';
import type { ProjectAction } from '../../contracts/rows/actions.js';
import type { RestoreOutcome } from '../../contracts/durable/workflows.js';

export interface RestoreActivities {
  openRestore(input: ProjectAction): Promise<'opened' | 'denied'>;
  /** Commits the old tree as a new revision and publishes it; idempotent by `actionId` (E5). */
  restoreRevision(input: ProjectAction & { versionId: string }): Promise<RestoreOutcome>;
}

export interface TuneActivities {
  /**
   * Publishes the newest version with these values in its block of settings, and ends the action's
   * row; idempotent by `actionId`. Values that all stand there already make no version.
   */
  tuneRevision(input: Omit<TuneGameInput, 'messageId'>): Promise<TuneOutcome>;
}
