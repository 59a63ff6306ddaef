import type { ActionRef } from '../../contracts/rows/actions.js';

/** Who and what a step is about; part of every input, so that an operator can read a history. */
export interface JobRef {
  jobId: string;
  userId: string;
  projectId: string;
}

/** One run of a workflow. */
export interface RunRef {
  workflowId: string;
  runId: string;
}

/** One numbered attempt at an action's work: with the action's id its number names a call (C1). */
export interface ActionAttempt extends ActionRef {
  attempt: number;
}
