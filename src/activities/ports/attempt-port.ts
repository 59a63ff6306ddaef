import type { PlayFinding } from '../../contracts/game/play.js';
import type { ErrorKind } from '../../contracts/base/errors.js';
import type { Backend } from '../../contracts/execution/backends.js';
import type { JobRef } from './refs.js';

export interface StartAttemptInput extends JobRef {
  backend: Backend;
  /** Of a repair: its round, and how long ago the job may have taken its slot (J2). */
  repair?: { round: number; latestSlotAgeMs: number };
}
export interface StartedAttempt {
  attempt: number;
  slotAgeMs: number;
  /** What it may cost; left out by workers that knew no purse. */
  budgetUsd?: number;
}

/**
 * `findings` is what the play of `from` has found, `notes` what it noted beside them; `play` names
 * it among those of the job.
 */
export interface AgentRepair {
  round: number;
  from: string;
  findings: PlayFinding[];
  notes: PlayFinding[];
  play: number;
}
/** How an attempt failed that is followed by another. */
export interface EndedAttempt {
  kind: ErrorKind;
  detail: string;
}
export interface AttemptActivities {
  /**
   * Counts one more runner start and reserves what it may cost; null when the row has ended (C1).
   * The first attempt of a job may be refused: SPENDING_LIMIT_EXCEEDED, STORAGE_LIMIT_EXCEEDED. So
   * may one of a repair, also by RunTimedOut after `latestSlotAgeMs`, and any by
   * ModelBudgetExceeded when the job's purse does not reach (J5).
   */
  startAttempt(input: StartAttemptInput): Promise<StartedAttempt | null>;
  /**
   * The attempt is over and its job goes on: it counts with what it has cost, null = as much as was
   * set aside (J5).
   */
  settleAttempt(input: JobRef & { attempt: number; costUsd: number | null }): Promise<void>;
}
