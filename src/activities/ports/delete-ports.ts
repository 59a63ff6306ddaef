import type { ProjectAction } from '../../contracts/rows/actions.js';
import type { RunRef } from './refs.js';

export interface DeleteActivities {
  /**
   * Opens the delete, ends the rows of every open action of the project, and asks their workflows
   * to stop; answers these. Null = the project is not the user's.
   */
  cancelProjectWork(input: ProjectAction): Promise<RunRef[] | null>;
  /** Waits for the end of these workflows, at most `waitMs`; answers those that still run. */
  awaitRunsEnded(input: { runs: RunRef[]; waitMs: number }): Promise<RunRef[]>;
  /** Removes a project's rows; false when it is not the user's. Idempotent by `actionId` (F2). */
  removeProjectRows(input: ProjectAction): Promise<boolean>;
}

export interface MaintenanceActivities {
  /**
   * Removes candidates that were not published and images that were not fetched for a day (L2).
   * What has no row, and files of assets deleted `KEEP_REMOVED_DAYS` ago, can return for as long
   * (F2, U2), and is then erased. One process at a time does it.
   */
  collectGarbage(): Promise<{ candidates: number; images: number }>;
}
