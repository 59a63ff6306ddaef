/** Rounds of the watchers; each writes alerts, none changes what a user made. */
export interface WatcherActivities {
  /**
   * Goes through the users whose files come near a limit, after `after` (null = from the first), a
   * batch at a time; `next` null = that was the last one. `measured` counts them.
   */
  watchVolumes(input: {
    after: string | null;
  }): Promise<{ next: string | null; measured: number; warned: number }>;
  /** Stops orphaned calls on Modal. */
  watchCalls(): Promise<{ reaped: number }>;
  /** Today's spending against the budget and the limits of users. */
  watchSpending(): Promise<{ spentUsd: number; near: number }>;
  /** The two reasons to leave Modal: too slow, too many failures. */
  watchModal(): Promise<{ isSlow: boolean; isFailing: boolean }>;
}
